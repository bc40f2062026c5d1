"""Who stands outside, and everything each of them is sent."""

from __future__ import annotations

import os
from collections.abc import Iterator

from django.core import mail

from tests.worlds import addresses, normalised
from tests.worlds.addresses import Known
from tests.worlds.recording import Answer, Recording
from tests.worlds.world import NOBODY, World

#: role: who plays it. There is no API yet: its token joins them with it.
ADMINISTRATOR = "administrator who is no member"
OUTSIDERS = {
    "anonymous": NOBODY,
    "employee": "emil",
    "guest": "gus",
    ADMINISTRATOR: "ada",
    "manager of another group": "mona",
}
FORMER = {"former member": "lea"}
WHO = {**OUTSIDERS, **FORMER}
#: long runs (``make worlds``) ask everybody everything
IS_LONG = bool(os.environ.get("PARVIS_WORLDS"))


def everything(known: Known) -> Iterator[tuple[str, str]]:
    """Method and address of all that an outsider may try without changing anything."""
    for address in addresses.plain():
        yield "get", address
    for address in addresses.questions(known):
        yield "get", address
    for _name, address in addresses.with_keys(known, "own"):
        yield "get", address
    for _name, address in addresses.with_keys(known, "guessed"):
        yield "get", address
        yield "post", address


def share(known: Known, role: str, every: int) -> list[tuple[str, str]]:
    """Of everything, what ``role`` is asked in a short run: all that stands under its own roof, else one in ``every``.

    Which one turns with the role, so that together they leave nothing out where there are as many roles.
    """
    first = [*OUTSIDERS, *FORMER].index(role)
    asked = list(everything(known))
    return [
        one
        for number, one in enumerate(asked)
        if (number + first) % every == 0 or (role == ADMINISTRATOR and one[1].startswith("/admin/"))
    ]


def views(world: World, known: Known, roles: dict[str, int]) -> Recording:
    """What each role is sent, asked one in so many addresses (1: all); then the mails that went out."""
    recording: Recording = {}
    for role, every in roles.items():
        for method, address in share(known, role, 1 if IS_LONG else every):
            world.clock.next_look()
            who = WHO[role]
            answer = world.look(who, address, method)
            assert answer.status < 500, f"{role}: {method} {address} broke: {answer.status}"
            if address in normalised.WHOLE_COMPANY and who == OUTSIDERS[ADMINISTRATOR]:
                answer = Answer(answer.status, (), b"")
            recording[f"{role}: {method.upper()} {address}"] = answer
    for number, sent in enumerate(mail.outbox):
        recording[f"mail {number + 1}"] = Answer(0, (), sent.message().as_bytes())
    return recording
