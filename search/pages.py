"""What the app that owns a findable says of its results: what groups rows, what operators and facets mean."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Model, Q
from django.utils import translation

from people.models import Person
from search.words import fold


def plain(value: str) -> str:
    """``value`` as names and choices are compared: folded, hyphens as spaces."""
    return " ".join(fold(value).replace("-", " ").replace("_", " ").split())


@dataclass(frozen=True)
class Choices:
    """An operator with a closed list of values: what each may be called, in both languages, and what it asks."""

    names: Mapping[str, tuple[str, ...]]
    path: str = ""
    condition: Callable[[str, Person], Q] | None = None
    is_of_post: bool = False
    post_values: frozenset[str] = frozenset()
    enumeration: Any = None

    @classmethod
    def of(cls, enumeration: Any, path: str, others: Mapping[str, tuple[str, ...]] | None = None) -> Choices:
        """The values of Django choices: their code, their labels in every language, and ``others``."""
        return cls(
            {str(value): (others or {}).get(value, ()) for value in enumeration.values},
            path=path,
            enumeration=enumeration,
        )

    def value(self, written: str) -> str | None:
        """The value that ``written`` names, or None."""
        asked = plain(written)
        for value, names in self.names.items():
            if asked in {plain(name) for name in (value, *names, *self._labels(value))}:
                return value
        return None

    def _labels(self, value: str) -> list[str]:
        if self.enumeration is None:
            return []
        labels = []
        for language in ("en", "fr"):
            with translation.override(language):
                labels.append(str(self.enumeration(value).label))
        return labels

    def label(self, value: str) -> str:
        """What the viewer reads for ``value``."""
        return str(self.enumeration(value).label) if self.enumeration is not None else value

    def written(self, value: str) -> str:
        """What one writes for ``value`` in the language of the moment: "idea", in French "idée"."""
        if self.enumeration is not None:
            said = self.label(value).lower()
        else:
            said = self.names[value][0] if (translation.get_language() or "").startswith("fr") else value
        return f'"{said}"' if " " in said else said

    def asks(self, value: str, viewer: Person) -> Q:
        return self.condition(value, viewer) if self.condition else Q(**{self.path: value})


@dataclass(frozen=True)
class TopicTree:
    """Where rows keep their topic: a treebeard node with ``path``, ``label_en`` and ``label_fr``."""

    path: str
    model: type[Model]

    def named(self, written: str) -> list[Any]:
        """Topics called so in either language, or that begin so; ``Quality › Castings`` names the last of a path."""
        asked = plain(written.replace("›", ">").split(">")[-1])
        topics = list(self.model._default_manager.all())
        called = [topic for topic in topics if asked in (plain(topic.label_en), plain(topic.label_fr))]
        return called or [
            topic
            for topic in topics
            if plain(topic.label_en).startswith(asked) or plain(topic.label_fr).startswith(asked)
        ]

    def under(self, topics: list[Any]) -> Q:
        """Filed under one of ``topics`` or below."""
        asks = Q(pk__in=[])
        for topic in topics:
            asks |= Q(**{f"{self.path}__path__startswith": topic.path})
        return asks


@dataclass(frozen=True)
class Page:
    """Rows counted by ``group`` (posts by thread), with the lookups of what the general operators ask."""

    group: str
    author: str
    space: str
    moment: str
    activity: str
    tie: str
    opening: Q
    choices: Mapping[str, Choices] = field(default_factory=dict)
    topics: TopicTree | None = None
    free: Mapping[str, Callable[[str, Person], Q]] = field(default_factory=dict)
    facets: tuple[str, ...] = ()

    @staticmethod
    def folds(one: str, other: str) -> bool:
        """True when two free words are the same but for case, accents and hyphens."""
        return plain(one) == plain(other)
