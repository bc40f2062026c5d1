"""A company of its own in which somebody is named, and a process that plans and sends what is due.

``python -m tests.notifications.sending prepare`` or ``send``, with ``PARVIS_DATA`` and ``EMAIL_URL`` set.
"""

from __future__ import annotations

import datetime as dt
import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "intranet.settings")
django.setup()

from django.core.management import call_command  # noqa: E402

from kit import clock, facts, markdown  # noqa: E402
from kit.models import Fact  # noqa: E402
from notifications import services  # noqa: E402
from people.models import Person  # noqa: E402
from tests.journeys.company import make_company  # noqa: E402
from walls import services as walls  # noqa: E402
from walls.models import Thread  # noqa: E402


def deliver() -> None:
    """Hear everything that waits, also what a process held when it was killed (its lease is over in 30 seconds)."""
    Fact.objects.filter(heard_at=None).update(lease="", leased_until=None)
    for key in Fact.objects.filter(heard_at=None).order_by("pk").values_list("pk", flat=True):
        facts.deliver(key)


def prepare() -> None:
    call_command("migrate", verbosity=0)
    who = make_company()
    for person in Person.objects.real():
        services.change_mail_wish(
            person=person, digest="never", quiet_from=0, quiet_until=0, is_quiet_on_weekends=False
        )
    deliver()
    Fact.objects.update(heard_at=clock.now())
    people = {key: Person.objects.get(email=found["email"]) for key, found in who["people"].items()}
    with clock.set_to(clock.now() - dt.timedelta(hours=1)):
        source = f"{markdown.mention('Max', people['member'].public_id)} look"
        thread = Thread.objects.get(public_id=who["threads"]["plain"])
        walls.reply(author=people["manager"], thread=thread, source=source)
        deliver()


def send() -> None:
    services.plan_mails()
    deliver()


if __name__ == "__main__":
    {"prepare": prepare, "send": send}[sys.argv[1]]()
