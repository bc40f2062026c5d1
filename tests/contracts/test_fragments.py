"""A kept piece is keyed by everything it shows: each path its templates read stands in its list."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kit import fragments as kept
from people.models import Person
from walls import fragments
from walls.models import Post
from walls.services import posts, threads

ROOT = Path(__file__).resolve().parents[2] / "templates"
READ = re.compile(r"\b((?:post|thread|mine|is_mine|is_undoable|shows_place|marker|matching)(?:\.[a-z_]+)*)\b")
# Objects handed on whole to a tag or partial; what those read of them stands in the list by name.
WHOLE = {
    "post",
    "thread",
    "post.author",
    "thread.author",
    "thread.space",
    "thread.tags",
    "marker",
    "post.quotes",
    "thread.topic",
}
HANDED_ON = {"post.author", "thread.author"}

PIECES = {
    "walls/_post.html": fragments.POST_SHOWS,
    "walls/_thread_row.html": fragments.ROW_SHOWS,
    "walls/_thread_line.html": fragments.ROW_SHOWS,
    "walls/_search_hit.html": fragments.HIT_SHOWS,
}


def _tags(text: str) -> str:
    """What stands inside the tags of a template, strings and comments left out."""
    text = re.sub(r"{#.*?#}", "", text, flags=re.S)
    return re.sub(r"\"[^\"]*\"|'[^']*'", "", " ".join(re.findall(r"{[{%](.*?)[%}]}", text, flags=re.S)))


@pytest.mark.parametrize("template", PIECES)
def test_every_path_a_kept_template_reads_is_in_its_key(template):
    read = set(READ.findall(_tags((ROOT / template).read_text()))) - WHOLE
    shown = set(PIECES[template])
    missing = {path for path in read if path not in shown and path not in {f"{one}.url" for one in shown}}
    assert not missing, f"name them in walls/fragments.py: {sorted(missing)}"


@pytest.mark.parametrize("shows", [fragments.POST_SHOWS, fragments.ROW_SHOWS])
def test_what_tags_read_of_an_author_is_in_the_key(shows):
    names = {path.rsplit(".", 1)[1] for path in shows if ".author." in path}
    assert {"public_id", "display_name", "is_employee", "employer", "photo"} <= names


def test_a_kept_post_is_drawn_anew_when_anything_it_shows_changes(cast):
    thread = threads.post_thread(author=cast.member, spaces=cast.spaces["open"], source="Which wrench?")[0]
    post = posts.reply(author=cast.manager, thread=thread, source="The long one")
    before = fragments.post_fragment(_fresh(post))
    assert fragments.post_fragment(_fresh(post)) == before
    Person.objects.filter(pk=cast.manager.pk).update(display_name="Mona Married")
    assert "Mona Married" in fragments.post_fragment(_fresh(post))
    posts.edit_post(editor=cast.manager, post=_fresh(post), source="The short one", based_on_revision=1)
    assert "The short one" in fragments.post_fragment(_fresh(post))
    posts.delete_post(by=cast.manager, post=_fresh(post))
    assert "short one" not in fragments.post_fragment(_fresh(post))


def test_a_kept_piece_is_another_for_another_language_zone_and_viewer(cast, monkeypatch):
    from django.utils import timezone, translation

    thread = threads.post_thread(author=cast.member, spaces=cast.spaces["open"], source="Which wrench?")[0]
    post = _fresh(thread.posts.get())
    pieces = {str(fragments.post_fragment(post)), str(fragments.post_fragment(post, viewer=cast.member))}
    with translation.override("fr"):
        pieces.add(str(fragments.post_fragment(post)))
    with timezone.override("Asia/Kolkata"):
        pieces.add(str(fragments.post_fragment(post)))
    assert len(pieces) == 4
    drawn = []
    monkeypatch.setattr(kept, "render_to_string", lambda *args: drawn.append(args) or "")
    fragments.post_fragment(post)
    assert drawn == []  # it was kept


def _fresh(post: Post) -> Post:
    return Post.objects.select_related("thread", "author", "edited_by", "quotes__author").get(pk=post.pk)
