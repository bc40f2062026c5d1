"""The administrator's page: database, Redis, processes, search index and storage, one line each."""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import redis
from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from haystack import connections

from intranet import nodes, reach
from kit import clock, redis_client
from kit.health import BAD, GOOD, LATE, HealthLine
from kit.sizes import say_size
from search.engines.store import Unusable

#: seconds the index may be behind, bytes that should be free
LAG_SECONDS = 60
LITTLE_ROOM = 2_000_000_000
#: seconds that Redis is waited for
PATIENCE = 1.5


def lines() -> list[HealthLine]:
    """What the house reports of itself."""
    return [
        database_line(),
        *([redis_line(), processes_line()] if settings.REDIS_URL else []),
        index_line(),
        storage_line(),
    ]


def database_line() -> HealthLine:
    """Which database, and how large."""
    if connection.vendor == "sqlite":
        path = Path(settings.DATABASES["default"]["NAME"])
        size = path.stat().st_size if path.exists() else 0
        found = _("SQLite, %(size)s") % {"size": say_size(size)}
        return HealthLine(name=_("Database"), found=found)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database()), current_setting('server_version')")
        size, version = cursor.fetchone()
    said = {"version": version.split()[0], "size": say_size(size)}
    return HealthLine(name=_("Database"), found=_("PostgreSQL %(version)s, %(size)s") % said)


def redis_line() -> HealthLine:
    """Which Redis, and how much it holds; it may be emptied at any moment."""
    client = redis_client.client(patience=PATIENCE)
    try:
        found: dict[str, Any] = client.info()  # type: ignore[assignment]
    except redis.RedisError:
        return _redis_away()
    finally:
        client.close()
    said = {"version": found.get("redis_version", "?"), "size": say_size(found.get("used_memory", 0))}
    return HealthLine(name="Redis", found=_("Redis %(version)s, %(size)s") % said)


def _redis_away() -> HealthLine:
    return HealthLine(
        name="Redis",
        found=_("Redis doesn't answer."),
        state=BAD,
        advice=_("Pages go on, live updates pause, and facts wait in the database until it is back."),
    )


def processes_line() -> HealthLine:
    """How many processes of each kind run, and which of them fell silent."""
    try:
        known = nodes.known()
    except redis.RedisError:
        return HealthLine(name=_("Processes"), found=_("Unknown while Redis is away."), state=LATE)
    count = Counter(node.kind for node in known if not node.is_missed)
    web, work = count[nodes.WEB], count[nodes.WORKER]
    parts = [
        ngettext("%(count)d web node", "%(count)d web nodes", web) % {"count": web},
        ngettext("%(count)d worker", "%(count)d workers", work) % {"count": work},
        ngettext("%(count)d clock", "%(count)d clocks", count[nodes.CLOCK]) % {"count": count[nodes.CLOCK]},
    ]
    silent = [f"{node.kind} {node.machine}:{node.process}" for node in known if node.is_missed]
    state, advice = GOOD, ""
    if silent:
        state = LATE
        advice = _("Not heard of lately: %(names)s.") % {"names": ", ".join(silent)}
    if not count[nodes.WORKER] or not count[nodes.CLOCK]:
        state = BAD
        advice = _("Without a worker and a clock nobody is told anything: start them.")
    elif count[nodes.CLOCK] > 1:
        state, advice = LATE, _("One clock is enough: stop the others.")
    return HealthLine(name=_("Processes"), found=", ".join(parts), state=state, advice=advice)


def index_line() -> HealthLine:
    """How far search is behind, or how far it was made anew."""
    name, engine = _("Search index"), connections["default"].get_backend()
    if rebuilding := engine.rebuilding():
        found = _("It is being made anew: %(percent)d %% are done.") % {"percent": rebuilding.percent}
        return HealthLine(name=name, found=found, state=LATE)
    try:
        since = engine.behind_since()
    except Unusable:
        advice = _("The next search has it made anew; or do it now: manage.py rebuild_index.")
        return HealthLine(name=name, found=_("It isn't whole."), state=LATE, advice=advice)
    behind = int((clock.now() - since).total_seconds()) if since else 0
    if behind < 1:
        return HealthLine(name=name, found=_("It knows everything."))
    found = ngettext("%(count)d second behind", "%(count)d seconds behind", behind) % {"count": behind}
    state = LATE if behind > LAG_SECONDS else GOOD
    advice = _("If this grows, make the index anew: manage.py rebuild_index.") if state == LATE else ""
    return HealthLine(name=name, found=found, state=state, advice=advice)


def storage_line() -> HealthLine:
    """How much room is left for files, or whether their bucket answers."""
    if settings.BUCKET:
        is_good = not reach.bucket_problem()
        return HealthLine(
            name=_("Storage"),
            found=_("Files lie in a bucket that answers.") if is_good else _("The bucket is not as it should be."),
            state=GOOD if is_good else LATE,
            advice="" if is_good else _("manage.py check --database default says what is wrong."),
        )
    place = settings.BLOB_FOLDER if settings.BLOB_FOLDER.exists() else settings.DATA_FOLDER
    usage = shutil.disk_usage(place)
    said = {"free": say_size(usage.free), "total": say_size(usage.total)}
    short = usage.free < LITTLE_ROOM
    return HealthLine(
        name=_("Storage"),
        found=_("%(free)s of %(total)s left for pictures and files") % said,
        state=LATE if short else GOOD,
        advice=_("Make room: nothing can be uploaded once it is full.") if short else "",
    )
