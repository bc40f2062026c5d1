"""The index of PostgreSQL's engine is written anew while people post, edit and delete."""

from __future__ import annotations

import threading
import time

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection, transaction

from search import queries
from search.engines.postgres import patience, rebuilding, rows, state
from search.engines.rebuild import Busy
from search.findables import Findable, findables
from search.language import parse
from tests.search.profiles import server
from tests.search.writing import found, in_another_connection, keys_found, post_thread, write_thread
from walls.models import Post
from walls.services import posts

pytestmark = server


def test_an_index_that_was_never_written_says_so_and_has_it_written(cast, index, monkeypatch):
    asked = []
    write_thread(space=cast.spaces["open"], author=cast.member, title="Vidange", source="Zebra.")
    index.lose()
    monkeypatch.setattr(rebuilding, "start_in_child", lambda: bool(asked.append(1)))
    assert queries.search(viewer=cast.member, query=parse("zebra")).is_stale
    assert asked
    index()
    assert found(cast.member, "zebra") == [1]


def test_the_command_shows_progress_writes_what_is_missing_and_drops_what_is_gone(cast, index, capsys):
    write_thread(space=cast.spaces["open"], author=cast.member, title="Vidange", source="Zebra.")
    gone = write_thread(space=cast.spaces["open"], author=cast.member, title="Gone", source="Okapi.")
    index()
    Post.objects.filter(thread=gone).delete()
    write_thread(space=cast.spaces["open"], author=cast.member, title="New", source="Tapir.")
    call_command("rebuild_index")
    assert "rows indexed in" in capsys.readouterr().out
    assert index.rows("walls.post") == set(Post.objects.values_list("pk", flat=True))
    assert found(cast.member, "tapir") == [1]


def test_only_one_process_rebuilds_at_a_time_and_a_dead_one_holds_nobody_up(cast, index):
    state.lease()
    assert state.rebuilding().percent == 0
    with pytest.raises(Busy):
        index()
    with pytest.raises(CommandError, match="Another process"):
        call_command("rebuild_index", quiet=True)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE search_state SET leased_until = clock_timestamp() - interval '1 second'")
    index()
    assert state.rebuilding() is None and state.is_built()


@pytest.fixture
def between_reading_and_writing(monkeypatch):
    """Begin what it is called with once a rebuild has read posts, and give it a moment before they are written."""
    begun: list[threading.Thread] = []
    read = Findable.documents

    def call(work) -> None:
        def run() -> None:
            try:
                work()
            finally:
                connection.close()

        def slow(self, keys=None):
            found = read(self, keys)
            if keys is not None and self.label == "walls.post" and not begun:
                list(found)
                begun.append(threading.Thread(target=run))
                begun[0].start()
                time.sleep(0.4)
            return found

        monkeypatch.setattr(Findable, "documents", slow)

    call.wait = lambda: begun[0].join(timeout=20)
    return call


@pytest.mark.django_db(transaction=True)
def test_an_edit_while_everything_is_written_anew_is_never_covered_by_the_older_text(
    index, transactional_cast, between_reading_and_writing
):
    """Red when a rebuild reads the post before it has the row: the edit comes between reading and writing."""
    cast = transactional_cast
    thread = post_thread(author=cast.member, spaces=cast.space, title="Vidange", source="Zebra.")
    post = thread.posts.get()
    between_reading_and_writing(
        lambda: posts.edit_post(editor=cast.member, post=post, source="Okapi.", based_on_revision=post.revision)
    )
    index()
    between_reading_and_writing.wait()
    assert keys_found(cast.member, "okapi") == {post.pk}
    assert keys_found(cast.member, "zebra") == set()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_there", [True, False])
def test_a_post_deleted_while_everything_is_written_anew_does_not_come_back(
    index, transactional_cast, between_reading_and_writing, is_there
):
    """Red when a rebuild holds only rows that are there: what it read before the deletion would be put after it."""
    cast = transactional_cast
    if is_there:
        thread = post_thread(author=cast.member, spaces=cast.space, title="Vidange", source="Zebra.")
    else:
        thread = write_thread(author=cast.member, space=cast.space, title="Vidange", source="Zebra.")
    post = thread.posts.get()
    between_reading_and_writing(lambda: posts.delete_post(by=cast.member, post=post))
    index()
    between_reading_and_writing.wait()
    assert post.pk not in index.rows("walls.post")


@pytest.mark.django_db(transaction=True)
def test_a_rebuild_leaves_a_row_that_somebody_writes_to_them(index, transactional_cast):
    cast = transactional_cast
    thread = post_thread(author=cast.member, spaces=cast.space, title="Vidange", source="Zebra.")
    post = thread.posts.get()
    with transaction.atomic():
        posts.edit_post(editor=cast.member, post=post, source="Okapi.", based_on_revision=post.revision)
        began = time.monotonic()
        in_another_connection(index)
        assert time.monotonic() - began < 5
    assert keys_found(cast.member, "okapi") == {post.pk}
    assert keys_found(cast.member, "zebra") == set()


@pytest.mark.django_db(transaction=True)
def test_a_rebuild_does_not_wait_for_a_post_that_is_being_written(index, transactional_cast, monkeypatch):
    """Its row is not there yet for the others, and comes with its own commit; red when the rebuild gives up for it."""
    monkeypatch.setattr(patience, "TRIES", 2)
    cast = transactional_cast
    with connection.cursor() as cursor:
        write_thread(space=cast.space, author=cast.member, title="Vidange", source="Zebra.")
        late = write_thread(space=cast.space, author=cast.member, title="Graissage", source="Okapi.").posts.get()
        with transaction.atomic():
            rows.put(findables()["walls.post"], [late])
            in_another_connection(index)
            cursor.execute("SELECT count(*) FROM search_row WHERE label = 'walls.post'")
            assert cursor.fetchone() == (2,)
    assert len(keys_found(cast.member, "zebra")) == len(keys_found(cast.member, "okapi")) == 1


@pytest.mark.django_db(transaction=True)
def test_a_row_whose_writer_gave_up_is_written_by_the_rebuild_that_had_left_it_to_them(
    index, transactional_cast, monkeypatch
):
    """Red when a rebuild doesn't come back to what somebody held: that row would be missing for ever."""
    cast = transactional_cast
    post = write_thread(space=cast.space, author=cast.member, title="Vidange", source="Zebra.").posts.get()
    passed_over = []
    left = rebuilding._write_left

    def after(one, keys):
        if one.label == "walls.post":
            passed_over.extend(keys)
            giving_up.set()
        left(one, keys)

    monkeypatch.setattr(rebuilding, "_write_left", after)
    holding, giving_up = threading.Event(), threading.Event()

    def edit() -> None:
        with transaction.atomic():
            posts.edit_post(editor=cast.member, post=post, source="Okapi.", based_on_revision=post.revision)
            holding.set()
            giving_up.wait(10)
            transaction.set_rollback(True)
        connection.close()

    editor = threading.Thread(target=edit)
    editor.start()
    assert holding.wait(10)
    index()
    editor.join(timeout=10)
    assert passed_over == [post.pk]
    assert keys_found(cast.member, "zebra") == {post.pk}
