"""Who stands outside, and everything each of them is sent."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field

from django.core import mail
from django.core.mail import EmailMessage

from tests.worlds import addresses, normalised
from tests.worlds.addresses import Known
from tests.worlds.recording import Answer, Recording
from tests.worlds.world import NOBODY, World

#: role: who plays it
ADMINISTRATOR = "administrator who is no member"
OUTSIDERS = {
    "anonymous": NOBODY,
    "employee": "emil",
    "guest": "gus",
    ADMINISTRATOR: "ada",
    "manager of another group": "mona",
}
#: who is not among them because there is no such thing: what code would say where there were one, and where it may
NOT_THERE = {"API token": (r"(?i)\bhttp_authorization\b|[\"']authorization[\"']", {"intranet/probes.py"})}
#: who approved that another administrator looks into a group, which gives no sight of it
APPROVER = "administrator who approved"
FORMER = {"former member": "lea", "removed member": "rita"}
#: members of the hidden group, those who were, and who is named in it or invited to it
INSIDE = ("hanna", "hugo", "lea", "rita", "nora")
ADMINISTRATORS = {ADMINISTRATOR, APPROVER}
WHO = {**OUTSIDERS, **FORMER, APPROVER: "zoe"}
#: long runs (``make worlds``) ask everybody everything
IS_LONG = bool(os.environ.get("PARVIS_WORLDS"))


@dataclass(frozen=True)
class Asked:
    """A request: ``headers`` beside those that every browser sends."""

    method: str
    address: str
    headers: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        said = ", ".join(f"{name}: {value}" for name, value in self.headers.items())
        return f"{self.method.upper()} {self.address}" + (f" ({said})" if said else "")


def everything(known: Known) -> Iterator[tuple[str, str]]:
    """Method and address of all that an outsider may try without changing anything."""
    return ((asked.method, asked.address) for asked in everything_and_parts(known) if not asked.headers)


def everything_and_parts(known: Known) -> Iterator[Asked]:
    """The same, and pages in the other ways a browser may ask: for parts that htmx exchanges, ranges, dialogs."""
    pages = [*addresses.plain(), *addresses.questions(known)]
    own = [address for _name, address in addresses.with_keys(known, "own")]
    guessed = [address for _name, address in addresses.with_keys(known, "guessed")]
    for address in (*pages, *own, *guessed):
        yield Asked("get", address)
    for address in guessed:
        yield Asked("post", address)
    for address in (*pages, *own, *guessed):
        yield Asked("get", address, addresses.HTMX)
    for address, headers in addresses.parts(known):
        yield Asked("get", address, headers)
    for address in (*own, *guessed):
        if address.startswith("/pictures/"):
            yield Asked("head", address)
            yield Asked("get", address, addresses.RANGE)
        elif address.startswith("/groups/"):
            yield Asked("get", address, addresses.DIALOG)


def share(known: Known, role: str, every: int) -> list[Asked]:
    """Of everything, what ``role`` is asked in a short run: all that stands under its own roof, else one in ``every``.

    Which one turns with the role, so that together they leave nothing out where there are as many roles.
    """
    first = [*WHO].index(role)
    asked = list(everything_and_parts(known))
    return [
        one
        for number, one in enumerate(asked)
        if (number + first) % every == 0
        or (role in ADMINISTRATORS and not one.headers and one.address.startswith("/admin/"))
    ]


def views(
    world: World, known: Known, roles: dict[str, int], status_only: Collection[str] = normalised.WHOLE_COMPANY
) -> Recording:
    """What each role is sent, asked one in so many addresses (1: all); then the mails that went out.

    Of the pages ``status_only`` an administrator is only compared the status.
    """
    recording: Recording = {}
    for role, every in roles.items():
        for asked in share(known, role, 1 if IS_LONG else every):
            world.clock.next_look()
            answer = world.look(WHO[role], asked.address, asked.method, **asked.headers)
            assert answer.status < 500, f"{role}: {asked} broke: {answer.status}"
            if asked.address in status_only and role in ADMINISTRATORS:
                answer = Answer(answer.status, (), b"")
            recording[f"{role}: {asked}"] = answer
    # Who is inside is told of what is inside; in a world where an administrator looked in, so are administrators.
    inside = {world.people[name].email for name in INSIDE}
    if status_only is not normalised.WHOLE_COMPANY:
        inside |= {world.people[name].email for name in ("ada", "bea", "zoe")}
    compared = [WHO[role] for role in roles if role in FORMER]
    inside -= {world.people[name].email for name in compared}
    recording |= mails(sent for sent in mail.outbox if not inside & set(sent.to))
    return recording


def mails(sent: Iterable[EmailMessage]) -> Recording:
    """What was mailed, in the order in which each reader got it."""
    count: Counter[str] = Counter()
    found: Recording = {}
    for one in sent:
        to = ", ".join(one.to)
        count[to] += 1
        found[f"mail {count[to]} to {to}"] = as_sent(one)
    return found


def as_sent(sent: EmailMessage) -> Answer:
    """The bytes of a mail; the line between its parts is drawn by Python for each mail anew."""
    message = sent.message()
    if message.is_multipart():
        message.set_boundary("between-parts")
    return Answer(0, (), message.as_bytes())
