"""PgBouncer's configuration, the same for `make cluster` and a real machine.

Usage: pool.py --users FILE [--database-host 127.0.0.1] [--database-port 5432] [--port 6432] [--version 1.18]
Prints a pgbouncer.ini. Standard library only.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

#: the first PgBouncer that keeps prepared statements across transactions
PREPARES_FROM = (1, 21)


def pool_configuration(
    *,
    users: Path,
    database_host: str = "127.0.0.1",
    database_port: int = 5432,
    port: int = 6432,
    version: tuple[int, int] = (0, 0),
    further: str = "",
) -> str:
    """A pgbouncer.ini that lends a connection for one transaction; ``further`` are lines of the machine's own."""
    lines: dict[str, object] = {
        "listen_addr": "127.0.0.1",
        "listen_port": port,
        "unix_socket_dir": "",
        "auth_type": "scram-sha-256",
        "auth_file": users,
        "pool_mode": "transaction",
        # Sixteen page threads, six for downloads and the hub of each node, and the workers.
        "max_client_conn": 500,
        "default_pool_size": 20,
        # A page that can't be served says so within seconds; by default it would hang for two minutes.
        "query_wait_timeout": 5,
        "server_connect_timeout": 3,
        "server_login_retry": 1,
        "ignore_startup_parameters": "extra_float_digits",
        "log_connections": 0,
        "log_disconnections": 0,
        "log_stats": 0,
    }
    if version >= PREPARES_FROM:
        lines["max_prepared_statements"] = 200
    text = f"[databases]\nparvis = host={database_host} port={database_port} dbname=parvis\n\n[pgbouncer]\n"
    return text + "".join(f"{name} = {value}\n" for name, value in lines.items()) + further


def main() -> int:
    """Print it for a real machine."""
    parser = argparse.ArgumentParser(description="Prints PgBouncer's configuration for Parvis.")
    parser.add_argument("--users", type=Path, required=True)
    parser.add_argument("--database-host", default="127.0.0.1")
    parser.add_argument("--database-port", type=int, default=5432)
    parser.add_argument("--port", type=int, default=6432)
    parser.add_argument("--version", default="0.0")
    asked = parser.parse_args()
    first, second = [*asked.version.split("."), "0"][:2]
    sys.stdout.write(
        pool_configuration(
            users=asked.users,
            database_host=asked.database_host,
            database_port=asked.database_port,
            port=asked.port,
            version=(int(first), int(second)),
            # Where Debian's service expects them.
            further="logfile = /var/log/postgresql/pgbouncer.log\npidfile = /var/run/postgresql/pgbouncer.pid\n",
        )
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
