"""A checked form comes in once, with its people, dates, numbers and links, by a robot that the rule is asked about."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied

from groups import policy
from groups import services as groups
from groups.models import Membership, Role, Space
from imports.models import Archive, SourceRecord
from kit.models import Fact
from people.models import Person
from tests.imports.conftest import BEGIN, ROWS, quoted, said, write_archive
from walls.models import Mention, Post, Thread


def moment(number: int) -> dt.datetime:
    return dt.datetime.fromtimestamp(BEGIN + number * 60, dt.UTC)


def post(source_id: str) -> Post:
    return Post.objects.get(pk=SourceRecord.objects.get(kind="post", source_id=source_id).row_id)


def test_everything_comes_in_with_true_authors_dates_and_numbers(bring_in, archive):
    outcome = bring_in(archive)
    assert outcome.balances
    assert +outcome.written.new == {"person": 3, "group": 2, "thread": 3, "post": 6}
    thread = Thread.objects.get(title="tea kitchen")
    assert [(p.number, p.author.display_name, p.posted_at) for p in thread.posts.order_by("number")] == [
        (1, "Ines Morel", moment(1)),
        (2, "Otto Beck", moment(2)),
        (3, "Otto Beck", moment(3)),
        (4, "Ines Morel", moment(4)),
    ]
    assert (thread.opened_at, thread.active_at, thread.closed_at) == (moment(1), moment(4), moment(4))
    assert (thread.version, thread.last_number, thread.reply_count) == (1, 4, 3)
    assert (thread.author.display_name, thread.last_author.display_name) == ("Ines Morel", "Ines Morel")
    assert (thread.status, thread.excerpt, thread.space.name) == ("closed", "The kettle is broken.", "North house")


def test_mentions_quotes_and_links_lead_to_people_and_posts_of_this_company(bring_in, archive):
    bring_in(archive)
    ines, first, answer = Person.objects.get(display_name="Ines Morel"), post("1"), post("3")
    assert f"[@Ines Morel](person:{ines.public_id})" in post("2").source
    assert Mention.objects.filter(post=post("2"), person=ines).exists()
    assert f'href="/posts/{first.public_id}/"' in answer.html
    assert answer.quotes == first
    assert "import:" not in "".join(Post.objects.values_list("source", flat=True))


def test_a_link_to_a_later_thread_is_right_before_that_thread_is_written(bring_in, tmp_path):
    link = '<p><a href="#narrow/stream/8-South/topic/rules/near/6">there</a> in <a href="#narrow/stream/8-S">S</a></p>'
    bring_in(write_archive(tmp_path / "linked", [said(1, link), said(6, "<p>x</p>", stream=8, topic="rules")]))
    assert f"(post:{post('6').public_id})" in post("1").source
    assert f"(group:{Space.objects.get(name='South').public_id})" in post("1").source


def test_people_are_inactive_stand_ins_who_read_nothing_and_cannot_sign_in(bring_in, archive):
    bring_in(archive)
    for person in Person.objects.filter(is_stand_in=True):
        assert (person.email, person.is_active, person.may_sign_in, person.has_usable_password()) == (
            "",
            False,
            False,
            False,
        )
        assert not policy.spaces_for(person, "read").exists()
    readers = policy.audience(Space.objects.get(name="North house"))
    assert not readers.filter(is_stand_in=True).exists()
    assert not readers.filter(is_robot=True).exists()


@pytest.mark.parametrize(("visibility", "reads"), [("open", True), ("closed", False), ("hidden", False)])
def test_groups_have_the_visibility_that_was_chosen(bring_in, archive, cast, visibility, reads):
    bring_in(archive, visibility=visibility)
    assert Thread.objects.readable_by(cast.outsider).filter(title="keys").exists() is reads
    assert Thread.objects.readable_by(cast.admin).filter(title="keys").exists()


def test_a_second_time_writes_nothing_and_says_so(bring_in, archive):
    bring_in(archive)
    before = (Person.objects.count(), Space.objects.count(), Thread.objects.count(), Post.objects.count())
    again = bring_in(archive)
    assert again.balances
    assert sum(again.written.new.values()) == 0
    assert +again.written.known == {"person": 3, "group": 2, "thread": 3, "post": 6}
    assert before == (Person.objects.count(), Space.objects.count(), Thread.objects.count(), Post.objects.count())


def test_a_later_archive_adds_what_is_new_behind_what_people_wrote_here_meanwhile(bring_in, tmp_path):
    bring_in(write_archive(tmp_path / "first", ROWS[:2]))
    thread = Thread.objects.get(title="tea kitchen")
    here = Post.objects.create(thread=thread, number=3, author=thread.author, source="x", html="x", text="x", version=3)
    Thread.objects.filter(pk=thread.pk).update(last_number=3, version=3, reply_count=2, active_at=here.posted_at)
    bring_in(write_archive(tmp_path / "second", ROWS[:3]))
    thread.refresh_from_db()
    assert post("3").number == 4
    assert (thread.last_number, thread.version, thread.reply_count) == (4, 4, 3)
    assert thread.active_at == here.posted_at
    assert post("3").quotes == post("1")


def test_a_post_that_was_deleted_here_does_not_come_back(bring_in, archive):
    bring_in(archive)
    post("5").delete()
    assert bring_in(archive).written.new["post"] == 0


def test_only_an_administrator_may_order_an_import(bring_in, archive, cast):
    with pytest.raises(PermissionDenied):
        bring_in(archive, by=cast.member)
    assert not Post.objects.exists()


def test_whoever_ordered_it_and_the_robot_manage_the_groups(bring_in, archive, cast):
    bring_in(archive)
    robot = Archive.objects.get().robot
    managers = Membership.objects.filter(space__name="South", role=Role.MANAGER)
    assert {m.person_id for m in managers} == {robot.pk, cast.admin.pk}
    assert (robot.is_robot, robot.may_sign_in) == (True, False)


def test_a_group_that_was_archived_takes_nothing_more_and_the_report_says_so(bring_in, tmp_path, cast):
    bring_in(write_archive(tmp_path / "first", ROWS[:3]))
    groups.archive(manager=cast.admin, space=Space.objects.get(name="North house"))
    outcome = bring_in(write_archive(tmp_path / "second"))
    assert outcome.balances
    assert {one.id for one in outcome.refused if one.noun == "post"} == {"4", "5"}
    assert Post.objects.count() == 4


def test_the_end_is_told_once_and_nobody_is_notified(bring_in, archive):
    bring_in(archive)
    names = list(Fact.objects.values_list("name", flat=True))
    assert names.count("import.finished") == 1
    assert not {"thread.posted", "post.posted"} & set(names)


def test_a_quote_of_another_thread_is_a_link_only(bring_in, tmp_path):
    rows = [said(1, "<p>a</p>"), said(2, quoted(1, "Ines Morel") + "<blockquote><p>a</p></blockquote>", topic="keys")]
    bring_in(write_archive(tmp_path / "across", rows))
    assert post("2").quotes is None
    assert f"(post:{post('1').public_id})" in post("2").source
