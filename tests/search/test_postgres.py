"""PostgreSQL's engine: written with the post in one transaction, and asked within its second."""

from __future__ import annotations

import threading
import time
from importlib import import_module
from types import SimpleNamespace

import pytest
from django.core.management.base import CommandError
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from groups.models import Label
from search import hearing, queries
from search.engines.deadline import Deadline, TimeUp
from search.engines.postgres import matching, rows
from search.engines.postgres.extension import ensure_intarray
from search.engines.postgres.vectors import vector
from search.findables import Findable, findables
from search.language import parse
from search.sql import time_limit
from tests.search.profiles import server
from tests.search.writing import (
    deliver,
    found,
    in_another_connection,
    keys_found,
    post_thread,
    write_post,
    write_thread,
)
from walls.models import Post, Thread
from walls.services import classification, posts

pytestmark = server


@pytest.fixture
def one_gate(monkeypatch):
    """The database lets everything through: what is found is what the index alone gives."""
    monkeypatch.setattr(Findable, "rows", lambda self, viewer: self.index.index_queryset())
    monkeypatch.setattr(queries._PLAIN, "_ready", {})


def test_what_is_posted_edited_and_deleted_is_so_in_the_index_with_its_commit(cast, index):
    """Nothing is delivered here: red when rows are written after the commit."""
    thread = post_thread(author=cast.member, spaces=cast.spaces["open"], title="Vidange", source="Faite.")
    reply = posts.reply(author=cast.manager, thread=thread, source="Mandrin.")
    assert found(cast.outsider, "vidange") == [1] and found(cast.outsider, "mandrin") == [2]
    posts.edit_post(editor=cast.manager, post=reply, source="Tournure.", based_on_revision=reply.revision)
    assert keys_found(cast.outsider, "mandrin") == set() and keys_found(cast.outsider, "tournure") == {reply.pk}
    posts.delete_post(by=cast.manager, post=reply)
    assert keys_found(cast.outsider, "tournure") == set()
    assert reply.pk not in index.rows("walls.post")
    posts.restore_post(by=cast.manager, post=reply)
    assert keys_found(cast.outsider, "tournure") == {reply.pk}


def test_what_is_rolled_back_was_never_found(cast, index):
    with pytest.raises(RuntimeError), transaction.atomic():
        post_thread(author=cast.member, spaces=cast.spaces["open"], title="Vidange", source="Faite.")
        assert found(cast.member, "vidange") == [1]
        raise RuntimeError
    assert keys_found(cast.member, "vidange") == set()


def test_a_move_and_a_narrower_label_close_the_gate_of_the_index_with_their_commit(cast, index):
    thread = post_thread(
        author=cast.manager, spaces=cast.spaces["open"], title="Vidange", source="Zebra.", label=Label.SHARED
    )
    keys = set(thread.posts.values_list("pk", flat=True))
    assert keys_found(cast.guest, "zebra") == keys_found(cast.outsider, "zebra") == keys
    classification.reclassify(editor=cast.manager, thread=thread, label=Label.INTERNAL)
    assert keys_found(cast.guest, "zebra") == set()
    assert keys_found(cast.outsider, "zebra") == keys
    classification.move_thread(mover=cast.manager, thread=thread, space=cast.spaces["hidden"])
    assert keys_found(cast.outsider, "zebra") == set()
    assert keys_found(cast.member, "zebra") == keys


def test_a_long_thread_leaves_its_old_readers_at_once_and_is_written_for_the_new_ones_after(cast, index, monkeypatch):
    """Nobody who moves a thousand replies waits until all their words are written."""
    monkeypatch.setattr(hearing, "AT_ONCE", 3)
    post_thread(author=cast.manager, spaces=cast.spaces["open"], title="Another", source="Thread.")
    thread = post_thread(author=cast.manager, spaces=cast.spaces["open"], title="Vidange", source="Zebra.")
    for number in range(5):
        posts.reply(author=cast.manager, thread=thread, source=f"Zebra {number}.")
    deliver()
    classification.move_thread(mover=cast.manager, thread=thread, space=cast.spaces["closed"])
    assert keys_found(cast.outsider, "zebra") == set()
    deliver()
    assert keys_found(cast.outsider, "zebra") == set()
    assert len(keys_found(cast.member, "zebra")) == 6


def test_a_word_taken_out_of_the_post_that_opens_a_long_thread_is_gone_with_the_commit(cast, index, monkeypatch):
    """Nothing is delivered after the edit: red when all rows of a long thread wait for a worker."""
    monkeypatch.setattr(hearing, "AT_ONCE", 3)
    thread = post_thread(author=cast.member, spaces=cast.spaces["open"], title="Vidange", source="Zebra.")
    for number in range(5):
        posts.reply(author=cast.manager, thread=thread, source=f"Tapir {number}.")
    deliver()
    opening = thread.posts.get(number=1)
    posts.edit_post(
        editor=cast.member, post=opening, source="Okapi.", title="Graissage", based_on_revision=opening.revision
    )
    assert keys_found(cast.outsider, "zebra") == keys_found(cast.outsider, "vidange") == set()
    assert keys_found(cast.outsider, "okapi") == keys_found(cast.outsider, "graissage") == {opening.pk}
    assert len(keys_found(cast.outsider, "tapir")) == 5
    deliver()
    assert len(keys_found(cast.outsider, "graissage tapir")) == 5


