"""The house with a subscriber that hangs at its first post and hears the next try.

``PARVIS_TEST_FLAG`` names the file it leaves when it begins to hang. The lease is short, so that a test is.
"""

from __future__ import annotations

import datetime as dt
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

from celery import signals

from intranet.celery import app

if TYPE_CHECKING:
    from kit.facts import HeardFact

__all__ = ["app"]


def hang_once(fact: HeardFact) -> None:
    """Hang where a delivery was never begun; hear everything after."""
    flag = Path(os.environ["PARVIS_TEST_FLAG"])
    if not flag.exists():
        flag.touch()
        time.sleep(600)


@signals.celeryd_init.connect
def slow(**_: object) -> None:
    from kit import facts

    facts.LEASE = dt.timedelta(seconds=3)
    # Heard last: everybody else has had their effect when it hangs.
    facts.subscribe("post.posted", hang_once)
