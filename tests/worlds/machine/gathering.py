"""What people do with groups, invitations and conversations."""

from __future__ import annotations

from typing import Any

from tests.worlds.machine.deeds import deed
from tests.worlds.machine.pairs import ID, Outcome
from tests.worlds.machine.scene import EMPLOYEES, INSIDERS, Invitation, Place, Scene
from tests.worlds.machine.steps import Draw, Nothing, Step

NAMES = ("Aurum takeover", "Moulds", "Zirconium", "Prices", "Offer")
TYPES = ("open", "closed")


def _group(scene: Scene, draw: Draw) -> Place:
    return draw.thing([place for place in scene.places if place.is_group and place.managers])


def _done(change: Any) -> Any:
    def then(outcome: Outcome) -> None:
        if outcome.status == 302:
            change()

    return then


@deed()
def make_group(scene: Scene, draw: Draw) -> Step:
    who, name = draw.one(INSIDERS[:2] if draw.inside else EMPLOYEES), draw.one(NAMES)
    kind = "hidden" if draw.inside else draw.one(TYPES)
    place = Place(name, "", kind, {who}, {who}, draw.inside)

    def then(outcome: Outcome) -> None:
        place.key = outcome.made
        if place.key:
            scene.places.append(place)

    sent = {"name": name, "type": kind, "purpose": draw.words(2), "default_label": "internal"}
    if kind == "open" and draw.one((False, True)):
        sent["has_guest_invitations"] = "on"
    return Step(who, f"{who} makes the {kind} group “{name}”", "/groups/new/", sent, then, None, [place],
                f"{name.lower()} {sent['purpose']}")  # fmt: skip


@deed()
def invite(scene: Scene, draw: Draw) -> Step:
    place = _group(scene, draw)
    who = draw.one(sorted(place.managers))
    among = INSIDERS if draw.inside else (*EMPLOYEES, "gus")
    whom = draw.one([name for name in among if name not in place.members])

    def then(outcome: Outcome) -> None:
        known = {one.key for one in scene.invitations}
        scene.invitations += [Invitation(key, place, whom) for key in outcome.read if key not in known][-1:]

    reads = (who, f"/groups/{place.key}/members/", rf"/invitations/({ID})/withdraw/")
    return Step(who, f"{who} invites {whom} into {place.name}", f"/groups/{place.key}/invite/",
                {"person": [scene.people[whom]]}, then, reads, [place])  # fmt: skip


@deed()
def answer_invitation(scene: Scene, draw: Draw) -> Step:
    invited = draw.thing([one for one in scene.invitations if not one.is_request])
    verb = draw.one(("accept", "accept", "decline", "withdraw"))
    if verb == "withdraw":
        who = draw.one(sorted(invited.place.managers))
        address = f"/groups/{invited.place.key}/invitations/{invited.key}/withdraw/"
    else:
        who, address = invited.person, f"/invitations/{invited.key}/{verb}/"

    def then(outcome: Outcome) -> None:
        if outcome.status == 302:
            scene.invitations.remove(invited)
            if verb == "accept":
                invited.place.members.add(invited.person)

    says = f"{who} presses {verb} on the invitation of {invited.person} into {invited.place.name}"
    return Step(who, says, address, {}, then, None, [invited, invited.place])


@deed(private=False)
def join(scene: Scene, draw: Draw) -> Step:
    place = draw.thing([place for place in scene.places if place.type == "open"])
    who = draw.one([name for name in EMPLOYEES if name not in place.members])
    return Step(who, f"{who} joins {place.name}", f"/groups/{place.key}/join/",
                then=_done(lambda: place.members.add(who)), things=[place])  # fmt: skip


@deed(private=False)
def ask_to_be_let_in(scene: Scene, draw: Draw) -> Step:
    place = draw.thing([place for place in scene.places if place.type == "closed" and place.managers])
    who = draw.one([name for name in EMPLOYEES if name not in place.members])

    def then(outcome: Outcome) -> None:
        known = {one.key for one in scene.invitations}
        new = [key for key in outcome.read if key not in known]
        scene.invitations += [Invitation(key, place, who, is_request=True) for key in new[-1:]]

    reads = (sorted(place.managers)[0], f"/groups/{place.key}/members/", rf"/requests/({ID})/accept/")
    return Step(who, f"{who} asks to be let into {place.name}", f"/groups/{place.key}/ask/",
                {"message": draw.words(2)}, then, reads, [place])  # fmt: skip


