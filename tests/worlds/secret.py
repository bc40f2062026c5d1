"""What a hidden group does, by the people who are in it: the private script, in chapters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.worlds.company import last_id, mention, message, picture
from tests.worlds.world import World


@dataclass(frozen=True)
class Secret:
    """The words of a hidden group; two worlds may have different ones."""

    group: str = "Aurum takeover"
    purpose: str = "Merger with Aurum"
    title: str = "Offer for Aurum, porosity included"
    text: str = "The casting porosity gate mould offer is 41 million, codename zirconium."
    tag: str = "zirconium"
    colour: str = "gold"
    replies: int = 3
    goes_on: bool = True  # after Lea has left and Rita was removed
    ends: bool = False  # looked into by an administrator, inherited, archived


OTHER = Secret("Site closure", "Which site goes", "Closing Annecy?", "Severance of 80 people, beryllium.", "beryllium",
               "crimson", 1)  # fmt: skip


MEMBERS = ("hugo", "lea", "rita")


def gather(world: World) -> None:
    """Nothing yet: the company settles."""


def make_group(world: World) -> None:
    """A hidden group with the name of an open one beside the real one, and its people."""
    secret: Secret = world.private
    # A name that the open group has, too: nobody may be told that it is taken.
    world.act(
        "hanna", "/groups/new/", {"name": "Moulds", "type": "hidden", "default_label": "internal"}, called="namesake"
    )
    group = {"name": secret.group, "type": "hidden", "purpose": secret.purpose, "default_label": "internal"}
    world.act("hanna", "/groups/new/", group, called="hidden space")
    space = world.things["hidden space"]
    world.act("hanna", f"/groups/{space}/invite/", {"person": [world.people[name].public_id for name in MEMBERS]})
    for name in MEMBERS:
        invitation = last_id(world, name, "/invitations/", "/invitations/")
        world.act(name, f"/invitations/{invitation}/accept/")
    world.act("hanna", f"/groups/{space}/invite/", {"person": world.people["nora"].public_id})
    world.things["hidden invitation"] = last_id(world, "nora", "/invitations/", "/invitations/")
    world.act("hanna", f"/groups/{space}/invitations/{world.things['hidden invitation']}/withdraw/")
    world.act("hanna", f"/groups/{space}/invite/", {"person": world.people["nora"].public_id})
    world.things["hidden invitation"] = last_id(world, "nora", "/invitations/", "/invitations/")


def work(world: World) -> None:
    """Threads with the company's words and with their own, pictures, names of outsiders, reactions, marks."""
    secret: Secret = world.private
    world.act("hanna", "/pictures/", {"picture": picture(secret.colour)}, called="hidden picture")
    world.act("lea", f"/preferences/told/groups/{world.things['hidden space']}/", {"level": "everything"})
    shown = f"![x](picture:{world.things['hidden picture']})"
    text = f"{secret.text} {mention(world, 'emil')} {mention(world, 'hugo')} {shown}"
    offer = message(world, ["hidden space"], secret.title, text, kind="question", tags=f"{secret.tag}, porosity",
                    topic=world.things["topic"])  # fmt: skip
    world.act("hanna", "/threads/new/", offer, called="hidden thread")
    thread = world.things["hidden thread"]
    for number in range(secret.replies):
        world.act("hugo", f"/threads/{thread}/reply/", {"body": f"{secret.tag} number {number}"})
    world.act("lea", f"/threads/{thread}/reply/", {"body": f"I agree about {secret.tag}."})
    world.things["hidden post"] = last_id(world, "hugo", f"/threads/{thread}/", "/posts/")
    post = world.things["hidden post"]
    world.act("hanna", f"/posts/{post}/react/", {"emoji": "👍"})
    world.act("hanna", f"/posts/{post}/accept/")
    for verb in ("follow", "save", "pin"):
        world.act("hanna", f"/threads/{thread}/{verb}/")
    link = f"See [the question](thread:{world.things.get('question', '')}) and {mention(world, 'emil')}."
    idea = message(world, ["hidden space"], "Praise for Emil", link, kind="praise",
                   praised=[world.people["hanna"].public_id])  # fmt: skip
    world.act("hugo", "/threads/new/", idea)
    named: dict[str, Any] = message(world, ["open"], f"{secret.tag} for few", secret.text, label="restricted")
    world.act(
        "hanna", "/threads/new/", {**named, "readers": [world.people["hugo"].public_id]}, called="hidden restricted"
    )
    world.act(
        "hugo", "/drafts/keep/", {"place": f"space:{world.things['hidden space']}", "title": secret.tag, "body": "x"}
    )
    world.things["hidden draft"] = last_id(world, "hugo", "/drafts/", "/drafts/")
    world.look("hugo", f"/search/?q={secret.tag}")


