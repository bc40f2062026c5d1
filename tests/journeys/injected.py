"""Fills a company with script injections in every text field; prints what to open, as JSON.

Run by ``test_injections.py`` beside a server: ``python -m tests.journeys.injected`` with ``PARVIS_DATA`` set.
"""

from __future__ import annotations

import datetime as dt
import itertools
import json
import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "intranet.settings")
django.setup()

from django.core.exceptions import ValidationError  # noqa: E402

from groups import services as groups  # noqa: E402
from kit import clock  # noqa: E402
from kit.markdown import mention  # noqa: E402
from people import services as people  # noqa: E402
from people.models import Person  # noqa: E402
from tests.hardening.vectors import VECTORS  # noqa: E402
from topics import services as topics  # noqa: E402
from walls import services as walls  # noqa: E402

_turn = itertools.cycle(VECTORS)


def some(limit: int) -> str:
    """The next injection that fits into a field of ``limit`` characters, on one line."""
    return next(vector.replace("\n", " ") for vector in _turn if len(vector) <= limit)


def fill(who: dict[str, Person], spaces) -> dict[str, str]:
    """Every field of text, in the words of an attacker; public ids by what they are."""
    admin, member = who["ada"], who["max"]
    people.change_company(by=admin, name=some(60))
    for number in range(12):
        person = people.create_person(
            by=admin, display_name=some(70), email=f"x{number}@evil.test", headline=some(150), about=some(900),
            department=some(70), place=some(70), phone=some(38),
        )  # fmt: skip
        try:
            groups.add_member(space=spaces["open"], person=person)
        except ValidationError:
            pass
    guest = people.create_person(
        by=admin, display_name=some(70), email="g@evil.test", is_employee=False, employer=some(70), sponsor=member,
        ends_on=clock.today() + dt.timedelta(days=9),
    )  # fmt: skip
    topic = None
    for _ in range(8):
        topic = topics.add_topic(administrator=admin, label_en=some(60), label_fr=some(60))
    made = [groups.create_group(creator=member, name=some(70), purpose=some(900), type="open") for _ in range(10)]
    closed = groups.create_group(creator=member, name=some(70), purpose=some(900), type="closed")
    groups.add_member(space=made[0], person=person)
    groups.ask_to_join(person=admin, space=closed, message=some(400))
    groups.invite(manager=member, space=closed, person=person)
    begun = clock.now() - dt.timedelta(hours=20)
    with clock.set_to(begun):
        big = walls.post_thread(
            author=person, spaces=made[0], title=some(180), source=mention(person.display_name, person.public_id),
            topic=topic, tags=[some(38).replace(" ", "") for _ in range(5)],
        )[0]  # fmt: skip
    # Ten to a post, each a block of its own; every one of them stands in some post.
    for number, start in enumerate(range(0, len(VECTORS), 10)):
        with clock.set_to(begun + dt.timedelta(minutes=number + 1)):
            walls.reply(author=member, thread=big, source="\n\n".join(VECTORS[start : start + 10]))
    for number in range(28):
        with clock.set_to(begun + dt.timedelta(hours=1, minutes=number)):
            walls.post_thread(author=person, spaces=spaces["common"], title=some(180), source=some(2000))
    for number in range(6):
        walls.keep_draft(author=admin, place=f"space:{number}", fields={"source": some(900), "title": some(180)})
    talk = groups.start_conversation(starter=person, people=[admin])
    walls.post_thread(author=person, spaces=talk, source=some(900) + "\n\n" + mention("x", admin.public_id))
    return {
        "thread": big.public_id, "person": person.public_id, "guest": guest.public_id, "group": made[0].public_id,
        "closed": closed.public_id, "topic": topic.public_id if topic else "",
    }  # fmt: skip


if __name__ == "__main__":
    from groups.models import Space

    found = {person.email.split("@")[0]: person for person in Person.objects.all()}
    places = {kind: Space.objects.get(type=kind) for kind in ("common", "open")}
    json.dump(fill(found, places), sys.stdout)
