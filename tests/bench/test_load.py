"""What ``bench.load`` puts into a database past the services is what the services would have written."""

from __future__ import annotations

import random

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.db.models import Count, F, Max
from django.forms.models import model_to_dict
from django.urls import clear_url_caches

from groups import policy
from groups.models import Membership, Role, Space, SpaceType
from kit import clock, languages, markdown
from kit.models import Fact
from people.models import Person
from search import queries
from search.engines.postgres.vectors import vector
from search.findables import findables
from search.language import parse
from tests.search.profiles import server
from walls import services as walls
from walls.models import Follow, Kind, Post, ReadMark, Thread

POSTS = 500
pytestmark = [server, pytest.mark.django_db]


@pytest.fixture
def loaded(db):
    from bench.load import fill

    connection.check_constraints()
    with connection.cursor() as cursor:  # what a test with transactions of its own may have left there
        cursor.execute("DELETE FROM search_row")
        cursor.execute("DELETE FROM search_word")
    return fill(posts=POSTS, people=60, groups=12, bodies=40, tell=lambda line: None)


def columns(row, *left_out: str) -> dict:
    return {name: value for name, value in vars(row).items() if not name.startswith("_") and name not in left_out}


def test_a_thread_has_the_columns_that_the_services_write(loaded):
    """Every loaded thread is written again by the services, at the same moments, and compared column by column."""
    keys = ("id", "public_id", "thread_id", "accepted_id", "opening", "untold", "quotes")
    seen_kinds = set()
    for old in Thread.objects.order_by("-reply_count")[1:25]:
        before = list(old.posts.order_by("number").select_related("author"))
        written = []
        for post in before:
            with clock.set_to(post.posted_at):
                if post.number == 1:
                    new = walls.post_thread(
                        author=post.author, source=post.source, spaces=old.space, kind=old.kind, title=old.title,
                        topic=old.topic, tags=[tag.name for tag in old.tags.all()], label=old.label,
                    )[0]  # fmt: skip
                    written.append(new.opening)
                else:
                    written.append(walls.reply(author=post.author, thread=new, source=post.source))
        if old.accepted:
            seen_kinds.add("accepted")
            with clock.set_to(old.accepted_at):
                walls.accept_answer(by=old.accepted_by, post=written[old.accepted.number - 1])
        new = Thread.objects.get(pk=new.pk)
        assert columns(old, *keys) == columns(new, *keys)
        for post, again in zip(before, Post.objects.filter(thread=new).order_by("number"), strict=True):
            assert columns(post, *keys) == columns(again, *keys)
        for model in (Follow, ReadMark):
            both = [model.objects.filter(thread=thread).order_by("person").values() for thread in (old, new)]
            rows, others = ([{k: v for k, v in row.items() if k not in keys} for row in part] for part in both)
            assert rows == others, model
        seen_kinds.add(old.kind)
    assert seen_kinds >= {Kind.DISCUSSION, Kind.QUESTION, "accepted"}


def test_people_and_spaces_are_as_their_own_saving_would_leave_them(loaded):
    for model in (Person, Space):
        for row in model.objects.all():
            before = model_to_dict(row) | columns(row)
            row.save()
            row.refresh_from_db()
            assert model_to_dict(row) | columns(row) == before
            row.full_clean(exclude=["password", "seen_at", "created_by", "people_key"])
    employees = Person.objects.filter(is_employee=True)
    assert Space.objects.filter(type=SpaceType.PERSONAL).count() == employees.count() == 60
    assert set(Space.objects.groups().values_list("type", flat=True)) == {"open", "closed", "hidden"}
    guests = Membership.objects.filter(person__is_employee=False)
    assert guests and all(row.role == Role.GUEST and row.space.has_guest_invitations for row in guests)
    for space in Space.objects.groups():
        assert space.memberships.filter(role=Role.MANAGER).exists()


def test_counts_hold_and_everybody_might_have_written_what_they_wrote(loaded):
    assert Post.objects.count() == POSTS
    counted = Thread.objects.annotate(n=Count("posts"), last=Max("posts__number"), newest=Max("posts__posted_at"))
    assert not counted.exclude(n=F("last_number")).exists()
    assert not counted.exclude(last=F("last_number")).exists()
    assert not counted.exclude(newest=F("active_at")).exists()
    assert not counted.exclude(reply_count=F("n") - 1).exists()
    for post in Post.objects.select_related("author", "thread"):
        assert policy.can(post.author, "write", post.thread)
        made = markdown.render(post.source)
        assert (post.html, post.text, post.text_language) == (made.html, made.text, languages.of(made.text))
    with transaction.atomic():
        connection.check_constraints()
    assert not Fact.objects.filter(heard_at=None).exists()


