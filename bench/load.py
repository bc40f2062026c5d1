"""A company of 25,000 people with a million posts, in bulk, into a PostgreSQL of its own that may be kept.

    python -m bench.load [--posts 1000000] [--people 25000] [--groups 3000] --keep FOLDER

A folder that holds such a company already is left as it is. ``python -m bench.scale --keep FOLDER`` measures in it;
to delete the folder is all that is to be done afterwards. Bodies are rendered and indexed once (5,000 different ones);
tests/bench/test_load.py holds the rows to what the services write.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.append(str(ROOT / "deploy"))

from services import Services, free_port, postgresql_folder, unprivileged_user  # noqa: E402

OPTIONS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "fsync": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "8GB",
    "checkpoint_timeout": "30min",
    "log_min_error_statement": "panic",
    "shared_buffers": "1GB",
    "max_connections": "60",
    "random_page_cost": "1.1",
    "jit": "off",
    "max_parallel_workers_per_gather": "0",
}
MADE = "made.json"


class Kept(Services):
    """PostgreSQL and Redis whose folder stays when they are stopped."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.processes = []
        self.database_url = self.redis_url = ""

    def start_postgresql(self) -> None:
        data, programs = self.folder / "pg", postgresql_folder()
        if not (data / "PG_VERSION").exists():
            super().start_postgresql()
            self._stop()
        port, log = free_port(), self.folder / "pg.log"
        arguments = [word for name, value in OPTIONS.items() for word in ("-c", f"{name}={value}")]
        command = [programs / "postgres", "-D", data, "-p", port, *arguments]
        self.keep(self.start(command, log, unprivileged_user()), port, log, "PostgreSQL")
        self.database_url = f"postgres://parvis@127.0.0.1:{port}/postgres"

    def _stop(self) -> None:
        for process in self.processes:
            process.terminate()
            process.wait(timeout=60)
        self.processes = []

    def __exit__(self, *_: object) -> None:
        self._stop()


@contextlib.contextmanager
def company(folder: Path) -> Iterator[Services]:
    """The services of a kept company, and this process as one of its own."""
    with Kept(folder) as services:
        os.environ.update(
            DATABASE_URL=services.database_url,
            REDIS_URL=services.redis_url,
            PARVIS_DATA=str(folder / "data"),
            DJANGO_SETTINGS_MODULE="intranet.settings",
        )
        import django

        django.setup()
        try:
            yield services
        finally:
            from django.db import connections

            connections.close_all()


def fill(*, posts: int, people: int, groups: int, bodies: int, tell: Callable[[str], None]) -> dict[str, object]:
    """Fill an empty, migrated database; keys and public ids that are asked for when it is measured."""
    from django.db import transaction

    from bench.bulk import made_afterwards
    from bench.crowd import gather
    from bench.discussions import Discussions
    from bench.texts import Texts
    from kit import ids
    from search import queries
    from search.engines.postgres import state
    from search.findables import findables

    chance, began = random.Random(7), time.monotonic()

    def said(what: str) -> None:
        tell(f"{time.monotonic() - began:7.1f} s  {what}")

    # The rebuild that a search would begin is this one.
    state.lease()
    with ids.seeded(7), transaction.atomic():
        crowd = gather(people, groups, chance)
        said(f"{len(crowd.people):,} people, {len(crowd.guests):,} guests, {groups:,} groups")
        for one in findables().values():
            if one.name != "thread":
                _index(queries.backend(), one)
        said("their words")
        texts = Texts(bodies=bodies)
        said(f"{bodies:,} bodies")
        discussions = Discussions(crowd, texts, chance)
        with made_afterwards("walls_thread", "walls_thread_tags", "walls_post", "walls_follow", "walls_readmark",
                             "search_row", "search_word"):  # fmt: skip
            discussions.write(posts, lambda done: said(f"{done:,} posts"))
        said("indexes and foreign keys")
        state.end(is_whole=True)
    many, some, one = crowd.people[:3]
    return {"posts": posts, "many": many.pk, "some": some.pk, "one": one.pk, "guest": crowd.guests[0].pk if crowd.guests
            else 0, "long": discussions.long, "seconds": round(time.monotonic() - began)}  # fmt: skip


def _index(backend, one) -> None:
    rows = list(one.documents())
    for first in range(0, len(rows), 500):
        backend.update(one.index, rows[first : first + 500])


def main() -> None:
    options = argparse.ArgumentParser(prog="python -m bench.load")
    options.add_argument("--posts", type=int, default=1_000_000)
    options.add_argument("--people", type=int, default=25_000)
    options.add_argument("--groups", type=int, default=3_000)
    options.add_argument("--bodies", type=int, default=5_000)
    options.add_argument("--keep", type=Path, required=True, metavar="FOLDER")
    chosen = options.parse_args()
    if (chosen.keep / MADE).exists():
        print(f"{chosen.keep} holds a company: {(chosen.keep / MADE).read_text()}")
        return
    if (chosen.keep / "pg").exists():
        sys.exit(f"{chosen.keep} holds a company that was not loaded to its end: delete the folder and begin again.")
    with company(chosen.keep):
        from django.core.management import call_command
        from django.db import connection

        call_command("migrate", verbosity=0)
        made = fill(
            posts=chosen.posts, people=chosen.people, groups=chosen.groups, bodies=chosen.bodies,
            tell=lambda line: print(line, flush=True),
        )  # fmt: skip
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
        (chosen.keep / MADE).write_text(json.dumps(made))
        print(json.dumps(made))


if __name__ == "__main__":
    main()
