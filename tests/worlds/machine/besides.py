"""What people do about themselves, topics and the company, what they try with guessed keys, how they look around."""

from __future__ import annotations

from typing import Any

from tests.worlds.addresses import UNUSED
from tests.worlds.browsers import PASSWORD
from tests.worlds.machine.deeds import deed
from tests.worlds.machine.pairs import ID, Outcome, Upload
from tests.worlds.machine.scene import (
    ADMINISTRATORS,
    EMPLOYEES,
    EVERYBODY,
    INSIDERS,
    Place,
    Post,
    Request,
    Scene,
    Thread,
)
from tests.worlds.machine.steps import WORDS, Draw, Step

OUTSIDE = ("emil", "mona", "gus", "ada", "bruno", "lea")


@deed(private=False)
def change_oneself(scene: Scene, draw: Draw) -> Step:
    who = draw.one(EVERYBODY)
    form, sent = draw.one((
        ("/preferences/one/", {"theme": "dark"}),
        ("/preferences/one/", {"density": "compact"}),
        ("/preferences/one/", {"language": "fr"}),
        ("/preferences/one/", {"language": "en"}),
        ("/preferences/photo/", {"photo": Upload("teal")}),
        ("/preferences/photo/", {"remove": "1"}),
    ))  # fmt: skip
    return Step(who, f"{who} sets {', '.join(sent)} to {', '.join(map(str, sent.values()))}", form, dict(sent))


@deed()
def see_to_inbox(scene: Scene, draw: Draw) -> Step:
    who = draw.one(INSIDERS if draw.inside else EVERYBODY)
    return Step(who, f"{who} marks the inbox as read", "/inbox/read/")


@deed(private=False)
def follow_topic(scene: Scene, draw: Draw) -> Step:
    who, verb, topic = draw.one(EMPLOYEES), draw.one(("follow", "unfollow")), draw.one(scene.topics)
    return Step(who, f"{who} presses {verb} on a topic", f"/topics/{topic}/follow/", {verb: "1"})


@deed(private=False)
def add_topic(scene: Scene, draw: Draw) -> Step:
    who, word = draw.one(ADMINISTRATORS), draw.one(WORDS)

    def then(outcome: Outcome) -> None:
        scene.topics += [key for key in dict.fromkeys(outcome.read) if key not in scene.topics]

    return Step(who, f"{who} adds the topic {word}", "/admin/topics/", {"label_en": word, "label_fr": word}, then,
                (who, "/admin/topics/", f"/admin/topics/({ID})/"))  # fmt: skip


@deed(private=False)
def change_topic(scene: Scene, draw: Draw) -> Step:
    who, topic = draw.one(ADMINISTRATORS), draw.one(scene.topics)
    verb, word = draw.one(("rename", "retire", "unretire")), draw.one(WORDS)
    sent = {"label_en": f"{word}s", "label_fr": f"{word}s"} if verb == "rename" else {}
    return Step(who, f"{who} presses {verb} on a topic ({word})", f"/admin/topics/{topic}/{verb}/", sent)


@deed(private=False)
def rename_tag(scene: Scene, draw: Draw) -> Step:
    who, word, into = draw.one(ADMINISTRATORS), draw.one(WORDS), draw.one(WORDS)
    return Step(
        who, f"{who} calls the tag {word} {into}", f"/admin/tags/{word}/", {"name": into}, text=f"{word} {into}"
    )


@deed(private=False)
def close_or_open_account(scene: Scene, draw: Draw) -> Step:
    """Of somebody who may manage a hidden group; who comes back signs in anew."""
    who, whom = draw.one(ADMINISTRATORS), draw.one(INSIDERS)
    verb = draw.one(("deactivate", "reactivate"))
    return Step(who, f"{who} presses {verb} on the account of {whom}", f"/admin/people/{scene.people[whom]}/{verb}/")


@deed(private=False)
def ask_for_break_glass(scene: Scene, draw: Draw) -> Step:
    """For any address, also one of a hidden thing: what stands there is not looked up before somebody approves."""
    who = draw.one(ADMINISTRATORS)
    thing = draw.one([one for one in (*scene.places, *scene.threads) if not isinstance(one, Place) or one.is_group])
    address = f"/{'groups' if isinstance(thing, Place) else 'threads'}/{thing.key}/"
    sent = {"address": address, "reason": "The works council wants to know", "hours": "1"}

    def then(outcome: Outcome) -> None:
        known = {one.key for one in scene.requests}
        scene.requests += [
            Request(key, who, thing.is_inside) for key in dict.fromkeys(outcome.read) if key not in known
        ]

    return Step(who, f"{who} asks for access to {address}", "/admin/access/", sent, then,
                (who, "/admin/access/", f"/admin/access/({ID})/"), [thing])  # fmt: skip


