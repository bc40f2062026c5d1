"""Break-glass, step by step: who asks, who decides, what is written down, and how it ends."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from archive import services as archive
from archive.models import LogEntry, State
from groups import policy
from groups import services as groups
from groups.models import TimedAccess
from kit import clock
from people import services as people
from people.models import Person
from tests.archive.cast import REASON, asked, opened, second_administrator
from tests.conftest import make_person
from walls.services import threads


@pytest.fixture
def boss(cast):
    return second_administrator()


def later(**time) -> dt.datetime:
    return clock.now() + dt.timedelta(**time)


def kinds() -> list[str]:
    return list(LogEntry.objects.order_by("number").values_list("kind", flat=True))


def reads(person, space) -> bool:
    return policy.can(Person.objects.get(pk=person.pk), "read", space)


def code_of(refusal) -> str:
    error = refusal.value
    return getattr(error, "code", "") or next(iter(error.error_dict.values()))[0].code


def test_an_administrator_reads_a_hidden_group_from_the_approval_to_the_end(cast, boss):
    hidden = cast.spaces["hidden"]
    request = asked(cast.admin, hidden, hours=4)
    assert not reads(cast.admin, hidden)
    archive.approve_access(administrator=boss, request=request)
    assert reads(cast.admin, hidden) and not reads(boss, hidden)
    with clock.set_to(later(hours=3, minutes=59)):
        assert reads(cast.admin, hidden)
    with clock.set_to(later(hours=4, seconds=1)):
        assert not reads(cast.admin, hidden)


def test_who_reads_by_break_glass_writes_nothing(cast, boss):
    hidden = cast.spaces["hidden"]
    opened(cast.admin, boss, hidden)
    for action in ("write", "announce", "join", "ask", "manage"):
        assert not policy.can(cast.admin, action, hidden)


def test_every_step_is_written_down_with_who_and_why(cast, boss):
    request = opened(cast.admin, boss, cast.spaces["hidden"])
    archive.end_access(administrator=cast.admin, request=request)
    archive.refuse_access(administrator=boss, request=asked(cast.admin, cast.spaces["closed"]))
    archive.withdraw_access_request(administrator=boss, request=asked(boss, cast.spaces["closed"]))
    assert kinds() == [
        "access.asked", "access.approved", "access.ended",
        "access.asked", "access.refused", "access.asked", "access.withdrawn",
    ]  # fmt: skip
    asking, approval, end = LogEntry.objects.order_by("number")[:3]
    assert json.loads(asking.content)["reason"] == REASON and asking.actor == cast.admin.public_id
    said = json.loads(approval.content)
    assert approval.actor == boss.public_id and said["asked_by"] == cast.admin.public_id
    assert said["space"] == cast.spaces["hidden"].public_id and said["until"].startswith("20")
    assert end.actor == cast.admin.public_id


def test_nobody_decides_their_own_request(cast, boss):
    request = asked(cast.admin, cast.spaces["hidden"])
    for decide in (archive.approve_access, archive.refuse_access):
        with pytest.raises(ValidationError) as refusal:
            decide(administrator=cast.admin, request=request)
        assert code_of(refusal) == "own"
    assert not TimedAccess.objects.exists()


def test_only_administrators_in_person_ask_and_decide(cast, boss):
    request = asked(cast.admin, cast.spaces["hidden"])
    robot = people.robot()
    Person.objects.filter(pk=robot.pk).update(is_administrator=True)
    former = make_person("Fay Former", is_administrator=True)
    people.deactivate(by=boss, person=former)
    for person in (cast.manager, cast.member, cast.guest, Person.objects.get(pk=robot.pk), former):
        for act in (archive.approve_access, archive.refuse_access):
            with pytest.raises(PermissionDenied):
                act(administrator=person, request=request)
        with pytest.raises(PermissionDenied):
            asked(person, cast.spaces["hidden"])
    assert kinds() == ["access.asked"]


def test_an_account_that_was_closed_a_moment_ago_does_not_approve_with_an_old_row(cast, boss):
    request, old = asked(cast.admin, cast.spaces["hidden"]), Person.objects.get(pk=boss.pk)
    people.deactivate(by=cast.admin, person=boss)
    with pytest.raises(PermissionDenied):
        archive.approve_access(administrator=old, request=request)


def test_the_only_administrator_is_told_that_nobody_could_approve(cast):
    with pytest.raises(ValidationError) as refusal:
        asked(cast.admin, cast.spaces["hidden"])
    assert code_of(refusal) == "alone"


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"address": "the hidden group"}, "address"),
        ({"address": "/people/" + "0" * 26 + "/"}, "address"),
        ({"address": "http://[::1"}, "address"),
        ({"address": "/groups/" + "0" * 25 + "/"}, "address"),
        ({"reason": "   because    "}, "reason"),
        ({"reason": "x" * 1001}, "reason"),
        ({"hours": 48}, "hours"),
        ({"hours": 0}, "hours"),
    ],
)
def test_a_request_says_an_address_a_reason_and_one_of_the_times(cast, boss, given, field):
    good = {"address": "/groups/" + "0" * 26 + "/", "reason": REASON, "hours": 1}
    with pytest.raises(ValidationError) as refusal:
        archive.ask_for_access(administrator=cast.admin, **{**good, **given})
    assert list(refusal.value.error_dict) == [field]


def test_what_one_reads_anyway_needs_no_request(cast, boss):
    groups.add_member(space=cast.spaces["hidden"], person=cast.admin)
    for space in ("open", "hidden"):
        with pytest.raises(ValidationError) as refusal:
            asked(cast.admin, cast.spaces[space])
        assert code_of(refusal) == "reads"


def test_a_request_for_the_hidden_and_for_nothing_are_the_same_until_two_have_decided(cast, boss):
    thread = threads.post_thread(author=cast.member, spaces=cast.spaces["hidden"], source="x")[0]
    talk = groups.start_conversation(starter=cast.manager, people=[cast.member])
    rows, numbers = [], []
    for path in (
        cast.spaces["hidden"].get_absolute_url(),
        f"/threads/{thread.public_id}/",
        f"/posts/{thread.posts.get().public_id}/",
        f"/groups/{talk.public_id}/",
        *(f"/{kind}/{'0' * 26}/" for kind in ("groups", "threads", "posts")),
    ):
        with CaptureQueriesContext(connection) as queries:
            request = asked(cast.admin, path)
        rows.append((request.state, request.space_id, request.access_id, request.ends_at))
        numbers.append(len(queries))
    assert set(rows) == {(State.WAITING, None, None, None)}
    assert len(set(numbers[1:])) == 1


@pytest.mark.parametrize("kind", ["groups", "threads", "posts"])
def test_an_approval_of_what_is_not_there_opens_nothing_and_is_written_down(cast, boss, kind):
    request = opened(cast.admin, boss, f"/{kind}/{'0' * 26}/")
    assert request.state == State.NOTHING and not TimedAccess.objects.exists()
    assert kinds()[-1] == "access.approved-for-nothing"


def test_a_thread_or_a_post_opens_the_space_it_stands_in(cast, boss):
    thread = threads.post_thread(author=cast.member, spaces=cast.spaces["hidden"], source="x")[0]
    post = thread.posts.get()
    for path in (f"/threads/{thread.public_id}/?a=b#post-1", f"https://parvis.example/posts/{post.public_id}/"):
        request = opened(cast.admin, boss, path)
        assert request.space == cast.spaces["hidden"] and reads(cast.admin, cast.spaces["hidden"])
        archive.end_access(administrator=boss, request=request)


def test_a_restricted_thread_can_be_opened_and_a_private_conversation_never(cast, boss):
    named = groups.make_named_readers(author=cast.member, readers=[cast.manager])
    thread = threads.post_thread(author=cast.member, spaces=named, source="x")[0]
    assert opened(cast.admin, boss, f"/threads/{thread.public_id}/").state == State.RUNNING
    assert reads(cast.admin, named)
    talk = groups.start_conversation(starter=cast.manager, people=[cast.member])
    thread = threads.post_thread(author=cast.member, spaces=talk, source="x")[0]
    assert opened(cast.admin, boss, f"/threads/{thread.public_id}/").state == State.NOTHING
    assert not reads(cast.admin, talk)


def test_a_request_is_decided_once(cast, boss):
    request = opened(cast.admin, boss, cast.spaces["hidden"])
    for act, person in (
        (archive.approve_access, boss),
        (archive.refuse_access, boss),
        (archive.withdraw_access_request, cast.admin),
    ):
        with pytest.raises(ValidationError) as refusal:
            act(administrator=person, request=request)
        assert code_of(refusal) == "decided"
    assert TimedAccess.objects.count() == 1


def test_a_second_click_is_no_second_request(cast, boss):
    asked(cast.admin, cast.spaces["hidden"])
    with pytest.raises(ValidationError) as refusal:
        asked(cast.admin, cast.spaces["hidden"])
    assert code_of(refusal) == "asked"


def test_only_the_asker_withdraws(cast, boss):
    request = asked(cast.admin, cast.spaces["hidden"])
    with pytest.raises(PermissionDenied):
        archive.withdraw_access_request(administrator=boss, request=request)
    assert archive.withdraw_access_request(administrator=cast.admin, request=request).state == State.WITHDRAWN


@pytest.mark.parametrize("who", ["admin", "boss"])
def test_either_ends_it_before_its_time(cast, boss, who):
    request = opened(cast.admin, boss, cast.spaces["hidden"])
    epoch = cast.spaces["hidden"].epoch
    archive.end_access(administrator={"admin": cast.admin, "boss": boss}[who], request=request)
    assert not reads(cast.admin, cast.spaces["hidden"])
    request.refresh_from_db()
    cast.spaces["hidden"].refresh_from_db()
    assert request.state == State.ENDED and request.ends_at <= clock.now()
    assert cast.spaces["hidden"].epoch > epoch
    with pytest.raises(ValidationError):
        archive.end_access(administrator=boss, request=request)


def test_what_is_over_by_the_clock_is_put_away_and_written_down_once(cast, boss):
    request = opened(cast.admin, boss, cast.spaces["hidden"], hours=1)
    assert archive.put_away() == 0
    with clock.set_to(later(hours=1, seconds=1)):
        assert archive.put_away() == 1
        assert archive.put_away() == 0
    request.refresh_from_db()
    assert request.state == State.ENDED and not TimedAccess.objects.exists()
    last = LogEntry.objects.latest("number")
    assert (last.kind, last.actor) == ("access.ended", "")


def test_a_request_nobody_decides_for_a_week_lapses(cast, boss):
    request = asked(cast.admin, cast.spaces["hidden"])
    with clock.set_to(later(days=7, seconds=1)):
        with pytest.raises(ValidationError):
            archive.approve_access(administrator=boss, request=request)
        assert archive.put_away() == 1
    request.refresh_from_db()
    assert request.state == State.LAPSED and kinds()[-1] == "access.lapsed"


@pytest.mark.parametrize("end", [people.deactivate, people.end_administrator])
def test_who_administers_no_more_reads_no_more_and_asks_no_more(cast, boss, end):
    running = opened(cast.admin, boss, cast.spaces["hidden"])
    waiting = asked(cast.admin, cast.spaces["closed"])
    end(by=boss, person=cast.admin)
    assert not reads(cast.admin, cast.spaces["hidden"])
    running.refresh_from_db()
    waiting.refresh_from_db()
    assert (running.state, waiting.state) == (State.ENDED, State.WITHDRAWN)
    assert not TimedAccess.objects.exists()
    # Made administrator again, they have to ask again.
    if end is people.end_administrator:
        people.make_administrator(by=boss, person=Person.objects.get(pk=cast.admin.pk))
        assert not reads(cast.admin, cast.spaces["hidden"])


def test_an_edit_of_an_administrators_profile_ends_nothing(cast, boss):
    opened(cast.admin, boss, cast.spaces["hidden"])
    people.change_person(by=cast.admin, person=cast.admin, headline="Keeper of keys")
    assert reads(cast.admin, cast.spaces["hidden"])
