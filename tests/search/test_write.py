"""The one writer: what is posted is found, what is deleted is not, and an index out of step heals alone."""

from __future__ import annotations

import threading
import time

import pytest

from groups.models import Label
from kit import facts
from kit.models import Fact
from search import queries
from search.engines import rebuild, whoosh_engine
from search.findables import facts_heard, findables
from search.language import parse
from tests.search.profiles import embedded
from tests.search.writing import deliver, found, post_thread, write_post, write_thread
from walls.models import Post
from walls.services import classification, posts


def test_a_new_thread_and_a_reply_are_found(cast, thread):
    assert found(cast.outsider, "vidange") == [1]
    posts.reply(author=cast.manager, thread=thread, source="Merci pour le mandrin.")
    deliver()
    assert found(cast.outsider, "mandrin") == [2]


def test_an_edited_post_is_found_by_its_new_words_only(cast, thread):
    post = posts.reply(author=cast.member, thread=thread, source="Ancienne phrase.")
    deliver()
    posts.edit_post(editor=cast.member, post=post, source="Nouvelle tournure.", based_on_revision=post.revision)
    deliver()
    assert found(cast.outsider, "ancienne") == []
    assert found(cast.outsider, "tournure") == [2]


def test_a_deleted_post_is_gone_before_and_after_the_index_hears_of_it(cast, thread, index):
    post = posts.reply(author=cast.member, thread=thread, source="Mandrin.")
    deliver()
    assert found(cast.outsider, "mandrin") == [2]
    posts.delete_post(by=cast.member, post=post)
    assert found(cast.outsider, "mandrin") == []
    deliver()
    assert post.pk not in index.rows("walls.post")


def test_a_moved_thread_is_found_where_it_is_now(cast, thread):
    posts.reply(author=cast.manager, thread=thread, source="Mandrin.")
    deliver()
    classification.move_thread(mover=cast.manager, thread=thread, space=cast.spaces["closed"])
    assert found(cast.outsider, "mandrin") == []
    deliver()
    assert found(cast.outsider, "mandrin") == []
    assert found(cast.member, "mandrin") == [2]


def test_a_narrowed_label_takes_the_thread_from_guests(cast, index):
    index()
    made = post_thread(
        author=cast.manager, spaces=cast.spaces["open"], title="Plan", source="Zebra.", label=Label.SHARED
    )
    deliver()
    assert found(cast.guest, "zebra") == [1]
    classification.reclassify(editor=cast.manager, thread=made, label=Label.INTERNAL)
    deliver()
    assert found(cast.guest, "zebra") == []
    assert found(cast.outsider, "zebra") == [1]


def test_a_new_title_is_found_through_every_reply(cast, thread):
    posts.reply(author=cast.manager, thread=thread, source="Mandrin.")
    opening = thread.posts.get(number=1)
    posts.edit_post(
        editor=cast.member, post=opening, source="Faite hier.", title="Graissage", based_on_revision=opening.revision
    )
    deliver()
    assert found(cast.outsider, "graissage mandrin") == [2]
    assert found(cast.outsider, "vidange mandrin") == []


def test_every_fact_that_is_heard_is_one_that_is_told():
    """A renamed fact would leave the index behind for ever."""
    import pathlib
    import re

    told = set()
    for app in ("people", "groups", "topics", "walls"):
        for path in pathlib.Path(app).rglob("*.py"):
            text = path.read_text("utf-8")
            told |= set(re.findall(r'"([a-z-]+\.[a-z-]+)"', text)) if "tell" in text else set()
    assert facts_heard() <= told


@embedded
def test_hearing_a_fact_twice_changes_nothing(cast, thread):
    fact = Fact.objects.get(name="thread.posted")
    heard = facts.HeardFact(fact.pk, fact.name, fact.ids, fact.told_at)
    writer = queries.backend().writer
    size = queries.backend().store.current().size()
    writer.hear_now(heard)
    writer.hear_now(heard)
    assert queries.backend().store.current().size() == size
    assert found(cast.outsider, "vidange") == [1]


@embedded
def test_many_commits_leave_few_segments_and_lose_nothing(cast, thread):
    for number in range(40):
        write_post(thread=thread, author=cast.member, source=f"Reponse mot{number}")
        fact = facts.HeardFact(0, "post.posted", {"post": Post.objects.latest("pk").pk}, thread.opened_at)
        queries.backend().writer.hear_now(fact)
    assert len(queries.backend().store.current().part("walls.post").segments()) <= 16
    assert [found(cast.outsider, f"mot{number}") for number in range(40)] == [[number + 2] for number in range(40)]


