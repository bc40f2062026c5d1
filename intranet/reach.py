"""Whether PostgreSQL and Redis are there, new enough and ours to use: asked before a server's process begins."""

from __future__ import annotations

import sys
import time

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from kit import blobs, failures, redis_client

POSTGRESQL = 15
REDIS = 7
#: services that start beside us get this long
PATIENCE_SECONDS = 10.0

_READS_AND_WRITES = """
SELECT to_regclass('kit_fact') IS NULL
    OR (has_table_privilege('kit_fact', 'SELECT') AND has_table_privilege('kit_fact', 'INSERT')
        AND has_table_privilege('kit_fact', 'UPDATE') AND has_table_privilege('kit_fact', 'DELETE')),
       current_user
"""


def _line(error: BaseException) -> str:
    """What a service said, as the end of a sentence of ours."""
    return failures.first_line(error).rstrip(".")


def database_problem() -> str:
    """Why PostgreSQL can't be used, as one sentence; empty when it can."""
    try:
        connection.ensure_connection()
    except DatabaseError as error:
        return f"PostgreSQL can't be reached with DATABASE_URL: {_line(error)}."
    try:
        if connection.pg_version < POSTGRESQL * 10_000:
            found = connection.pg_version // 10_000
            return f"DATABASE_URL leads to PostgreSQL {found}; Parvis needs {POSTGRESQL} or newer."
        with connection.cursor() as cursor:
            cursor.execute(_READS_AND_WRITES)
            may, who = cursor.fetchone()
    except DatabaseError as error:
        return f"PostgreSQL answers with an error: {_line(error)}."
    if not may:
        return f"The role {who} of DATABASE_URL may not read and write Parvis's tables: make it their owner."
    return ""


def redis_problem() -> str:
    """Why Redis can't be used, as one sentence; empty when it can."""
    client = redis_client.client(patience=2, retry=None, decode_responses=True)
    try:
        found = str(client.info("server").get("redis_version", "0"))
        if int(found.split(".")[0]) < REDIS:
            return f"REDIS_URL leads to Redis {found}; Parvis needs {REDIS} or newer."
        client.publish("parvis.reach", "")
        client.set("parvis.reach", "", ex=1)
    except (redis.AuthenticationError, redis.exceptions.NoPermissionError) as error:
        return f"Redis doesn't let the user of REDIS_URL in, or not do enough: {_line(error)}."
    except (redis.ConnectionError, redis.TimeoutError) as error:
        return f"Redis can't be reached with REDIS_URL: {_line(error)}."
    except redis.RedisError as error:
        return f"Redis answers with an error: {_line(error)}."
    finally:
        client.close()
    return ""


def bucket_problem() -> str:
    """Why PARVIS_BUCKET can't be used, as one sentence; empty when it can, or when there is none."""
    if not settings.BUCKET:
        return ""
    try:
        if not blobs.store().may_remove():
            return "The bucket of PARVIS_BUCKET keeps no versions: files that nobody needs any more are never removed."
    except blobs.StoreAway as error:
        return f"PARVIS_BUCKET can't be used: {_line(error)}."
    return ""


def is_up_to_date() -> bool:
    """True when no migration of this code is missing in the database."""
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def problem(*, patience: float = 0.0) -> str:
    """The first thing that keeps a server's process from working, as one sentence; services get ``patience`` s."""
    until = time.monotonic() + patience
    while True:
        found = database_problem() or redis_problem()
        if not found or time.monotonic() >= until:
            break
        connection.close()
        time.sleep(0.5)
    if not found and not is_up_to_date():
        found = "The database is not up to date: run `manage.py migrate` once, then start the servers."
    return found


def leave_without_services(process: str) -> None:
    """End this process (a worker, the clock) with one sentence when it could do nothing."""
    if settings.IS_EMBEDDED:
        sys.exit(
            f"There is no {process} in the embedded profile, where the server does the background work: "
            "set DATABASE_URL and REDIS_URL for the server profile."
        )
    if not (settings.DATABASE_URL and settings.REDIS_URL):
        missing = "REDIS_URL" if settings.DATABASE_URL else "DATABASE_URL"
        sys.exit(f"A {process} needs DATABASE_URL and REDIS_URL; {missing} is not set.")
    if found := problem(patience=PATIENCE_SECONDS):
        sys.exit(found)
    connection.close()