def test_the_texts_of_a_long_thread_are_not_fetched_to_see_where_it_stands(cast, index, monkeypatch):
    monkeypatch.setattr(hearing, "AT_ONCE", 3)
    thread = post_thread(author=cast.manager, spaces=cast.spaces["open"], title="Vidange", source="Zebra.")
    for number in range(5):
        posts.reply(author=cast.manager, thread=thread, source=f"Tapir {number}.")
    one, keys = findables()["walls.post"], list(thread.posts.values_list("pk", flat=True))
    Thread.objects.filter(pk=thread.pk).update(space=cast.spaces["closed"])
    with CaptureQueriesContext(connection) as seen:
        rows.drop_moved(one, keys)
    assert "html" not in " ".join(query["sql"] for query in seen) and len(seen) == 3
    assert index.rows("walls.post") & set(keys) == set()


def test_a_new_name_of_an_author_reaches_old_posts_in_background_work(cast, index):
    from kit import facts

    thread = post_thread(author=cast.member, spaces=cast.spaces["open"], title="Vidange", source="Zebra.")
    cast.member.display_name = "Maximilian Okapi"
    cast.member.save()
    with transaction.atomic():
        facts.tell("person.changed", person=cast.member.pk, fields=["display_name"])
    assert keys_found(cast.outsider, "zebra okapi") == set()
    deliver()
    assert keys_found(cast.outsider, "zebra okapi") == {thread.posts.get().pk}


def test_words_of_every_shape_are_kept_and_found(cast, index):
    source = "C++ and C# in o'Neill's 2.7.4, l’hôpital, 10,000 \\ back'slash 𝒳 日本語 don't"
    write_thread(space=cast.spaces["open"], author=cast.member, title="It's", source=source)
    index()
    for text in ("c++", "c#", "o'neill", "2.7.4", "hopital", "10000", "日本語", "don't", '"c++ and c#"', "back'slash"):
        assert found(cast.outsider, text) == [1], text


def test_a_long_run_of_figures_is_posted_and_found_by_each(cast, index):
    figures = [f"{104233 + number}" for number in range(400)]
    for run in (",".join(figures), ".".join(figures), "3.14159" + "26535" * 600):
        post_thread(author=cast.member, spaces=cast.spaces["open"], title="Parts", source=f"See {run} here")
    assert found(cast.member, "104500") == [1, 1]


def test_a_text_of_very_many_words_is_cut_and_posted(cast, index):
    source = " ".join(f"{number:x}w" for number in range(9_000))[:49_000]
    post_thread(author=cast.member, spaces=cast.spaces["open"], title="Long", source=source)
    assert found(cast.member, "1fw") == [1]
    written, _ = vector({"body": " ".join(f"wort{number:07}" for number in range(60_000))})
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_column_size(%s::tsvector)", [written])
        assert 800_000 < cursor.fetchone()[0] < 1_048_576


def test_a_gate_of_many_spaces_lets_the_same_through_as_one_of_few(cast, index, monkeypatch):
    """The first is asked row by row, the second of the index."""
    for name, space in cast.spaces.items():
        author = cast.member if name != "common" else cast.manager
        write_thread(space=space, author=author, title=f"Zebra {name}", source="Okapi.", label=Label.INTERNAL)
        write_thread(space=space, author=author, title=f"Zebra {name}", source="Tapir.", label=Label.SHARED)
    index()
    few, many = [], []
    for found_by, spaces in ((few, 10_000), (many, 0)):
        monkeypatch.setattr(matching, "FEW_SPACES", spaces)
        for viewer in (cast.member, cast.outsider, cast.guest, cast.admin):
            found_by.append([keys_found(viewer, text) for text in ("zebra", "okapi", "tapi*", "okapo", "zebra -tapir")])
    assert few == many
    assert few[0] != few[1] != few[2]


# Time -----------------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_what_the_database_works_is_counted_from_one_statement_to_the_next():
    """Red when each statement of a search has a second of its own."""
    deadline = Deadline(0.4)
    began = time.monotonic()
    with pytest.raises(TimeUp):
        for _ in range(4):
            with time_limit(deadline), connection.cursor() as cursor:
                cursor.execute("SELECT pg_sleep(0.2)")
    assert time.monotonic() - began < 0.6


