"""Who works at Corvanne, and what everybody may know that they do: the public script, in chapters."""

from __future__ import annotations

import datetime as dt
import io
import re
from typing import Any

from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from tests.worlds.seeds import BEGINS
from tests.worlds.world import NOBODY, World


def picture(colour: str) -> SimpleUploadedFile:
    """A small picture to upload."""
    content = io.BytesIO()
    Image.new("RGB", (48, 32), colour).save(content, "PNG")
    return SimpleUploadedFile(f"{colour}.png", content.getvalue(), "image/png")


def last_id(world: World, who: str, page: str, prefix: str) -> str:
    """The last public id that stands behind ``prefix`` on a page that ``who`` opens."""
    found = re.findall(rf"{prefix}([0-9a-z]{{26}})/", world.look(who, page).body.decode())
    assert found, f"no {prefix}… on {page}"
    return found[-1]


def message(world: World, where: list[str], title: str, text: str, **more: Any) -> dict[str, Any]:
    """The form of a new thread on the walls called ``where``."""
    return {
        "spaces": [world.things[place] for place in where],
        "kind": "discussion",
        "title": title,
        "body": text,
        **more,
    }


def mention(world: World, name: str) -> str:
    """A mention of somebody, as the editor writes it."""
    person = world.people[name]
    return f"[@{person.display_name}](person:{person.public_id})"


# Chapters -----------------------------------------------------------------------------------------------------------
def settle(world: World) -> None:
    """People and topics. Hanna, Hugo, Lea, Rita and Nora may come to know of a secret."""
    world.found()
    for name in ("Ada Admin", "Bea Boss", "Zoe Second"):
        world.hire(name, is_administrator=True)
    world.hire("Mona Manager", place="Lyon", department="Casting")
    world.hire("Emil Employee", place="Lyon", department="Sales")
    world.hire("Hanna Hidden", place="Annecy", department="Finance")
    world.hire("Hugo Hidden", place="Annecy", department="Finance")
    world.hire("Lea Leaver", place="Annecy", department="Sales")
    world.hire("Rita Removed", place="Annecy", department="Sales")
    world.hire("Nora Named", place="Lyon", department="Casting")
    last_day = (BEGINS + dt.timedelta(days=90)).date()
    world.hire("Gus Guest", is_employee=False, employer="Brenner", sponsor=world.people["mona"], ends_on=last_day)
    for english, french in (("Casting", "Coulée"), ("Finance", "Finances")):
        world.act("ada", "/admin/topics/", {"label_en": english, "label_fr": french})
    world.things["topic"] = last_id(world, "ada", "/admin/topics/", "/admin/topics/")
    world.things["common"] = world.company_wall


def make_groups(world: World) -> None:
    """An open group with a guest, and a closed one."""
    guests = {"has_guest_invitations": "on", "default_label": "shared"}
    world.act(
        "mona", "/groups/new/", {"name": "Moulds", "type": "open", "purpose": "Porosity", **guests}, called="open"
    )
    closed = {"name": "Prices", "type": "closed", "purpose": "What we ask", "default_label": "internal"}
    world.act("mona", "/groups/new/", closed, called="closed")
    for place, people in (("open", ("emil", "hanna", "hugo", "gus")), ("closed", ("hanna",))):
        ids = [world.people[name].public_id for name in people]
        world.act("mona", f"/groups/{world.things[place]}/invite/", {"person": ids})
        for name in people:
            invitation = last_id(world, name, "/invitations/", "/invitations/")
            world.act(name, f"/invitations/{invitation}/accept/")
    world.act("lea", f"/groups/{world.things['open']}/join/")


def talk(world: World) -> None:
    """Threads of every shape, among them by people who have a secret elsewhere."""
    question = message(
        world, ["open"], "Porosity in the new mould?", "The casting has pores near the gate. " + mention(world, "hugo"),
        kind="question", label="shared", topic=world.things["topic"], tags="porosity, mould",
    )  # fmt: skip
    world.act("hanna", "/threads/new/", question, called="question")
    thread = world.things["question"]
    world.act("hugo", f"/threads/{thread}/reply/", {"body": "Vent it, and preheat to 220 degrees."})
    world.things["answer"] = last_id(world, "hugo", f"/threads/{thread}/", "/posts/")
    world.act("gus", f"/threads/{thread}/reply/", {"body": "We saw the same at Brenner."})
    world.act("emil", f"/posts/{world.things['answer']}/react/", {"emoji": "👍"})
    world.act("hanna", f"/posts/{world.things['answer']}/accept/")
    world.act("emil", "/pictures/", {"picture": picture("teal")}, called="picture")
    shown = f"A gantry would help. ![gantry](picture:{world.things['picture']})"
    idea = message(world, ["common"], "A gantry for hall two", shown, kind="idea", tags="hall")
    world.act("emil", "/threads/new/", idea, called="idea")
    world.act("hugo", f"/threads/{world.things['idea']}/vote/")
    world.act("lea", f"/threads/{world.things['idea']}/save/")
    world.act("emil", f"/threads/{world.things['idea']}/follow/")


def go_on(world: World) -> None:
    """Conversations, prices, changes of mind."""
    world.act("emil", "/conversations/new/", {"person": world.people["hanna"].public_id}, called="conversation")
    talk = message(world, ["conversation"], "", "Do you have a minute?")
    world.act("emil", "/threads/new/", talk, called="said")
    price = message(world, ["closed"], "Prices of May", "Two percent up, aluminium first.", tags="aluminium")
    world.act("mona", "/threads/new/", price, called="price")
    answer = world.things["answer"]
    world.act("hugo", f"/posts/{answer}/edit/", {"body": "Vent it, and preheat to 240 degrees.", "revision": "1"})
    world.act("emil", "/drafts/keep/", {"place": "home", "title": "Half a thought", "body": "About halls"})
    world.things["draft"] = last_id(world, "emil", "/drafts/", "/drafts/")
    own = {**message(world, [], "Hello", "On my own wall."), "spaces": world.space_of("hugo")}
    world.act("hugo", "/threads/new/", own, called="own wall")
    world.act("emil", f"/topics/{world.things['topic']}/follow/")


def afterwards(world: World) -> None:
    """What comes later, whatever happened meanwhile: answers, notices, and every mail that there is."""
    world.act("emil", f"/threads/{world.things['question']}/reply/", {"body": f"{mention(world, 'gus')} did it help?"})
    world.act("mona", f"/threads/{world.things['price']}/reply/", {"body": f"{mention(world, 'hanna')} please read."})
    world.act(NOBODY, "/account/password/reset/", {"email": "emil@example.test"})
    newcomer = {"email": "nina@example.test", "display_name": "Nina New", "kind": "employee", "language": "fr"}
    world.act("ada", "/admin/people/invite/", newcomer)
    assert len(mail.outbox) >= 2, "nobody was written to: nothing is proved of mails"


def be_mailed(world: World) -> None:
    """A quarter of an hour later, and the next morning: what is mailed at once, and the digests."""
    before = len(mail.outbox)
    for wait in (dt.timedelta(minutes=16), dt.timedelta(hours=23)):
        world.be_mailed(wait)
    to = {address for sent in mail.outbox[before:] for address in sent.to}
    assert {"emil@example.test", "gus@example.test"} <= to, "outsiders were told nothing: nothing is proved of mails"


PUBLIC = (settle, make_groups, talk, go_on, afterwards)