def test_every_search_row_is_the_engines_own_and_a_rebuild_changes_none(loaded):
    table = "SELECT label, key, marks, words::text FROM search_row ORDER BY label, key"
    spoken = "SELECT DISTINCT label, word FROM search_word ORDER BY 1, 2"
    with connection.cursor() as cursor:
        cursor.execute(table)
        before = cursor.fetchall()
        assert {row[0] for row in before} == set(findables())
        cursor.execute(spoken)
        words = cursor.fetchall()
        for one in findables().values():
            for row in one.documents():
                cursor.execute("SELECT %s::tsvector::text", [vector(one.document(row))[0]])
                kept = [words for label, key, _, words in before if (label, key) == (one.label, row.pk)]
                assert kept == [cursor.fetchone()[0]]
        call_command("rebuild_index", quiet=True)
        cursor.execute(table)
        assert cursor.fetchall() == before
        cursor.execute(spoken)
        assert cursor.fetchall() == words


def test_indexes_and_foreign_keys_are_back_and_keys_go_on(loaded):
    from bench.bulk import FOREIGN_KEYS, INDEXES

    with connection.cursor() as cursor:
        for question, least in ((INDEXES, 20), (FOREIGN_KEYS, 12)):
            tables = ["walls_thread", "walls_thread_tags", "walls_post", "walls_follow", "walls_readmark",
                      "search_row", "search_word"]  # fmt: skip
            cursor.execute(question, [tables])
            assert len(cursor.fetchall()) >= least
    author = Person.objects.get(pk=loaded["some"])
    common = Space.objects.get(type=SpaceType.COMMON)
    thread = walls.post_thread(author=author, source="Zebra.", spaces=common)[0]
    assert thread.pk > Thread.objects.exclude(pk=thread.pk).aggregate(last=Max("pk"))["last"]


def test_pages_show_it_and_search_finds_it_to_whoever_may_read_it(loaded, client):
    viewer = Person.objects.get(pk=loaded["some"])
    client.force_login(viewer)
    newest = Thread.objects.readable_by(viewer).newest_activity_first().first()
    assert newest.title in client.get(newest.space.get_absolute_url(), follow=True).content.decode()
    long = Thread.objects.get(public_id=loaded["long"])
    assert long.title in client.get(f"/threads/{long.public_id}/").content.decode()
    # A word that two posts or fewer hold: one who may read them finds them, one who may not finds nothing.
    chance, tried = random.Random(1), 0
    hidden = Post.objects.filter(thread__space__type=SpaceType.HIDDEN, text__contains=" Lot ")
    for post in chance.sample(list(hidden.select_related("thread")), 12):
        word = post.text.rpartition(" Lot ")[2].split()[0]
        holding = set(Post.objects.filter(text__icontains=word).values_list("thread", flat=True))
        inside = post.author
        found = queries.search(viewer=inside, query=parse(f'"{word}"'))
        assert post.thread_id in {hit.row.thread_id for hit in found.hits}
        for person in Person.objects.exclude(pk=inside.pk)[:5]:
            readable = set(Thread.objects.readable_by(person).filter(pk__in=holding).values_list("pk", flat=True))
            if post.thread_id not in readable:
                tried += 1
                found = queries.search(viewer=person, query=parse(f'"{word}"'))
                assert post.thread_id not in {hit.row.thread_id for hit in found.hits}
    assert tried > 10
    page = client.get("/search/", {"q": f'"{long.title}"'})
    assert f"/threads/{long.public_id}/" in page.content.decode()


def test_the_bare_page_and_the_bare_insert_beside_it_answer(loaded, client, monkeypatch):
    from bench import bare
    from intranet import urls

    monkeypatch.setattr(urls, "urlpatterns", list(urls.urlpatterns))
    bare.add_to_urls()
    try:
        client.force_login(Person.objects.get(pk=loaded["one"]))
        before = Post.objects.count()
        assert client.post("/bare/insert/", {"body": "One row."}).content == b"One row."
        assert Post.objects.count() == before + 1
        assert b"One row." in client.get("/bare/").content
    finally:
        monkeypatch.undo()
        clear_url_caches()
