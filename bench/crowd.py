"""A company for measuring servers: 25,000 people, 3,000 groups, few of them large and many small, and who is in them.

A fortieth of the people are guests, each in a group or two that takes guests; a fifth of the groups is hidden.
"""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass, field

from bench.search import words
from groups.models import Label, Membership, Role, Space, SpaceType
from kit import clock
from people.models import Company, Person, fold_words
from topics.models import Tag, Topic

YEARS = dt.timedelta(days=3 * 365)
MANY, SOME = 300, 19
TOPICS, BELOW, TAGS = 12, 4, 300
FIRST_NAMES = (
    "Élodie Priya Marc Hannah Jérôme Claire Tom Ana Zoë Luc Inès Peter Sofia Hugo Maëlle Ravi Chloé Omar Nina Paul"
    " Aïcha Ben Camille David Eva François Greta Hélène Ivan Julie Karim Léa Mona Noé Olga Rémi Sara Théo Uma Yann"
).split()


@dataclass(frozen=True, slots=True)
class Place:
    """Where people write: the key and type of a space, its writers among employees, and how often they do."""

    space: int
    type: str
    writers: list[Person]
    weight: float


@dataclass(slots=True)
class Crowd:
    """Who and what is there. The first three people are in many groups, in some, and in one."""

    people: list[Person] = field(default_factory=list)
    guests: list[Person] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    topics: list[Topic] = field(default_factory=list)
    tags: list[Tag] = field(default_factory=list)


def gather(people: int, groups: int, chance: random.Random) -> Crowd:
    """Put them into an empty database."""
    crowd = Crowd()
    Company.objects.get_or_create(pk=1, defaults={"name": "Bench"})
    began = clock.now() - YEARS
    crowd.people, crowd.guests = _people(people, began, chance)
    common = Space.objects.create(type=SpaceType.COMMON, name="Bench", created_at=began)
    Space.objects.bulk_create(
        [
            Space(type=SpaceType.PERSONAL, owner=one, name=one.display_name, folded=one.folded, created_at=began)
            for one in crowd.people
        ],
        batch_size=2000,
    )
    made = _groups(groups, began, crowd.people, chance)
    members = _memberships(made, crowd, began, chance)
    few = crowd.people[: max(10, people // 5)]
    walls = dict(Space.objects.filter(type=SpaceType.PERSONAL).values_list("owner_id", "pk"))
    crowd.places = [Place(common.pk, SpaceType.COMMON, few, len(made) / 40)]
    crowd.places += [
        Place(walls[one.pk], SpaceType.PERSONAL, [one, *few[:5]], len(made) / 12 / len(few)) for one in few
    ]
    crowd.places += [
        Place(space.pk, space.type, members[space.pk], len(members[space.pk]) ** 0.7 / 8) for space in made
    ]
    crowd.topics = _topics()
    crowd.tags = Tag.objects.bulk_create(Tag(name=word) for word in dict.fromkeys(words(5, TAGS)))
    return crowd


def _people(count: int, began: dt.datetime, chance: random.Random) -> tuple[list[Person], list[Person]]:
    surnames = [word.capitalize() for word in words(4, 4000) if len(word) > 3]
    names = [f"{chance.choice(FIRST_NAMES)} {chance.choice(surnames)}" for _ in range(count)]
    people = [
        Person(
            email=f"p{number}@bench.test", display_name=name, folded=fold_words(name), password="!", joined_at=began,
            is_administrator=number == 3, is_editor=number in (3, 4), language=chance.choice(("en", "fr")),
        )
        for number, name in enumerate(names)
    ]  # fmt: skip
    Person.objects.bulk_create(people, batch_size=2000)
    last_day = clock.today() + dt.timedelta(days=200)
    guests = [
        Person(
            email=f"g{number}@partner.test", display_name=f"Guest {surname}", employer="Partner", joined_at=began,
            folded=fold_words(f"Guest {surname} Partner"), password="!", is_employee=False, sponsor=people[number],
            ends_on=last_day, ends_at=clock.end_of(last_day, people[number].time_zone),
        )
        for number, surname in enumerate(surnames[: count // 40])
    ]  # fmt: skip
    return people, Person.objects.bulk_create(guests, batch_size=2000)


def _groups(count: int, began: dt.datetime, people: list[Person], chance: random.Random) -> list[Space]:
    kinds = chance.choices((SpaceType.OPEN, SpaceType.CLOSED, SpaceType.HIDDEN), weights=(4, 4, 2), k=count)
    topics = words(6, count)
    made = [
        Space(
            type=kind, name=f"{word.capitalize()} {number}", purpose=f"What {word} needs.", created_at=began,
            folded=fold_words(f"{word.capitalize()} {number} What {word} needs."), created_by=chance.choice(people),
            has_guest_invitations=kind != SpaceType.HIDDEN and chance.random() < 0.2,
            default_label=Label.INTERNAL,
        )
        for number, (kind, word) in enumerate(zip(kinds, topics, strict=True))
    ]  # fmt: skip
    return Space.objects.bulk_create(made, batch_size=2000)


def _memberships(made: list[Space], crowd: Crowd, began: dt.datetime, chance: random.Random) -> dict[int, list[Person]]:
    """Who writes in each group. The sizes fall off as 1/rank, and some people are in many more groups than others."""
    people = crowd.people
    rest = len(people) - 3
    members: dict[int, list[Person]] = {}
    for rank, space in enumerate(made):
        size = min(rest, max(6, int(1.6 * len(people) / (rank + 15))))
        chosen = {3 + int(rest * chance.random() ** 1.5) for _ in range(size)}
        members[space.pk] = [space.created_by, *(people[n] for n in sorted(chosen) if people[n] != space.created_by)]
    shuffled = chance.sample(made, len(made))
    for person, count in zip(people, (MANY, SOME, 1), strict=False):
        for space in shuffled[:count]:
            if person not in members[space.pk]:
                members[space.pk].append(person)
    rows = [
        Membership(space_id=space, person=person, role=Role.MEMBER if place else Role.MANAGER, joined_at=began)
        for space, inside in members.items()
        for place, person in enumerate(inside)
    ]
    with_guests = [space for space in made if space.has_guest_invitations]
    if with_guests:
        rows += [
            Membership(space=space, person=guest, role=Role.GUEST, joined_at=began)
            for guest in crowd.guests
            for space in chance.sample(with_guests, min(len(with_guests), chance.randint(1, 2)))
        ]
    Membership.objects.bulk_create(rows, batch_size=5000)
    return members


def _topics() -> list[Topic]:
    made = []
    for number in range(TOPICS):
        above = Topic.objects.add_root({"label_en": f"Topic {number:02}", "label_fr": f"Sujet {number:02}"})
        made += [
            Topic.objects.add_child(
                above, {"label_en": f"Topic {number:02}-{part}", "label_fr": f"Sujet {number:02}-{part}"}
            )
            for part in range(BELOW)
        ]
        made.append(above)
    return made
