"""Fills a company with script injections in every text field; prints what to open, as JSON.

Run by ``test_injections.py`` beside a server: ``python -m tests.journeys.injected`` with ``PARVIS_DATA`` set.
"""

from __future__ import annotations

import datetime as dt
import io
import itertools
import json
import os
import sys
from urllib.parse import urlsplit

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "intranet.settings")
django.setup()

from django.apps import apps  # noqa: E402
from django.conf import settings  # noqa: E402
from django.core.exceptions import ValidationError  # noqa: E402
from django.db import models  # noqa: E402
from django.test import Client  # noqa: E402
from PIL import Image  # noqa: E402

from archive import services as archive  # noqa: E402
from groups import services as groups  # noqa: E402
from kit import clock  # noqa: E402
from kit.ids import PublicIdField  # noqa: E402
from kit.markdown import mention  # noqa: E402
from people import services as people  # noqa: E402
from people.models import Person  # noqa: E402
from tests.hardening.vectors import VECTORS  # noqa: E402
from topics import services as topics  # noqa: E402
from walls import services as walls  # noqa: E402

_turn = itertools.cycle(VECTORS)
OURS = {
    "kit",
    "people",
    "groups",
    "search",
    "live",
    "topics",
    "profiles",
    "walls",
    "notifications",
    "archive",
    "imports",
}
#: what an injection is known by, however its text was folded
SIGNS = ("alert(1)", "alert(", "pwned", "onerror", "script", "onload")


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
    other = people.create_person(by=admin, display_name=some(70), email="b@evil.test", is_administrator=True)
    shut = groups.create_group(creator=member, name=some(70), type="closed")
    for space, decide in ((closed, archive.approve_access), (shut, archive.refuse_access)):
        address = f"http://x.test{space.get_absolute_url()}"
        request = archive.ask_for_access(
            administrator=other, address=address, reason=some(900) + " " * 9 + "x" * 9, hours=4
        )
        decide(administrator=admin, request=request)
    people.invite_to_company(
        by=member, email="i@evil.test", display_name=some(70), is_employee=False, employer=some(70),
        ends_on=clock.today() + dt.timedelta(days=9),
    )  # fmt: skip
    invitation = people.invite_to_company(by=admin, email="j@evil.test", display_name=some(70))
    walls.keep_draft(author=admin, place=some(70), fields={"source": some(900), "tags": some(70), "kind": some(70)})
    walls.add_picture(uploader=member, content=_a_picture(), description=some(180))
    edited = walls.edit_post(editor=person, post=big.opening, source=some(900), title=some(180), based_on_revision=1)
    walls.edit_post(editor=person, post=edited, source=some(900), title=some(180), based_on_revision=2)
    people.create_person(by=admin, display_name=some(70), email='"<svg/onload=alert(1)>"@evil.test')
    browser = Client(headers={"host": "127.0.0.1", "user-agent": some(90)})
    browser.force_login(admin, backend=settings.AUTHENTICATION_BACKENDS[0])
    browser.get("/")
    talk = groups.start_conversation(starter=person, people=[admin])
    walls.post_thread(author=person, spaces=talk, source=some(900) + "\n\n" + mention("x", admin.public_id))
    return {
        "thread": big.public_id, "person": person.public_id, "guest": guest.public_id, "group": made[0].public_id,
        "closed": closed.public_id, "topic": topic.public_id if topic else "",
        "edited": edited.public_id, "link": urlsplit(people.invitation_link(invitation)).path,
    }  # fmt: skip


def _a_picture() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (8, 8)).save(file, "PNG")
    return file.getvalue()


def untouched() -> list[str]:
    """Every column of text, as model.field, in which no row holds anything of an injection."""
    found = []
    for model in apps.get_models():
        for field in model._meta.concrete_fields if model._meta.app_label in OURS else ():
            is_text = isinstance(field, models.CharField | models.TextField | models.JSONField)
            if is_text and not (field.choices or isinstance(field, PublicIdField)):
                held = " ".join(map(str, model._base_manager.values_list(field.attname, flat=True)))
                if not any(sign in held for sign in SIGNS):
                    found.append(f"{model._meta.label}.{field.name}")
    return sorted(found)


if __name__ == "__main__":
    from groups.models import Space

    found = {person.email.split("@")[0]: person for person in Person.objects.all()}
    places = {kind: Space.objects.get(type=kind) for kind in ("common", "open")}
    json.dump({**fill(found, places), "untouched": untouched()}, sys.stdout)