@deed(private=False)
def answer_request(scene: Scene, draw: Draw) -> Step:
    asked = draw.thing([one for one in scene.invitations if one.is_request])
    who, verb = draw.one(sorted(asked.place.managers)), draw.one(("accept", "decline"))

    def then(outcome: Outcome) -> None:
        if outcome.status == 302:
            scene.invitations.remove(asked)
            if verb == "accept":
                asked.place.members.add(asked.person)

    return Step(who, f"{who} presses {verb} on {asked.person}'s wish to be in {asked.place.name}",
                f"/groups/{asked.place.key}/requests/{asked.key}/{verb}/", {}, then, None, [asked.place])  # fmt: skip


@deed()
def leave_or_remove(scene: Scene, draw: Draw) -> Step:
    place = _group(scene, draw)
    whom = draw.one(sorted(place.members))
    who = draw.one([whom, *sorted(place.managers)])
    verb = "leave" if who == whom else f"members/{scene.people[whom]}/remove"

    def change() -> None:
        if len(place.members) > 1:
            place.members.discard(whom)
            place.managers.discard(whom)

    return Step(who, f"{who} takes {whom} out of {place.name}", f"/groups/{place.key}/{verb}/", then=_done(change),
                things=[place])  # fmt: skip


@deed()
def change_role(scene: Scene, draw: Draw) -> Step:
    place = _group(scene, draw)
    who, whom = draw.one(sorted(place.managers)), draw.one(sorted(place.members - {"gus"}) or [])
    role = draw.one(("manager", "member"))

    def change() -> None:
        (place.managers.add if role == "manager" else place.managers.discard)(whom)

    if len(place.managers) == 1 and role == "member":
        raise Nothing
    return Step(who, f"{who} makes {whom} a {role} of {place.name}",
                f"/groups/{place.key}/members/{scene.people[whom]}/role/", {"role": role}, _done(change), None,
                [place])  # fmt: skip


@deed()
def hand_over(scene: Scene, draw: Draw) -> Step:
    place = _group(scene, draw)
    who = draw.one(sorted(place.managers))
    whom = draw.one(sorted(place.members - {who, "gus"}))

    def change() -> None:
        place.managers.discard(who)
        place.managers.add(whom)

    return Step(who, f"{who} hands {place.name} over to {whom}", f"/groups/{place.key}/manage/hand-over/",
                {"to": scene.people[whom]}, _done(change), None, [place])  # fmt: skip


@deed()
def edit_group(scene: Scene, draw: Draw) -> Step:
    place = _group(scene, draw)
    who, name = draw.one(sorted(place.managers)), draw.one(NAMES)
    old = place.name

    def change() -> None:
        place.name = name

    sent = {"name": name, "purpose": draw.words(2), "default_label": draw.one(("internal", "confidential"))}
    return Step(who, f"{who} calls {old} “{name}”, for “{sent['purpose']}”", f"/groups/{place.key}/manage/", sent,
                _done(change), None, [place], f"{name.lower()} {sent['purpose']}")  # fmt: skip


@deed()
def archive_or_bring_back(scene: Scene, draw: Draw) -> Step:
    place, verb = _group(scene, draw), draw.one(("archive", "unarchive"))
    who = draw.one(sorted(place.managers))
    return Step(who, f"{who} presses {verb} on {place.name}", f"/groups/{place.key}/manage/{verb}/", things=[place])


@deed(private=False)
def open_or_close(scene: Scene, draw: Draw) -> Step:
    """Never to or from hidden: everybody may learn of a group that is made visible."""
    place, kind = _group(scene, draw), draw.one(TYPES)

    def change() -> None:
        place.type = kind

    return Step(draw.one(sorted(place.managers)), f"{place.name} is made {kind}",
                f"/groups/{place.key}/manage/visibility/", {"type": kind}, _done(change), None, [place])  # fmt: skip


@deed()
def begin_to_talk(scene: Scene, draw: Draw) -> Step:
    """In private among insiders; in public with an outsider: the same people have one conversation only."""
    who = draw.one(INSIDERS if draw.inside else ("emil", "mona", "lea"))
    whom = draw.one([name for name in (INSIDERS if draw.inside else EMPLOYEES) if name != who])
    place = Place(f"the talk of {who} and {whom}", "", "direct", {who, whom}, set(), draw.inside)

    def then(outcome: Outcome) -> None:
        place.key = outcome.made
        if place.key and place.key not in {one.key for one in scene.places}:
            scene.places.append(place)

    return Step(who, f"{who} begins to talk with {whom}", "/conversations/new/", {"person": [scene.people[whom]]},
                then, None, [place])  # fmt: skip