@deed(private=False)
def decide_about_break_glass(scene: Scene, draw: Draw) -> Step:
    """Never for what is hidden: the administrator for whom another decided so may learn of it."""
    asked = draw.one(scene.requests[::-1])
    verb = draw.one(("refuse", "withdraw") if asked.is_inside else ("approve", "end", "refuse", "withdraw"))
    who = draw.one(ADMINISTRATORS)
    return Step(who, f"{who} presses {verb} on the request of {asked.asked_by}", f"/admin/access/{asked.key}/{verb}/")


@deed(private=False)
def come_back(scene: Scene, draw: Draw) -> Step:
    """Whose account was closed and opened again signs in anew."""
    who = draw.one(INSIDERS)
    sent = {"login": f"{who}@example.test", "password": PASSWORD}
    return Step(who, f"{who} signs in", "/account/login/", sent)


def _tries(scene: Scene, draw: Draw) -> tuple[Any, str]:
    inside = [one for one in (*scene.places, *scene.threads, *scene.posts, *scene.shown) if one.is_inside]
    thing = draw.one(inside[::-1])
    return thing, thing.key


@deed(private=False)
def press_a_guessed_key(scene: Scene, draw: Draw) -> Step:
    """Somebody outside sends a form to a thing of the hidden group: as if to nothing."""
    who = draw.one(OUTSIDE)
    thing, key = _tries(scene, draw)
    if isinstance(thing, Place):
        forms = [(f"/groups/{key}/{verb}/", {}) for verb in ("join", "ask", "leave", "manage/archive", "manage")]
        forms += [(f"/groups/{key}/invite/", {"person": [scene.people[who]]})]
        forms += [(f"/groups/{key}/members/{scene.people['hugo']}/remove/", {}), (f"/conversations/{key}/leave/", {})]
    elif isinstance(thing, Thread):
        verbs = ("reply", "follow", "vote", "save", "read", "status", "move", "restrict", "classify")
        forms = [(f"/threads/{key}/{verb}/", {"body": "x"} if verb == "reply" else {}) for verb in verbs]
    elif isinstance(thing, Post):
        verbs = ("edit", "delete", "restore", "react", "accept")
        forms = [(f"/posts/{key}/{verb}/", {"emoji": "👍"} if verb == "react" else {}) for verb in verbs]
    else:
        forms = [(f"/drafts/{key}/drop/", {}), (f"/pictures/{key}/", {})]
    address, sent = draw.one(forms)
    return Step(who, f"{who} guesses a key and sends {sent} to {address}", address, dict(sent), things=[thing])


@deed(private=False)
def name_a_guessed_key(scene: Scene, draw: Draw) -> Step:
    """Somebody outside puts a key of the hidden group into a form of their own."""
    who = draw.one(OUTSIDE)
    thing, key = _tries(scene, draw)
    common = scene.places[0].key
    thread = next(one for one in scene.threads if not one.is_inside and one.place.type == "common")
    form: tuple[str, dict[str, Any]]
    if isinstance(thing, Place):
        form = draw.one([
            ("/threads/new/", {"spaces": [key], "kind": "discussion", "title": "x", "body": "x"}),
            ("/threads/new/", {"spaces": [common, key], "kind": "discussion", "title": "x", "body": "x"}),
            ("/drafts/keep/", {"place": f"space:{key}", "title": "x", "body": "x"}),
            (f"/threads/{thread.key}/move/", {"space": key}),
        ])  # fmt: skip
    elif isinstance(thing, Thread):
        form = draw.one([
            (f"/threads/{thread.key}/reply/", {"body": f"[see](thread:{key})"}),
            ("/compose/preview/", {"body": f"[see](thread:{key})"}),
            ("/read/", {"thread": [key]}),
            ("/drafts/keep/", {"place": f"thread:{key}", "body": "x"}),
        ])  # fmt: skip
    elif isinstance(thing, Post):
        form = (f"/threads/{thread.key}/reply/", {"body": "x", "quotes": key})
    else:
        form = (f"/threads/{thread.key}/reply/", {"body": f"![x](picture:{key})"})
    address, sent = form
    return Step(who, f"{who} guesses a key and names it in {sent} to {address}", address, sent, things=[thing, thread])


@deed()
def look_around(scene: Scene, draw: Draw) -> Step:
    """A page that somebody opens, which may fill what is kept for whoever comes next."""
    who = draw.one(INSIDERS if draw.inside else EVERYBODY)
    word = draw.one(WORDS)
    # What is public, an insider looks at in both worlds; what they see of it may differ.
    pages = (
        []
        if draw.inside
        else ["/", "/inbox/", "/groups/", "/people/", "/topics/", "/saved/", f"/search/?q={word}", f"/tags/{word}/"]
    )
    threads = [one for one in scene.threads if one.is_inside == draw.inside and who in one.writers]
    pages += [f"/threads/{one.key}/" for one in threads[-4:]]
    page = draw.one(pages)
    # A form that nobody has: the page is opened after it.
    return Step(who, f"{who} opens {page}", f"/threads/{UNUSED}/read/", reads=(who, page, "()"), text=word)