def part(world: World) -> None:
    """One leaves, one is removed, and those who stay go on."""
    secret: Secret = world.private
    space, thread = world.things["hidden space"], world.things["hidden thread"]
    world.act("lea", f"/groups/{space}/leave/")
    world.act("hanna", f"/groups/{space}/members/{world.people['rita'].public_id}/remove/")
    if not secret.goes_on:
        return
    world.act("hugo", f"/threads/{thread}/reply/", {"body": f"After Lea: {secret.text} {mention(world, 'lea')}"})
    world.act("hugo", "/conversations/new/", {"person": world.people["hanna"].public_id}, called="hidden talk")
    said = message(world, ["hidden talk"], "", f"{secret.tag} between us")
    world.act("hugo", "/threads/new/", said)
    gone = world.things["hidden last post"] = _replied(world, "hugo", thread, "A slip of the pen")
    world.act("hugo", f"/posts/{gone}/delete/")


def _replied(world: World, who: str, thread: str, text: str) -> str:
    world.act(who, f"/threads/{thread}/reply/", {"body": text})
    return last_id(world, who, f"/threads/{thread}/", "/posts/")


def end(world: World) -> None:
    """An administrator looks in, another member manages the group, and it is archived."""
    if world.private.ends:
        look_in(world)
        close(world)


def look_in(world: World) -> None:
    """Bea asks for access, Zoe approves, Bea reads and searches, and ends it; the managers are told."""
    thread = world.things["hidden thread"]
    asked = {"address": f"http://testserver/threads/{thread}/", "reason": "A complaint of Emil's", "hours": "4"}
    world.act("bea", "/admin/access/", asked)
    request = last_id(world, "zoe", "/admin/access/", "/admin/access/")
    world.act("zoe", f"/admin/access/{request}/approve/")
    assert world.look("bea", f"/threads/{thread}/").status == 200
    for who, address in (("bea", f"/search/?q={world.private.tag}"), ("hanna", "/inbox/"), ("zoe", "/admin/access/")):
        assert world.look(who, address).status == 200
    world.act("bea", f"/admin/access/{request}/end/")
    for who in ("bea", "zoe"):  # what was still to be said to them has been said
        world.look(who, "/admin/access/")


def close(world: World) -> None:
    """Somebody else manages it now, closes what is open, and archives it."""
    space = world.things["hidden space"]
    world.act("hanna", f"/groups/{space}/members/{world.people['hugo'].public_id}/role/", {"role": "manager"})
    world.act("hugo", f"/threads/{world.things['hidden thread']}/status/", {"status": "closed"})
    world.act("hugo", f"/groups/{space}/manage/archive/")


def publish(world: World) -> None:
    """A thread of the hidden group is moved into the open one: from then on everybody may read it, not where it was.

    And one message goes to the open group and to a hidden one: nobody may read to which.
    """
    harmless = message(world, ["hidden space"], "Canteen", "Soup on Mondays.")
    world.act("hanna", "/threads/new/", harmless, called="moved")
    world.act("hugo", f"/threads/{world.things['moved']}/reply/", {"body": "And bread."})
    world.act("hanna", f"/threads/{world.things['moved']}/move/", {"space": world.things["open"]})
    other = "hidden space" if world.private != OTHER else "namesake"
    world.act("hanna", "/threads/new/", message(world, ["open", other], "Fire drill", "On Friday."), called="tied")


PRIVATE = (gather, make_group, work, part, end)
