"""What people do with threads and posts."""

from __future__ import annotations

from typing import Any

from tests.worlds.machine.deeds import deed
from tests.worlds.machine.pairs import ID, Outcome, Upload
from tests.worlds.machine.scene import EMPLOYEES, EVERYBODY, INSIDERS, Place, Post, Scene, Shown, Thread
from tests.worlds.machine.steps import Draw, Nothing, Step

KINDS = ("discussion", "question", "idea", "discussion")
EMOJI = ("👍", "🎉", "❤️")
LABELS = {
    "open": ("internal", "shared"),
    "closed": ("internal", "confidential"),
    "hidden": ("internal", "confidential"),
}


def _where(scene: Scene, draw: Draw) -> Place:
    places = [place for place in scene.places if place.writers]
    return draw.thing(places)


def _text(scene: Scene, draw: Draw) -> str:
    """A few words, and perhaps a name, a link or a picture."""
    text = draw.words()
    also = draw.one(("", "", "name", "link", "picture"))
    if also == "name":
        text += f" {scene.mention(draw.one(EVERYBODY))}"
    elif also == "link":
        text += f" [this](thread:{draw.one([one for one in scene.threads if draw.inside or not one.is_inside]).key})"
    elif also == "picture":
        own = [one for one in scene.shown if one.kind == "picture" and one.is_inside == draw.inside]
        text += f" ![picture](picture:{draw.one(own).key})" if own else ""
    return text


def _thread_form(place: Place, title: str, body: str, **more: Any) -> dict[str, Any]:
    return {"spaces": [place.key], "kind": "discussion", "title": title, "body": body, **more}


def _notes(scene: Scene, thread: Thread) -> Any:
    """Remember the thread and its opening post."""

    def then(outcome: Outcome) -> None:
        thread.key = outcome.made
        if thread.key:
            scene.threads.append(thread)
            scene.posts += [Post(key, thread, thread.author) for key in outcome.read[:1]]

    return then


@deed()
def post_thread(scene: Scene, draw: Draw) -> Step:
    place = _where(scene, draw)
    who = draw.one(place.writers)
    kind = draw.one(KINDS) if place.type != "direct" else "discussion"
    title, body = draw.words(2) if place.type != "direct" else "", _text(scene, draw)
    tags = draw.one(("", "zirconium", "porosity", "beryllium zirconium"))
    topic = draw.one(["", *scene.topics])
    label = draw.one(("", *LABELS.get(place.type, ())))
    thread = Thread(title, "", place, who, draw.inside)
    form = _thread_form(place, title, body, kind=kind, tags=tags, topic=topic, label=label)
    says = f"{who} opens the {kind} “{title}” in {place.name}: “{body}”" + (f", tagged {tags}" if tags else "")
    return Step(who, says, "/threads/new/", form, _notes(scene, thread), (who, "/threads/{made}/", f"/posts/({ID})/"),
                [thread, place], f"{title} {body} {tags}")  # fmt: skip


@deed()
def post_for_named_readers(scene: Scene, draw: Draw) -> Step:
    place = draw.one([place for place in scene.places if place.type == "open"])
    who = draw.one(INSIDERS[:2]) if draw.inside else draw.one(place.writers)
    among = INSIDERS if draw.inside else EMPLOYEES
    reader = draw.one([name for name in among if name != who])
    title, body = draw.words(2), draw.words()
    thread = Thread(title, "", place, who, draw.inside, readers=(who, reader))
    form = _thread_form(place, title, body, label="restricted", readers=[scene.people[reader]], tags=draw.words(1))
    says = f"{who} posts “{title}” in {place.name} for {reader} only: “{body}”"
    return Step(who, says, "/threads/new/", form, _notes(scene, thread), (who, "/threads/{made}/", f"/posts/({ID})/"),
                [thread], f"{title} {body}")  # fmt: skip


@deed()
def post_praise(scene: Scene, draw: Draw) -> Step:
    place = _where(scene, draw)
    who, whom = draw.one(place.writers), draw.one(EMPLOYEES)
    body = draw.words()
    thread = Thread("", "", place, who, draw.inside)
    form = _thread_form(place, "", body, kind="praise", praised=[scene.people[whom]])
    return Step(who, f"{who} praises {whom} in {place.name}: “{body}”", "/threads/new/", form, _notes(scene, thread),
                (who, "/threads/{made}/", f"/posts/({ID})/"), [thread, place], body)  # fmt: skip


