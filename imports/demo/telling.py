"""The talk of one thread put on the timeline: who writes, edits, quotes, applauds, accepts and closes, and when."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from groups import services as groups
from groups.models import Space, SpaceType
from imports.demo.drawings import picture
from imports.demo.moments import Calendar
from imports.demo.reading import DemoPost, DemoThread
from imports.demo.timeline import Timeline
from imports.demo.typesetting import typeset
from kit import markdown
from people.models import Person
from topics.models import Topic
from walls import services as walls
from walls.models import Post, Status, Thread

_MENTION = re.compile(r"@\[(\w+)\]")
_THREAD = re.compile(r"\(thread:([a-z0-9-]+)\)")
_PICTURE = re.compile(r"!\[([^\]]*)\]\(picture:([a-z0-9-]+)\)")

BEFORE_REACTIONS = dt.timedelta(seconds=40)
BETWEEN_VOTES = dt.timedelta(minutes=17)


@dataclass(slots=True)
class Town:
    """What the talk stands on, by the keys of the content: filled as the timeline runs."""

    calendar: Calendar
    timeline: Timeline
    people: dict[str, Person] = field(default_factory=dict)
    spaces: dict[str, Space] = field(default_factory=dict)
    topics: dict[str, Topic] = field(default_factory=dict)
    threads: dict[str, Thread] = field(default_factory=dict)
    #: whose wall-keeping is whose, by the key of the wall
    runners: Mapping[str, str] = field(default_factory=dict)

    def named(self, keys: Iterable[str]) -> list[Person]:
        return [self.people[key] for key in keys]


class ThreadTelling:
    """One thread of the content, on its way onto the timeline of ``town``."""

    def __init__(self, told: DemoThread, town: Town):
        self.told, self.town = told, town
        self.moment = town.calendar.moment
        self.posts: dict[str, Post] = {}

    def note(self) -> None:
        """Put everything that happens in this thread on the timeline."""
        opening, *replies = self.told.posts
        self._at(opening.at, lambda: self._open(opening))
        self._note_around(opening)
        for reply in replies:
            self._at(reply.at, lambda reply=reply: self._reply(reply))
            self._note_around(reply)
        start = self.moment(opening.at)
        for place, voter in enumerate(self.told.votes, start=1):
            self.town.timeline.note(
                self._not_after_the_end(start + place * BETWEEN_VOTES),
                lambda voter=voter: walls.vote(voter=self.town.people[voter], thread=self.thread),
            )
        if self.told.pinned:
            self._at(self.told.pinned, lambda: walls.pin(by=self._runner, thread=self.thread))
        if self.told.closed:
            self._at(self.told.closed, lambda: self._become(Status.CLOSED, self.told.closed_by))
        if self.told.archived:
            self._at(self.told.archived, lambda: self._become(Status.ARCHIVED, self.told.archived_by))

    def note_reading(self, reader: str) -> None:
        """Where this thread says so, let ``reader`` have read, at that moment, what is there."""
        if (until := self.told.read[reader]) != "never":
            self._at(until, lambda: walls.mark_all_read(person=self.town.people[reader], threads=[self.thread]))

    @property
    def thread(self) -> Thread:
        return self.town.threads[self.told.key]

    @property
    def _runner(self) -> Person:
        """Who keeps order on this wall."""
        space = self.thread.space
        return space.owner if space.type == SpaceType.PERSONAL else self.town.people[self.town.runners[self.told.wall]]

    def _at(self, written: str, deed) -> None:
        self.town.timeline.note(self.moment(written), deed)

    def _not_after_the_end(self, moment: dt.datetime) -> dt.datetime:
        """``moment``, or shortly before the thread took no more."""
        ends = [self.moment(end) for end in (self.told.closed, self.told.archived) if end]
        return min([moment, *(end - dt.timedelta(seconds=1) for end in ends)])

    def _note_around(self, told: DemoPost) -> None:
        """Edits, reactions, acceptance and deletion of one post."""
        if told.reactions:
            moment = self.moment(told.at) + BEFORE_REACTIONS
            self.town.timeline.note(moment, lambda: self._react(told))
        for revision, edit in enumerate(told.edits, start=1):
            self._at(edit.at, lambda edit=edit, revision=revision: self._edit(told, edit.text, revision))
        if told.accepted:
            self._at(told.accepted, lambda: self._accept(told))
        if told.deleted:
            self._at(told.deleted, lambda: walls.delete_post(by=self.town.people[told.by], post=self._post(told)))

    # ---- what is done when its hour comes ----------------------------------------------------------------------

    def _open(self, told: DemoPost) -> None:
        author = self.town.people[told.by]
        (thread,) = walls.post_thread(
            author=author,
            source=self._source(told, told.text),
            spaces=() if self.told.readers else self._space(author),
            kind=self.told.kind,
            title=typeset(self.told.title, self.told.language, self.town.calendar),
            topic=self.town.topics.get(self.told.topic),
            tags=self.told.tags,
            label="" if self.told.wall.startswith("direct:") else self.told.label,
            readers=self.town.named(key for key in self.told.readers if key != told.by),
            praised=self.town.named(self.told.praised),
        )
        self.town.threads[self.told.key] = thread
        self.posts[told.at] = thread.posts.get()
        for key in self.told.followers:
            walls.follow(person=self.town.people[key], thread=thread)
        for key in self.told.savers:
            walls.save(person=self.town.people[key], thread=thread)

    def _space(self, author: Person) -> Space:
        kind, _, who = self.told.wall.partition(":")
        if kind == "person":
            return self.town.people[who].personal_space
        if kind == "direct":
            return groups.start_conversation(starter=author, people=self.town.named(who.split()))
        return self.town.spaces[kind]

    def _reply(self, told: DemoPost) -> None:
        author = self.town.people[told.by]
        quoted = next((one for one in self.told.posts if told.quoted and one.key == told.quoted), None)
        self.posts[told.at] = walls.reply(
            author=author,
            thread=self.thread,
            source=self._quote(quoted, told.quoted_text) + self._source(told, told.text),
            quotes=self._post(quoted) if quoted else None,
        )

    def _react(self, told: DemoPost) -> None:
        reactions = [(self.town.people[who], emoji) for emoji, keys in told.reactions.items() for who in keys]
        walls.add_reactions(post=self._post(told), reactions=reactions)

    def _edit(self, told: DemoPost, text: str, revision: int) -> None:
        walls.edit_post(
            editor=self.town.people[told.by],
            post=self._post(told),
            source=self._source(told, text),
            title=self.thread.title,
            based_on_revision=revision,
        )

    def _accept(self, told: DemoPost) -> None:
        walls.accept_answer(by=self.thread.author, post=self._post(told))

    def _become(self, status: str, by: str) -> None:
        walls.change_status(by=self.town.people[by], thread=self.thread, status=status)

    def _post(self, told: DemoPost) -> Post:
        return self.posts[told.at]

    # ---- from the content's short forms to what the editor would have written ------------------------------------

    def _quote(self, quoted: DemoPost | None, words: str) -> str:
        if quoted is None:
            return ""
        author = self.town.people[quoted.by]
        words = typeset(words, quoted.language, self.town.calendar)
        return f"> [{author.display_name}](post:{self._post(quoted).public_id})\n> {words}\n\n"

    def _source(self, told: DemoPost, text: str) -> str:
        author = self.town.people[told.by]

        def mention(found: re.Match[str]) -> str:
            person = self.town.people[found.group(1)]
            return markdown.mention(person.display_name, person.public_id)

        def thread(found: re.Match[str]) -> str:
            return f"(thread:{self.town.threads[found.group(1)].public_id})"

        def drawn(found: re.Match[str]) -> str:
            description, name = found.groups()
            added = walls.add_picture(uploader=author, content=picture(name), description=description)
            return f"![{description}](picture:{added.public_id})"

        text = typeset(text, told.language, self.town.calendar)
        return _PICTURE.sub(drawn, _THREAD.sub(thread, _MENTION.sub(mention, text)))