@embedded
def test_rows_out_of_step_are_written_again(cast, index):
    index()
    write_thread(space=cast.spaces["open"], author=cast.member, title="Unheard", source="Zebra.")
    gone = write_thread(space=cast.spaces["open"], author=cast.member, title="Gone", source="Okapi.")
    writer = queries.backend().writer
    writer.check()
    writer.check()
    assert found(cast.outsider, "zebra") == [1]
    Post.objects.filter(thread=gone).delete()
    writer.check()
    writer.check()
    assert queries.backend().store.current().size() == sum(one.documents().count() for one in findables().values())


def test_haystacks_own_way_in_finds_nothing_without_a_gate(cast, thread):
    from haystack.query import SearchQuerySet

    from search.findables import gate_number

    assert SearchQuerySet().models(Post).auto_query("vidange").count() == 0
    number = gate_number(thread.space_id, is_shared=False)
    hits = SearchQuerySet().models(Post).narrow(f"gate:{number}").auto_query("vidange")
    assert [int(hit.pk) for hit in hits] == [thread.posts.get().pk]


@embedded
@pytest.mark.django_db(transaction=True)
def test_the_thread_of_the_server_makes_a_reply_findable_within_two_seconds(index, transactional_cast):
    cast = transactional_cast
    writer = index().writer
    writer.start()
    made = post_thread(author=cast.member, spaces=cast.space, title="Zebra", source="Okapi.")
    began = time.monotonic()
    for fact in Fact.objects.filter(heard_at=None).order_by("pk"):
        facts.deliver(fact.pk)
    while found(cast.member, "okapi") != [1] and time.monotonic() - began < 5:
        time.sleep(0.02)
    assert time.monotonic() - began < 2
    posts.delete_post(by=cast.member, post=made.posts.get())
    assert found(cast.member, "okapi") == []
    writer.stop()


@embedded
@pytest.mark.django_db(transaction=True)
def test_the_thread_of_the_server_has_the_words_at_hand_before_somebody_slips(index, transactional_cast):
    """Red without reading ahead: the first to mistype would wait, or be proposed nothing."""
    post_thread(author=transactional_cast.member, spaces=transactional_cast.space, title="Zebra", source="Okapi.")
    writer = index().writer
    writer.start()
    segments = queries.backend().store.current().part("walls.post").segments()
    began = time.monotonic()
    while not all("mirrored" in vars(segment) for segment in segments) and time.monotonic() - began < 5:
        time.sleep(0.02)
    writer.stop()
    assert [vars(segment)["mirrored"] for segment in segments] == [["arbez", "ipako"]]


@embedded
@pytest.mark.django_db(transaction=True)
def test_facts_that_another_process_delivers_are_read_from_the_outbox(index, transactional_cast):
    cast = transactional_cast
    writer = index().writer
    writer.start()
    post_thread(author=cast.member, spaces=cast.space, title="Zebra", source="Okapi.")
    Fact.objects.update(heard_at=Fact.objects.first().told_at)
    began = time.monotonic()
    while found(cast.member, "okapi") != [1] and time.monotonic() - began < 5:
        time.sleep(0.05)
    assert found(cast.member, "okapi") == [1]
    writer.stop()


@embedded
@pytest.mark.django_db(transaction=True)
def test_what_a_crash_took_from_the_queue_is_heard_again_at_the_next_start(index, transactional_cast):
    cast = transactional_cast
    backend = index()
    post_thread(author=cast.member, spaces=cast.space, title="Zebra", source="Okapi.")
    # The fact was marked heard, and the process died before the batch was committed.
    Fact.objects.update(heard_at=Fact.objects.first().told_at)
    assert found(cast.member, "okapi") == []
    whoosh_engine._engines.pop(str(backend.store.root))
    from haystack import connections

    connections.reload("default")
    again = connections["default"].get_backend()
    again.writer.start()
    began = time.monotonic()
    while found(cast.member, "okapi") != [1] and time.monotonic() - began < 5:
        time.sleep(0.02)
    assert found(cast.member, "okapi") == [1]
    again.writer.stop()


@embedded
def test_readers_on_many_threads_see_whole_commits(cast, thread):
    """Whoosh's files keep one reading position for all threads: without the lock this fails at once."""
    for number in range(120):
        write_post(thread=thread, author=cast.member, source=f"alpha beta gamma {number}")
    rebuild.rebuild(queries.backend().store)
    from search.engines.deadline import Deadline
    from search.engines.matching import Gate, Matching

    segments = queries.backend().store.current().part("walls.post").segments()
    problems = []

    def read(word):
        try:
            for _ in range(10):
                for segment in segments:
                    segment._postings.clear()
                    segment.results.clear()
                matches = Matching(segments, Gate(numbers=None), Deadline(30)).match(parse(word).clauses)
                if len(matches.weights) != 120:
                    problems.append(len(matches.weights))
        except Exception as error:
            problems.append(repr(error))

    readers = [threading.Thread(target=read, args=(word,)) for word in ("alpha", "beta", '"alpha beta"', "gamma") * 2]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    assert problems == []