@deed()
def reply(scene: Scene, draw: Draw) -> Step:
    thread = draw.thing(scene.threads)
    who, body = draw.one(thread.writers), _text(scene, draw)
    quoted = [post.key for post in scene.posts if post.thread is thread]
    post = Post("", thread, who)

    def then(outcome: Outcome) -> None:
        post.key = outcome.made
        if post.key and post.key != thread.key:
            scene.posts.append(post)

    sent = {"body": body, "quotes": draw.one(["", *quoted[-2:]])}
    says = f"{who} replies in “{thread.title}”: “{body}”"
    return Step(who, says, f"/threads/{thread.key}/reply/", sent, then, None, [post, thread], body)


@deed()
def edit(scene: Scene, draw: Draw) -> Step:
    post = draw.thing(scene.posts)
    body = _text(scene, draw)

    def then(outcome: Outcome) -> None:
        post.revision += outcome.status == 302

    sent = {"body": body, "revision": str(post.revision)}
    says = f"{post.author} edits their post in “{post.thread.title}”: “{body}”"
    return Step(post.author, says, f"/posts/{post.key}/edit/", sent, then, None, [post], body)


@deed()
def take_back_or_bring_back(scene: Scene, draw: Draw) -> Step:
    post, verb = draw.thing(scene.posts), draw.one(("delete", "delete", "restore"))
    who = draw.one([post.author, *sorted(post.thread.place.managers)])
    return Step(who, f"{who} presses {verb} on a post of {post.author} in “{post.thread.title}”",
                f"/posts/{post.key}/{verb}/", things=[post])  # fmt: skip


@deed()
def react(scene: Scene, draw: Draw) -> Step:
    post, how = draw.thing(scene.posts, harmless=True), draw.one(("emoji", "emoji", "emoji_off"))
    who, emoji = draw.one(post.thread.writers), draw.one(EMOJI)
    return Step(who, f"{who} puts {emoji} ({how}) under a post of {post.author} in “{post.thread.title}”",
                f"/posts/{post.key}/react/", {how: emoji}, things=[post])  # fmt: skip


@deed()
def mark_post_or_thread(scene: Scene, draw: Draw) -> Step:
    thread = draw.thing(scene.threads, harmless=True)
    verb = draw.one(
        ("follow", "unfollow", "mute", "save", "unsave", "vote", "unvote", "read", "unread", "pin", "unpin")
    )
    who = draw.one(thread.writers)
    sent = {"number": "1"} if verb == "unread" else {}
    return Step(who, f"{who} presses {verb} on “{thread.title}”", f"/threads/{thread.key}/{verb}/", sent,
                things=[thread])  # fmt: skip


@deed()
def accept(scene: Scene, draw: Draw) -> Step:
    post = draw.thing(scene.posts)
    who = draw.one([post.thread.author, *sorted(post.thread.place.managers)])
    if draw.one((True, True, False)):
        return Step(
            who, f"{who} accepts an answer in “{post.thread.title}”", f"/posts/{post.key}/accept/", things=[post]
        )
    return Step(who, f"{who} takes the accepted answer of “{post.thread.title}” back",
                f"/threads/{post.thread.key}/unaccept/", things=[post])  # fmt: skip


@deed()
def change_status(scene: Scene, draw: Draw) -> Step:
    thread = draw.thing(scene.threads)
    who, status = draw.one([thread.author, *sorted(thread.place.managers)]), draw.one(("closed", "archived", "open"))
    return Step(who, f"{who} makes “{thread.title}” {status}", f"/threads/{thread.key}/status/", {"status": status},
                things=[thread])  # fmt: skip


@deed()
def classify(scene: Scene, draw: Draw) -> Step:
    # A thread for few in an open group would be read by everybody with another label: a member may publish it.
    thread = draw.thing([one for one in scene.threads if one.place.is_inside == one.is_inside])
    who = draw.one([thread.author, *sorted(thread.place.managers)])
    tags = draw.one(("", "zirconium", "porosity offer", "takeover"))
    sent = {"kind": draw.one(KINDS), "tags": tags, "topic": draw.one(["", *scene.topics])}
    sent["label"] = draw.one(LABELS.get(thread.place.type, ("internal",)))
    says = f"{who} makes “{thread.title}” a {sent['kind']}, {sent['label']}, tagged “{tags}”"
    return Step(who, says, f"/threads/{thread.key}/classify/", sent, things=[thread], text=tags)


