"""Rebuilding: beside the index that is served, losing nothing that happens meanwhile, writing nothing twice."""

from __future__ import annotations

import json
import shutil

import pytest
from django.core.management import call_command

from groups import services as groups
from kit.models import Fact
from search import queries
from search.engines import rebuild
from search.engines.store import Unusable
from search.engines.writer import Writer
from search.language import parse
from tests.search.profiles import embedded
from tests.search.writing import deliver, found, post_thread
from walls.models import Post
from walls.services import posts


def rows_written(monkeypatch) -> list[tuple[str, int]]:
    """Every row the writer writes from here on."""
    written = []
    write = Writer.write_rows
    monkeypatch.setattr(
        Writer, "write_rows", lambda self, generation, touched, known: written.extend(touched) or write(
            self, generation, touched, known
        )
    )  # fmt: skip
    return written


@embedded
def test_facts_told_before_a_rebuild_are_not_written_again_when_they_are_delivered_after_it(cast, index, monkeypatch):
    """As after an import: its facts wait in the outbox while ``rebuild_index`` runs, then the server delivers them."""
    made = post_thread(author=cast.member, spaces=cast.spaces["open"], title="Vidange", source="Faite.")
    index()
    written = rows_written(monkeypatch)
    deliver()
    queries.backend().writer._follow()
    assert written == []
    assert found(cast.outsider, "vidange") == [1]
    posts.reply(author=cast.manager, thread=made, source="Mandrin.")
    deliver()
    assert len(set(written)) == 1
    assert found(cast.outsider, "mandrin") == [2]


@embedded
def test_a_change_told_while_a_rebuild_runs_is_heard_after_it(cast, index):
    made = post_thread(author=cast.member, spaces=cast.spaces["open"], title="Vidange", source="Faite.")
    store = index.backend.store

    def edit(done, total):
        if done >= total:
            post = made.posts.get()
            posts.edit_post(editor=cast.member, post=post, source="Mandrin.", based_on_revision=post.revision)

    rebuild.rebuild(store, edit)
    assert found(cast.outsider, "mandrin") == []
    deliver()
    assert found(cast.outsider, "mandrin") == [1]


@embedded
def test_a_fact_that_commits_late_under_a_lower_number_is_not_taken_for_built(cast, index):
    """PostgreSQL numbers facts before they are committed. Red when all numbers below the newest are skipped."""
    made = post_thread(author=cast.member, spaces=cast.spaces["open"], title="Vidange", source="Faite.")
    late = Fact.objects.get(name="thread.posted")
    Fact.objects.filter(pk=late.pk).delete()
    Post.objects.filter(thread=made).update(deleted_at=made.opened_at)
    groups.add_member(space=cast.spaces["open"], person=cast.reader)
    index()
    Post.objects.filter(thread=made).update(deleted_at=None)
    late.save(force_insert=True)
    queries.backend().writer._follow()
    assert found(cast.outsider, "vidange") == [1]


@embedded
def test_an_index_that_knows_nothing_of_what_it_was_built_from_hears_all_again(cast, thread, monkeypatch):
    store = queries.backend().store
    file = store.current().folder / "heard.json"
    told = json.loads(file.read_text())
    del told["built"]
    file.write_text(json.dumps(told))
    store.forget()
    written = rows_written(monkeypatch)
    queries.backend().writer._follow()
    assert written


@embedded
def test_an_index_ahead_of_the_database_is_not_believed(cast, thread):
    store = queries.backend().store
    store.current().note_heard(10**9)
    with pytest.raises(Unusable, match="ahead"):
        queries.backend().writer._follow()


@embedded
@pytest.mark.parametrize("damage", ["deleted", "corrupt", "old"])
def test_a_damaged_index_says_so_and_asks_to_be_rebuilt(cast, thread, monkeypatch, damage):
    asked = []
    monkeypatch.setattr(rebuild, "start_in_child", lambda store: bool(asked.append(store)))
    store = queries.backend().store
    folder = store.current().folder
    if damage == "deleted":
        shutil.rmtree(folder)
    elif damage == "corrupt":
        for path in folder.glob("*.toc"):
            path.write_bytes(b"\0" * 40)
        store.forget()
    else:
        (folder / "heard.json").write_text('{"version": 0, "fact": 0}')
        store.forget()
    results = queries.search(viewer=cast.outsider, query=parse("vidange"))
    assert results.is_stale and not results.hits
    assert asked
    rebuild.rebuild(store)
    assert found(cast.outsider, "vidange") == [1]


def test_operators_alone_are_answered_without_any_index(cast, thread, index):
    index.lose()
    results = queries.search(viewer=cast.outsider, query=parse("kind:discussion from:max"))
    assert (results.total, results.is_stale) == (1, False)


@embedded
def test_only_one_process_rebuilds_at_a_time(cast, index):
    backend = index()
    with rebuild._alone(backend.store.root), pytest.raises(rebuild.Busy):
        rebuild.rebuild(backend.store)


@embedded
def test_the_command_shows_progress_and_swaps_the_new_index_in(cast, thread, capsys):
    store = queries.backend().store
    before = store.current().folder.name
    call_command("rebuild_index")
    assert "rows indexed in" in capsys.readouterr().out
    assert store.current().folder.name != before
    assert [path.name for path in store.root.glob("g-*")] == [store.current().folder.name]
    assert found(cast.outsider, "vidange") == [1]
