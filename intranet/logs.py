"""Logs that hold what happened and where, and nothing people wrote: no text, no name of a space, no search word.

Four rules, the same for the plain and the JSON form. Of a failure, the class and the places it came through, not what
it said (a database quotes the row). Of a request, its method, route and status, not its address. What our own code says
is said as it is; what a library says keeps its words, but texts put into them become an ellipsis unless that library is
known to speak of services only. And no library speaks below WARNING: some of them write out frames and statements.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import threading
from typing import Any

from kit import failures

#: speak of connections, processes and tasks; what they put into their sentences is needed to mend things
_OF_SERVICES = ("parvis", "celery.worker", "celery.beat", "celery.bootsteps", "kombu.connection", "uvicorn")
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
FORMS = ("text", "json")
_ELLIPSIS = "…"

log = logging.getLogger("parvis.server")


def configuration(*, level: str, form: str) -> dict[str, Any]:
    """Django's LOGGING: ``level`` for our own words, ``form`` is ``text`` or ``json``."""
    level = level if level in LEVELS else "WARNING"
    loud = level if level in ("WARNING", "ERROR", "CRITICAL") else "WARNING"
    formatter = "intranet.logs.Json" if form == "json" else "intranet.logs.Text"
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"parvis": {"()": formatter}},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "parvis"}},
        "root": {"handlers": ["console"], "level": loud},
        "loggers": {
            "parvis": {"level": level},
            # The head of the log of break-glass: what is cut off the end of it is missed only here. Never below INFO.
            "parvis.archive": {"level": "DEBUG" if level == "DEBUG" else "INFO"},
            # SECURITY: Django's own set-up would add handlers with other formatters.
            "django": {"handlers": [], "level": loud, "propagate": True},
            "django.server": {"handlers": [], "level": loud, "propagate": True},
        },
    }


def hear_all_alone() -> None:
    """Take away the handlers that libraries gave themselves at import (Haystack does): they know no rule."""
    for logger in list(logging.root.manager.loggerDict.values()):
        if isinstance(logger, logging.Logger):
            logger.handlers = [handler for handler in logger.handlers if isinstance(handler, logging.NullHandler)]
            logger.propagate = True


def said(record: logging.LogRecord) -> str:
    """What a record may say."""
    request = getattr(record, "request", None)
    if request is not None and hasattr(request, "method"):
        status = getattr(record, "status_code", "")
        # Without arguments it is the text of an exception, which may quote what was sent.
        words = str(record.msg).replace("%s", "").partition(":")[0].strip(" ()") if record.args else record.name
        return f"{words}: {request.method} {_route(request)} {status}".rstrip()
    if record.name.startswith(_OF_SERVICES):
        return _first_line(record.getMessage())
    template = _first_line(str(record.msg))
    if not record.args:
        return template
    try:
        return _first_line(template % _without_texts(record.args, of_tasks=record.name.startswith("celery.")))
    except (TypeError, ValueError, KeyError):
        return template


def _route(request: Any) -> str:
    match = getattr(request, "resolver_match", None)
    return (match.view_name or "unnamed") if match is not None else "no route"


def _without_texts(args: Any, *, of_tasks: bool) -> Any:
    if isinstance(args, dict):
        # Celery names its tasks so; its "exc" and "args" hold what a task was given.
        said = ("name", "id") if of_tasks else ()
        return {name: value if name in said else _without_text(value) for name, value in args.items()}
    return tuple(_without_text(value) for value in args)


def _without_text(value: Any) -> Any:
    return value if isinstance(value, int | float) else _ELLIPSIS


def _first_line(text: str) -> str:
    return text.splitlines()[0] if text.strip() else ""


def parts(record: logging.LogRecord) -> dict[str, Any]:
    """What every line has: moment, level, logger, message, process, and of a failure its class and places."""
    found: dict[str, Any] = {
        "time": dt.datetime.fromtimestamp(record.created, dt.UTC).isoformat(timespec="milliseconds"),
        "level": record.levelname,
        "logger": record.name,
        "message": said(record),
        "process": record.process,
    }
    if record.exc_info and record.exc_info[1] is not None:
        found["failure"] = failures.without_words(record.exc_info[1])
    return found


def thread_failed(failed: threading.ExceptHookArgs) -> None:
    """In place of Python's own hook, which writes what the failure said to the same stream."""
    if failed.exc_value is not None and not isinstance(failed.exc_value, SystemExit):
        name = failed.thread.name if failed.thread else "?"
        log.error("The thread %s ended: %s", name, failures.without_words(failed.exc_value))


class Json(logging.Formatter):
    """One JSON object a line, of :func:`parts` and nothing else: what a caller puts into ``extra`` stays out."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        return json.dumps(parts(record), ensure_ascii=False)


class Text(logging.Formatter):
    """The same for eyes."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        found = parts(record)
        failure = f" ({found['failure']})" if "failure" in found else ""
        return f"{found['time']} {found['level']} {found['logger']}: {found['message']}{failure}"