def test_a_search_leaves_no_setting_behind_for_the_next_user_of_the_connection(cast, index):
    write_thread(space=cast.spaces["open"], author=cast.member, title="Vidange", source="Zebra.")
    index()
    names = ("statement_timeout", "jit", "random_page_cost", "enable_seqscan", "enable_indexscan")

    def settings() -> list[str]:
        with connection.cursor() as cursor:
            return [(cursor.execute(f"SHOW {name}"), cursor.fetchone()[0])[1] for name in names]

    before = settings()
    for text in ("zebra", "zebro", "zeb*", "zbera OR x"):
        queries.search(viewer=cast.member, query=parse(text))
    assert settings() == before


@pytest.mark.django_db(transaction=True)
def test_two_who_post_the_same_new_words_never_wait_for_each_other(index, transactional_cast):
    """Red with a unique index over the words: each would wait for the other's, and PostgreSQL would end one."""
    cast = transactional_cast
    first = post_thread(author=cast.member, spaces=cast.space, title="One", source="One.")
    second = post_thread(author=cast.member, spaces=cast.space, title="Two", source="Two.")
    with transaction.atomic():
        posts.reply(author=cast.member, thread=first, source="okapi")
        began = time.monotonic()
        in_another_connection(lambda: posts.reply(author=cast.member, thread=second, source="zebra okapi"))
        posts.reply(author=cast.member, thread=first, source="zebra")
        assert time.monotonic() - began < 3
    assert len(keys_found(cast.member, "okapi")) == len(keys_found(cast.member, "zebra")) == 2


@pytest.mark.django_db(transaction=True)
def test_a_large_table_gets_its_other_key_while_people_go_on_writing(index, transactional_cast):
    """Red when the key is made under a lock that waits for who writes: everybody else would wait behind it."""
    cast = transactional_cast
    first, second = (post_thread(author=cast.member, spaces=cast.space, source="One.") for _ in range(2))
    turn = import_module("search.migrations.0002_rows_by_key_first").turn
    turning = threading.Thread(target=lambda: (turn(None, SimpleNamespace(connection=connection)), connection.close()))
    waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted"
    with transaction.atomic(), connection.cursor() as cursor:
        posts.reply(author=cast.member, thread=first, source="Okapi.")
        turning.start()
        until = time.monotonic() + 20
        while cursor.execute(waiting) or not cursor.fetchone()[0]:
            assert time.monotonic() < until
            time.sleep(0.05)
        in_another_connection(lambda: posts.reply(author=cast.member, thread=second, source="Tapir."))
    turning.join(timeout=20)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'search_row_pkey'")
        assert cursor.fetchone() == ("PRIMARY KEY (key, label)",)
        cursor.execute("SELECT count(*) FROM pg_indexes WHERE tablename = 'search_row'")
        assert cursor.fetchone() == (2,)
    assert len(keys_found(cast.member, "okapi")) == len(keys_found(cast.member, "tapir")) == 1


# What an administrator has to do --------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_role_that_may_not_create_the_extension_is_told_in_one_sentence_what_to_run():
    with connection.cursor() as cursor:
        cursor.execute("DROP EXTENSION intarray CASCADE")
        cursor.execute("CREATE ROLE parvis_weak")
        cursor.execute("SET LOCAL ROLE parvis_weak")
        with pytest.raises(CommandError) as refused:
            ensure_intarray(connection)
        cursor.execute("RESET ROLE")
        cursor.execute("DROP ROLE parvis_weak")
        ensure_intarray(connection)
        cursor.execute("SELECT count(*) FROM pg_extension WHERE extname = 'intarray'")
        assert cursor.fetchone() == (1,)
    assert "parvis_weak" in str(refused.value) and 'CREATE EXTENSION intarray"' in str(refused.value)
    assert "\n" not in str(refused.value)


def test_haystacks_own_verbs_write_and_drop_rows(cast, index):
    thread = write_thread(space=cast.spaces["open"], author=cast.member, title="Vidange", source="Zebra.")
    write_post(thread=thread, author=cast.member, source="Okapi.")
    backend, one = queries.backend(), findables()["walls.post"]
    backend.update(one.index, thread.posts.all())
    assert len(keys_found(cast.member, "zebra")) == len(keys_found(cast.member, "okapi")) == 1
    backend.remove(thread.posts.get(number=2))
    assert keys_found(cast.member, "okapi") == set()
    backend.clear([Post])
    assert index.rows("walls.post") == set()
    assert rows.missing(one, thread.posts.values_list("pk", flat=True))


def test_people_groups_and_topics_are_asked_for_a_slip_in_as_many_statements_as_people_alone(cast, index):
    """Red when each is asked by itself: a search for a word that no name holds would go to and fro three times."""
    index()
    known = {one.name: one for one in findables().values()}
    those = [(known[name], known[name].gate(cast.member)) for name in ("person", "group", "topic")]

    def statements(asked):
        with CaptureQueriesContext(connection) as seen:
            matched = queries.backend().match_each(parse("zzyzx").clauses, asked, Deadline(1))
        assert not any(matches.weights for matches in matched)
        return sum("FROM search_row" in one["sql"] or "FROM search_word" in one["sql"] for one in seen.captured_queries)

    assert statements(those) == statements(those[:1]) > 1
