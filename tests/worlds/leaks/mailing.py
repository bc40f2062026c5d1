"""Mistakes in what is mailed of posts: rights of an earlier moment, digests of what others read, headers that count."""

from __future__ import annotations

import datetime as dt
from contextlib import AbstractContextManager
from typing import Any

from django.core import mail
from django.db.models import IntegerField, Value

from kit.models import Fact
from notifications import letters, news, queries
from notifications.models import Notification
from tests.worlds.addresses import Known
from tests.worlds.company import last_id, mention, message
from tests.worlds.leaks.planting import Script, instead, leak
from tests.worlds.recording import Answer
from tests.worlds.world import Chapter, World
from walls.models import Thread

Mistake = AbstractContextManager[Any]
A_DAY = dt.timedelta(days=1)
A_WHILE = dt.timedelta(minutes=16)


def _mailed(who: str, before: Chapter, wait: dt.timedelta, meanwhile: Chapter | None = None) -> Script:
    """What ``who`` is mailed some time after something was done; ``meanwhile``: when it is planned and not sent yet."""

    def script(world: World, known: Known) -> list[Answer]:
        first = len(mail.outbox)
        before(world)
        world.plan_mails(wait)
        if meanwhile:
            meanwhile(world)
        world.hear()
        # Who is inside is mailed what is inside.
        mail.outbox[first:] = [sent for sent in mail.outbox[first:] if sent.to == [world.people[who].email]]
        return []

    return script


def _in_private(chapter: Chapter) -> Chapter:
    """Done in the world that has a secret."""

    def done(world: World) -> None:
        if world.private is not None:
            world.play_privately(chapter)

    return done


def _name_rita(world: World) -> None:
    world.act("hanna", "/groups/new/", {"name": "Side", "type": "hidden", "default_label": "internal"}, called="side")
    world.act("hanna", f"/groups/{world.things['side']}/invite/", {"person": world.people["rita"].public_id})
    world.act("rita", f"/invitations/{last_id(world, 'rita', '/invitations/', '/invitations/')}/accept/")
    sent = message(world, ["side"], "Aurum", f"{mention(world, 'rita')} what do you think?")
    world.act("hanna", "/threads/new/", sent)


def _remove_rita(world: World) -> None:
    world.act("hanna", f"/groups/{world.things['side']}/members/{world.people['rita'].public_id}/remove/")


@leak(
    "mail and notices: rights at the time of sending",
    _mailed("rita", _in_private(_name_rita), A_WHILE, _in_private(_remove_rita)),
    stays=True,
)
def a_mail_tells_what_its_reader_might_see_when_it_was_planned() -> Mistake:
    def entries(planned: Any) -> Any:
        return Notification.objects.filter(pk__in=planned.entries).select_related(*queries.SHOWN)

    return instead(letters, "_entries", lambda real: entries)


def _name_emil(world: World) -> None:
    world.act("mona", "/threads/new/", message(world, ["open"], "Vents", f"{mention(world, 'emil')} are they clean?"))


@leak("mail and notices: digests", _mailed("emil", _name_emil, A_DAY), stays=True)
def a_digest_tells_of_every_wall() -> Mistake:
    def unread(viewer: Any, **_more: Any) -> Any:
        return Thread.objects.annotate(new_posts=Value(1, output_field=IntegerField()))

    return instead(news, "unread", lambda real: unread)


@leak("mail and notices: headers", _mailed("emil", _name_emil, A_WHILE), stays=True)
def the_message_id_of_a_notice_counts_every_fact() -> Mistake:
    return instead(letters, "_message_id", lambda real: lambda person, what: f"<{Fact.objects.count()}@parvis.test>")
