"""Fills an empty installation with Corvanne: by the services, as its people would have done it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.db import transaction

from groups import services as groups
from groups.models import Role
from imports.demo.drawings import portrait
from imports.demo.moments import Calendar
from imports.demo.reading import Content, DemoGroup, DemoPerson, read_content
from imports.demo.telling import ThreadTelling, Town
from imports.demo.timeline import Timeline
from kit import clock
from people import queries, services
from people.models import Person
from topics import services as topics
from walls import services as walls

FOUNDED = "430 09:00"
INBOXES_BEGIN = "8 00:00"
FOLLOWED_TOPICS = "400 09:00"
ROBOT = "Parvis"


class NotEmpty(Exception):
    """There is a company here already, and it is not the demo: nothing was changed."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What came in; all zero when the demo was there already."""

    people: int = 0
    groups: int = 0
    topics: int = 0
    threads: int = 0
    posts: int = 0


def load(*, done: Callable[[int, int], None] = lambda so_far, total: None) -> Loaded | None:
    """Load the demo company in one transaction: all of it or nothing. None when it is here already.

    Raises :class:`NotEmpty` when somebody else's company is. ``done(so_far, total)`` tells of progress.
    """
    content = read_content()
    with transaction.atomic():
        if queries.company().is_demo:
            return None
        if Person.objects.filter(is_robot=False).exists():
            raise NotEmpty
        _Loading(content, clock.now()).run(done)
    return Loaded(
        people=len(content.people),
        groups=len(content.groups),
        topics=len(content.topics),
        threads=len(content.threads),
        posts=sum(len(thread.posts) for thread in content.threads.values()),
    )


class _Loading:
    """One run: the company is founded, then its timeline is lived through."""

    def __init__(self, content: Content, now: dt.datetime):
        self.content = content
        calendar = Calendar(now, ZoneInfo(content.time_zone))
        runners = {key: group.managers[0] for key, group in content.groups.items()}
        editor = next(person.key for person in content.people.values() if person.editor)
        self.town = Town(
            calendar,
            Timeline(inboxes_begin=calendar.moment(INBOXES_BEGIN), end=now),
            runners={**runners, "company": editor},
        )
        self.robot = services.robot(name=ROBOT)

    def run(self, done: Callable[[int, int], None]) -> None:
        with clock.set_to(self.town.calendar.moment(FOUNDED)):
            self._found()
        for group in self.content.groups.values():
            self._note_group(group)
        for key, person in self.content.people.items():
            if person.follows:
                self._at(FOLLOWED_TOPICS, lambda key=key: self._follow_topics(key))
            if person.read_until:
                self._at(person.read_until, lambda key=key: self._read_wall_by_wall(key))
            if person.left:
                self._at(person.left, lambda key=key: self._leave(key))
        for told in self.content.threads.values():
            telling = ThreadTelling(told, self.town)
            telling.note()
            for reader in told.read:
                telling.note_reading(reader)
        self.town.timeline.run(done)

    def _at(self, written: str, deed: Callable[[], object]) -> None:
        self.town.timeline.note(self.town.calendar.moment(written), deed)

    def _found(self) -> None:
        services.change_company(by=self.robot, name=self.content.name, language=self.content.language, is_demo=True)
        self.town.spaces["company"] = groups.make_common_space(name=self.content.name)
        # Guests name a sponsor, so employees come first; managers of whom they name come as they come.
        for person in sorted(self.content.people.values(), key=lambda one: not one.is_employee):
            self.town.people[person.key] = self._make(person)
        for person in self.content.people.values():
            if person.manager:
                services.change_person(
                    by=self.robot, person=self.town.people[person.key], manager=self.town.people[person.manager]
                )
        for topic in self.content.topics.values():
            self.town.topics[topic.key] = topics.add_topic(
                administrator=self.robot,
                label_en=topic.en,
                label_fr=topic.fr,
                parent=self.town.topics.get(topic.parent),
            )

    def _make(self, told: DemoPerson) -> Person:
        as_guest = (
            {}
            if told.is_employee
            else {
                "is_employee": False,
                "employer": told.employer,
                "sponsor": self.town.people[told.sponsor],
                "ends_on": self.town.calendar.next_anniversary(told.until),
            }
        )
        person = services.create_person(
            by=self.robot,
            display_name=told.name,
            email=told.mail,
            language=told.language,
            time_zone=told.time_zone,
            headline=told.headline,
            department=told.department,
            place=told.place,
            phone=told.phone,
            is_administrator=told.administrator,
            is_editor=told.editor,
            **as_guest,
        )
        if told.photo:
            services.set_photo(by=self.robot, person=person, content=portrait(told.key))
        return person

    def _note_group(self, group: DemoGroup) -> None:
        people, spaces = self.town.people, self.town.spaces
        self._at(group.made, lambda: self._make_group(group))
        for one in group.invited:
            self._at(
                one.at,
                lambda one=one: groups.invite(manager=people[one.by], space=spaces[group.key], person=people[one.who]),
            )
        for asking in group.asking:
            self._at(
                asking.at,
                lambda asking=asking: groups.ask_to_join(
                    person=people[asking.who], space=spaces[group.key], message=asking.note
                ),
            )
        if group.archived:
            self._at(
                group.archived,
                lambda: groups.archive(manager=people[group.managers[0]], space=spaces[group.key]),
            )

    def _make_group(self, told: DemoGroup) -> None:
        founder, *others = self.town.named(told.managers)
        space = groups.create_group(
            creator=founder,
            name=told.name,
            type=told.type,
            purpose=told.purpose,
            default_label=told.label,
            has_guest_invitations=bool(told.guests),
        )
        self.town.spaces[told.key] = space
        for person in others:
            groups.add_member(space=space, person=person, role=Role.MANAGER, by=founder)
        for person in self.town.named((*told.members, *told.guests)):
            groups.add_member(space=space, person=person, by=founder)

    def _follow_topics(self, key: str) -> None:
        for topic in self.content.people[key].follows:
            topics.follow_topic(person=self.town.people[key], topic=self.town.topics[topic])

    def _read_wall_by_wall(self, key: str) -> None:
        """Let somebody have read what there is, but for the threads that say how far they read those."""
        told = self.content.threads
        walls.mark_all_read(
            person=self.town.people[key],
            threads=[thread for name, thread in self.town.threads.items() if key not in told[name].read],
        )

    def _leave(self, key: str) -> None:
        person = self.town.people[key]
        person.refresh_from_db()
        services.deactivate(by=self.robot, person=person)
