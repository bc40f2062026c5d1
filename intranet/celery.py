"""Background work: JSON only, no results; the outbox is the truth, this only makes it quick.

``celery -A intranet worker`` and ``celery -A intranet beat`` on servers; embedded, the server process runs both
(``intranet/work.py``). The options are in the settings, under ``CELERY_``.
"""

from __future__ import annotations

import os
import sys
from typing import Any

from celery import Celery, signals

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "intranet.settings")

app = Celery("parvis")
app.config_from_object("django.conf:settings", namespace="CELERY")
# PERF: else every task opens a connection to the database of its own.
app.conf["CELERY_DB_REUSE_MAX"] = 1000
app.autodiscover_tasks()


@signals.setup_logging.connect
def _keep_logging(**_: Any) -> None:
    """Logs are as the settings say; a listener here keeps Celery from setting up its own."""


@signals.celeryd_init.connect
def _refuse_without_services(**_: Any) -> None:
    """A worker that could do nothing ends with one sentence."""
    from intranet import reach

    reach.leave_without_services("worker")


@signals.worker_ready.connect
def _say_ready(sender: Any, **_: Any) -> None:
    sys.stdout.write(f"The worker {sender.hostname} is ready.\n")
    sys.stdout.flush()


@signals.task_prerun.connect
def _renew_connections(**_: Any) -> None:
    """A database that was restarted between two tasks costs no task: broken and old connections go first."""
    from django.db import close_old_connections

    close_old_connections()
