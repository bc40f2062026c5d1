"""A process that is killed the moment after a reply was committed, before anything else could hear of it.

Run by ``test_outbox.py`` with ``PARVIS_DATA`` set: ``python -m tests.faults.dying_process EMAIL THREAD TEXT``.
"""

from __future__ import annotations

import os
import signal
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "intranet.settings")
django.setup()

from kit import facts  # noqa: E402
from people.models import Person  # noqa: E402
from walls.models import Thread  # noqa: E402
from walls.services import posts  # noqa: E402


def die(fact_id: int) -> None:
    """What would hand the fact to background work: here the power goes instead."""
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    email, thread, text = sys.argv[1:]
    facts.deliver_with(die)
    posts.reply(author=Person.objects.get(email=email), thread=Thread.objects.get(public_id=thread), source=text)
    raise SystemExit("The process outlived its own death.")