@deed()
def move(scene: Scene, draw: Draw) -> Step:
    thread = draw.thing(scene.threads)
    places = [place for place in scene.places if place.is_inside == draw.inside and place.type != "direct"]
    place = draw.one([one for one in places if one is not thread.place])
    who = draw.one([thread.author, *sorted(thread.place.managers)])

    def then(outcome: Outcome) -> None:
        if outcome.status == 302:
            thread.place = place

    return Step(who, f"{who} moves “{thread.title}” from {thread.place.name} to {place.name}",
                f"/threads/{thread.key}/move/", {"space": place.key}, then, None, [thread, place])  # fmt: skip


@deed(public=False)
def write_what_may_be_published(scene: Scene, draw: Draw) -> Step:
    """A thread of a hidden group with words that both worlds have."""
    if not scene.may_publish:
        raise Nothing
    place = draw.thing([place for place in scene.places if place.type == "hidden"])
    who, title = draw.one(place.writers), draw.one(("Canteen", "Parking"))
    thread = Thread(title, "", place, who, draw.inside, is_harmless=True)
    form = _thread_form(place, title, draw.one(("Soup on Mondays", "Not behind the casting hall")))
    return Step(who, f"{who} opens “{title}” in {place.name}", "/threads/new/", form, _notes(scene, thread),
                (who, "/threads/{made}/", f"/posts/({ID})/"), [thread, place])  # fmt: skip


@deed(public=False)
def publish(scene: Scene, draw: Draw) -> Step:
    """It is moved out: from then on everybody may read it, and not where it was."""
    thread = draw.one([one for one in scene.threads if one.is_harmless and one.is_inside])
    place = draw.one([one for one in scene.places if one.type == "open"])

    def then(outcome: Outcome) -> None:
        if outcome.status == 302:
            thread.place, thread.is_inside, thread.is_harmless = place, False, False

    return Step(thread.author, f"{thread.author} moves “{thread.title}” out into {place.name}",
                f"/threads/{thread.key}/move/", {"space": place.key}, then, None, [thread, place])  # fmt: skip


@deed()
def restrict(scene: Scene, draw: Draw) -> Step:
    thread = draw.thing(scene.threads)
    who = draw.one([thread.author, *sorted(thread.place.managers)])
    reader = draw.one(INSIDERS if draw.inside else EMPLOYEES)

    def then(outcome: Outcome) -> None:
        if outcome.status == 302:
            thread.readers = (thread.author, reader)

    return Step(who, f"{who} restricts “{thread.title}” to {reader}", f"/threads/{thread.key}/restrict/",
                {"person": [scene.people[reader]]}, then, None, [thread])  # fmt: skip


@deed()
def upload(scene: Scene, draw: Draw) -> Step:
    who, colour = draw.one(INSIDERS if draw.inside else EVERYBODY), draw.one(("gold", "teal", "crimson"))
    shown = Shown("picture", "", who, draw.inside)

    def then(outcome: Outcome) -> None:
        shown.key = outcome.made
        if shown.key:
            scene.shown.append(shown)

    return Step(
        who, f"{who} uploads a {colour} picture", "/pictures/", {"picture": Upload(colour)}, then, None, [shown]
    )


@deed()
def keep_draft(scene: Scene, draw: Draw) -> Step:
    places = [place for place in scene.places if place.is_inside == draw.inside and place.writers]
    place = draw.one(places)
    who = draw.one(place.writers)
    body = draw.words()
    shown = Shown("draft", "", who, draw.inside)

    def then(outcome: Outcome) -> None:
        known = {one.key for one in scene.shown}
        shown.key = next((key for key in outcome.read if key not in known), "")
        if shown.key:
            scene.shown.append(shown)

    sent = {"place": f"space:{place.key}", "title": draw.words(1), "body": body}
    return Step(who, f"{who} keeps a draft for {place.name}: “{body}”", "/drafts/keep/", sent, then,
                (who, "/drafts/", f"/drafts/({ID})/drop/"), [shown], body)  # fmt: skip


@deed()
def drop_draft(scene: Scene, draw: Draw) -> Step:
    draft = draw.thing([one for one in scene.shown if one.kind == "draft"])
    return Step(draft.owner, f"{draft.owner} drops a draft", f"/drafts/{draft.key}/drop/", things=[draft])
