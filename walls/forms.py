"""The composer's form as plain data: what was typed, found through the rule, and handed back when refused."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from groups import queries as groups
from groups.models import Space, SpaceType
from kit.direction import isolated
from people.models import Person
from topics.models import Topic
from walls import places, rights
from walls.models import Kind
from walls.models.posts import POST_LIMIT
from walls.models.threads import TITLE_LIMIT
from walls.services import Refused

LIST_FIELDS = ("spaces", "readers", "praised")
#: what the form of a new thread sends; ``q`` looks for people, ``next`` is where it came from
FIELDS = (
    *LIST_FIELDS,
    *("kind", "title", "body", "topic", "tags", "label", "label_touched", "audience", "submission_key", "place"),
    *("next", "q"),
)


@dataclass(slots=True)
class Composer:
    """A new thread as it is being written. Unknown places, topics and people are dropped, texts are kept."""

    author: Person
    spaces: list[Space] = field(default_factory=list)
    kind: str = Kind.DISCUSSION
    title: str = ""
    source: str = ""
    topic: str = ""
    tags: str = ""
    label: str = ""
    readers: list[Person] = field(default_factory=list)
    praised: list[Person] = field(default_factory=list)
    submission_key: str = ""
    shown_audience: str = ""
    is_label_touched: bool = False
    place: str = "home"
    audience: places.Audience | None = None

    @classmethod
    def fresh(cls, author: Person, spaces: list[Space], **given: Any) -> Composer:
        """An empty composer for ``spaces``, with its audience; ``given`` fills fields."""
        composer = cls(author, list(spaces), submission_key=secrets.token_urlsafe(24), **given)
        composer.place = f"space:{spaces[0].public_id}" if len(spaces) == 1 else "home"
        return composer.with_audience()

    @classmethod
    def sent(cls, author: Person, data: QueryDict) -> Composer:
        """What a form sent."""
        wants_named = data.get("label") == "restricted"
        people = _people(author, data.getlist("readers") + data.getlist("praised"))
        composer = cls(
            author,
            places.chosen(author, data.getlist("spaces")),
            kind=data.get("kind", Kind.DISCUSSION),
            title=data.get("title", "").replace("\n", " "),
            source=data.get("body", ""),
            topic=data.get("topic", ""),
            tags=data.get("tags", ""),
            label=data.get("label", ""),
            readers=[people[key] for key in data.getlist("readers") if key in people] if wants_named else [],
            praised=[people[key] for key in data.getlist("praised") if key in people],
            submission_key=data.get("submission_key", "")[:64] or secrets.token_urlsafe(24),
            is_label_touched=data.get("label_touched", "1") == "1",
            shown_audience=data.get("audience", ""),
            place=data.get("place", "home")[:80],
        )
        return composer.with_audience()

    def with_audience(self) -> Composer:
        label = "" if self.label == "restricted" else self.label
        self.audience = places.audience_for(self.author, self.spaces, label=label, readers=self.readers)
        return self

    def for_service(self) -> dict[str, Any]:
        """The arguments of ``post_thread``; raises Refused for a choice that is not possible."""
        if self.label == "restricted" and not self.readers:
            raise Refused("no-readers", _("Name the people who may read this."))
        return {
            "author": self.author,
            "spaces": self.spaces,
            "kind": self.kind,
            "title": self.title,
            "source": self.source,
            "topic": self._topic(),
            "tags": self.tags.replace(",", " ").split(),
            "label": "" if self.label == "restricted" else self.label,
            "readers": self.readers,
            "praised": self.praised,
            "submission_key": self.submission_key,
        }

    def _topic(self) -> Topic | None:
        if not self.topic:
            return None
        topic = Topic.objects.in_use().filter(public_id=self.topic).first()
        if topic is None:
            raise Refused("topic-retired", _("This topic is no longer in use. Choose another one."))
        return topic

    def refuse_unseen_readers(self) -> None:
        """Refuse when more people read than the form said: the form comes back and says who."""
        if self.audience and self.audience.is_wider_than(self.shown_audience):
            raise Refused(
                "readers-widened", _("More people can read this than the page said. Look, then post."), status=409
            )

    # For the template ---------------------------------------------------------------------------------------------
    @property
    def kinds(self) -> list[tuple[str, str]]:
        """The kinds possible in every chosen place, with their words."""
        possible = [rights.kinds_for(self.author, space) for space in self.spaces[:5]]
        names = [kind for kind in Kind.values if all(kind in kinds for kinds in possible)]
        return [(name, str(Kind(name).label)) for name in names]

    @property
    def labels(self) -> list[str]:
        """The labels possible in any chosen place, the proposed one first."""
        found = [label for space in self.spaces for label in rights.labels_for(self.author, space)]
        return list(dict.fromkeys(found))

    @property
    def effective_label(self) -> str:
        return self.label or (self.labels[0] if self.labels else "")

    @property
    def may_restrict(self) -> bool:
        return self.author.is_employee

    @property
    def is_confidential(self) -> bool:
        return self.effective_label in ("confidential", "restricted") or any(
            space.type == SpaceType.DIRECT for space in self.spaces
        )

    @property
    def space_ids(self) -> set[str]:
        return {space.public_id for space in self.spaces}

    @property
    def hint(self) -> str:
        """What stands in the empty text field: where one writes to."""
        if len(self.spaces) != 1:
            return _("Your message")
        space = self.spaces[0]
        if space.type == SpaceType.COMMON:
            return _("Write to %(name)s") % {"name": isolated(space.name or _("the company"))}
        if space.type == SpaceType.PERSONAL:
            name = space.owner.display_name if space.owner else ""
            return _("Write on %(name)s’s wall") % {"name": isolated(name)}
        if space.type == SpaceType.DIRECT:
            return _("Write to this conversation")
        return _("Write to %(name)s") % {"name": isolated(space.name)}

    @property
    def mention_url(self) -> str:
        """Where @ asks for people: those who may read every place chosen."""
        return "/compose/people/?" + "&".join(f"space={space.public_id}" for space in self.spaces)

    @property
    def limit(self) -> int:
        return POST_LIMIT

    @property
    def title_limit(self) -> int:
        return TITLE_LIMIT

    def as_draft(self) -> dict[str, Any]:
        """What is kept of it on the server."""
        return {
            "kind": self.kind,
            "title": self.title,
            "source": self.source,
            "topic": self.topic,
            "tags": self.tags,
            "label": self.label,
            "spaces": [space.public_id for space in self.spaces],
            "readers": [person.public_id for person in self.readers],
            "praised": [person.public_id for person in self.praised],
        }

    @classmethod
    def from_draft(cls, author: Person, place: str, kept: dict[str, Any]) -> Composer:
        data = QueryDict(mutable=True)
        for name, value in kept.items():
            data.setlist("body" if name == "source" else name, value if name in LIST_FIELDS else [value])
        data["place"] = place
        return cls.sent(author, data)


def _people(author: Person, public_ids: list[str]) -> dict[str, Person]:
    if not public_ids:
        return {}
    found = groups.visible_people(author).filter(public_id__in=public_ids[:200])
    return {person.public_id: person for person in found}
