"""Checks that ask the services themselves: ``manage.py check --database default``, and before a server's process."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import connection

from intranet import reach

_QUIET = ("fatal", "panic", "log")
_SETTINGS = """
SELECT name, setting FROM pg_settings
WHERE name IN ('log_min_error_statement', 'log_statement', 'log_min_duration_statement', 'synchronous_commit', 'fsync',
               'random_page_cost', 'jit', 'max_parallel_workers_per_gather')
"""
# Questions of a page take milliseconds: neither compiling them nor dividing them pays, and their rows are in memory.
_FOR_SHORT_QUESTIONS = {"random_page_cost": "1.1", "jit": "off", "max_parallel_workers_per_gather": "0"}


@register(Tags.database)
def services(databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    """PostgreSQL and Redis are there, new enough, ours to use, and keep no secret in their logs."""
    if not databases or settings.IS_EMBEDDED or connection.vendor != "postgresql":
        return []
    if found := reach.database_problem():
        hint = "See DATABASE_URL in docs/settings.md and docs/processes.md."
        return [Error(found, hint=hint, id="parvis.E010")]
    messages: list[CheckMessage] = [*_time_zone(), *_keeps_what_it_says(), *_writes_no_text(), *_plans()]
    if found := reach.redis_problem():
        hint = "See REDIS_URL in docs/settings.md and docs/processes.md."
        messages.append(Error(found, hint=hint, id="parvis.E011"))
    if found := reach.bucket_problem():
        messages.append(Warning(found, hint="See PARVIS_BUCKET in docs/servers.md.", id="parvis.W013"))
    return messages


def _settings() -> dict[str, str]:
    with connection.cursor() as cursor:
        cursor.execute(_SETTINGS)
        return dict(cursor.fetchall())


def _time_zone() -> list[CheckMessage]:
    with connection.cursor() as cursor:
        # What a new session of this role gets; Django sets it in each session else, which a pooler then has to follow.
        cursor.execute("SELECT reset_val, current_user FROM pg_settings WHERE name = 'TimeZone'")
        zone, role = cursor.fetchone()
    if zone.upper() in ("UTC", "ETC/UTC"):
        return []
    return [
        Warning(
            f"Sessions of the role {role} begin in the time zone {zone}, so that each has to be set to UTC.",
            hint=f"ALTER ROLE {role} SET timezone = 'UTC';",
            id="parvis.W010",
        )
    ]


def _keeps_what_it_says() -> list[CheckMessage]:
    found = _settings()
    weak = [name for name in ("fsync", "synchronous_commit") if found.get(name) == "off"]
    return [
        Warning(
            f"PostgreSQL runs with {name} = off: a post that was acknowledged is lost when the machine stops.",
            hint=f"Set {name} = on.",
            id="parvis.W011",
        )
        for name in weak
    ]


def _writes_no_text() -> list[CheckMessage]:
    found = _settings()
    telling = [
        (name, quiet)
        for name, quiet, is_quiet in (
            ("log_min_error_statement", "panic", found.get("log_min_error_statement") in _QUIET),
            ("log_statement", "none", found.get("log_statement") in ("none", "ddl")),
            ("log_min_duration_statement", "-1", found.get("log_min_duration_statement") == "-1"),
        )
        if not is_quiet
    ]
    return [
        Warning(
            f"PostgreSQL's {name} is {found.get(name)}: its log holds statements with what people wrote in them.",
            hint=f"Set {name} = {quiet} (an administrator of the database does: ALTER ROLE … SET, or postgresql.conf).",
            id="parvis.W012",
        )
        for name, quiet in telling
    ]


def _plans() -> list[CheckMessage]:
    found = _settings()
    others = {name: wanted for name, wanted in _FOR_SHORT_QUESTIONS.items() if found.get(name) != wanted}
    if not others:
        return []
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        (role,) = cursor.fetchone()
    return [
        Warning(
            f"PostgreSQL plans the short questions of pages as long ones ({', '.join(others)}): they take longer.",
            hint=" ".join(f"ALTER ROLE {role} SET {name} = {wanted};" for name, wanted in others.items()),
            id="parvis.W014",
        )
    ]
