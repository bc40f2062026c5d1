"""What pages show and keep: limits, doors, forms without script."""

from __future__ import annotations

import io
import re

import pytest
from django.template.loader import render_to_string
from django.utils import translation
from PIL import Image

from groups import services as groups
from groups.models import Label, Space
from people.services import deactivate
from tests.reading import as_read
from walls import services as walls
from walls.fragments import post_fragment
from walls.models import Draft, Picture, Post, Thread


def png(width: int = 40, height: int = 30) -> bytes:
    content = io.BytesIO()
    Image.new("RGB", (width, height), "teal").save(content, "PNG")
    return content.getvalue()


def test_missing_hidden_and_forbidden_threads_are_one_answer(cast, signed_in):
    (hidden,) = walls.post_thread(author=cast.member, spaces=cast.spaces["hidden"], source="x")
    (internal,) = walls.post_thread(author=cast.member, spaces=cast.spaces["open"], source="x")
    client = signed_in(cast.guest)
    wanted = [hidden.public_id, internal.public_id, "0" * 26]
    for tail in ("", "changes/", "posts/", "classify/", "move/"):
        answers = [client.get(f"/threads/{public_id}/{tail}") for public_id in wanted]
        assert {answer.status_code for answer in answers} == {404}
        assert len({len(answer.content) for answer in answers}) == 1
    for verb in ("reply", "read", "status", "pin", "vote", "follow", "save"):
        assert {client.post(f"/threads/{public_id}/{verb}/").status_code for public_id in wanted} == {404}


def test_a_thread_is_written_read_and_answered_without_script(cast, signed_in):
    client = signed_in(cast.member)
    space = cast.spaces["open"].public_id
    form = {"spaces": space, "kind": "question", "title": "How?", "body": "Like this?", "submission_key": "k1"}
    page = client.post("/threads/new/", form, follow=True)
    thread = Thread.objects.get()
    assert "Like this?" in page.content.decode() and page.redirect_chain[-1][0] == f"/threads/{thread.public_id}/"
    page = client.post(f"/threads/{thread.public_id}/reply/", {"body": "So.", "submission_key": "k2"}, follow=True)
    assert "So." in page.content.decode()
    client.post(f"/threads/{thread.public_id}/reply/", {"body": "So.", "submission_key": "k2"})
    assert thread.posts.count() == 2


def test_a_refused_thread_comes_back_with_its_text_and_stays_a_draft(cast, signed_in):
    client = signed_in(cast.member)
    form = {"spaces": cast.spaces["open"].public_id, "kind": "discussion", "title": "T" * 201, "body": "My long text"}
    answer = client.post("/threads/new/", form)
    assert answer.status_code == 422 and "My long text" in answer.content.decode()
    assert Draft.objects.get(author=cast.member).fields["source"] == "My long text"
    assert "My long text" in client.get("/drafts/").content.decode()


def test_too_many_posts_answer_429_with_the_text_and_when_to_try_again(cast, thread, signed_in, monkeypatch):
    monkeypatch.setattr("walls.services.submissions.POSTS_A_MINUTE", 1)
    answer = signed_in(cast.member).post(f"/threads/{thread.public_id}/reply/", {"body": "My words"})
    assert answer.status_code == 429 and int(answer["Retry-After"]) > 0
    assert "My words" in answer.content.decode()


def test_a_form_that_named_no_guests_is_stopped_once_guests_read(cast, thread, signed_in):
    client = signed_in(cast.member)
    form = {"body": "For us only", "audience": "6:0", "submission_key": "k"}
    answer = client.post(f"/threads/{thread.public_id}/reply/", form)
    assert answer.status_code == 409 and "For us only" in answer.content.decode()
    assert client.post(f"/threads/{thread.public_id}/reply/", form).status_code == 302


def test_on_the_wall_of_a_closed_account_nothing_new_is_posted_and_the_page_says_why(cast, signed_in):
    wall = cast.spaces["personal"]
    (thread,) = walls.post_thread(author=cast.manager, spaces=wall, source="Well done")
    client = signed_in(cast.manager)
    assert 'id="compose"' in client.get(wall.get_absolute_url()).content.decode()
    deactivate(by=cast.admin, person=cast.member)
    page = client.get(wall.get_absolute_url()).content.decode()
    assert 'id="compose"' not in page and "This account is closed" in page and "Well done" in page
    form = {"spaces": wall.public_id, "kind": "discussion", "body": "Come back", "submission_key": "k"}
    assert client.post("/threads/new/", form).status_code == 422
    with pytest.raises(walls.Refused):
        walls.post_thread(author=cast.manager, spaces=Space.objects.get(pk=wall.pk), source="Come back")
    assert walls.reply(author=cast.manager, thread=thread, source="Still").number == 2


def test_a_quoting_reply_says_once_whom_it_answers(cast, thread, signed_in):
    post = walls.reply(author=cast.manager, thread=thread, source="Twenty bar")
    client = signed_in(cast.member)
    form = client.get(f"{thread.get_absolute_url()}?quote={post.public_id}").content.decode()
    assert f"[Mona Manager](post:{post.public_id})" in form and "data-answers hidden" in form
    assert (
        "data-answers hidden" not in client.get(f"{thread.get_absolute_url()}?reply={post.public_id}").content.decode()
    )
    source = f"> [Mona Manager](post:{post.public_id})\n> Twenty bar\n\nAt last"
    client.post(f"/threads/{thread.public_id}/reply/", {"body": source, "quotes": "", "submission_key": "k"})
    answer = Post.objects.get(number=3)
    assert answer.quotes == post and "in reply to" not in post_fragment(answer)


def test_what_changed_in_a_thread_brings_who_reads_a_reply(cast, thread, signed_in):
    def line(person) -> str:
        return signed_in(person).get(f"/threads/{thread.public_id}/changes/?since=99").content.decode()

    assert 'name="audience" value="6:1"' in line(cast.member) and "Guests can read this." in line(cast.member)
    walls.reclassify(editor=cast.member, thread=thread, label=Label.INTERNAL)
    assert 'name="audience" value="6:0"' in line(cast.member)
    assert "<dd>Internal</dd>" in line(cast.member) and "<dd>6 employees</dd>" in line(cast.member)
    assert 'id="reply-audience"' not in line(cast.outsider)


def test_a_guest_is_proposed_only_people_of_a_shared_space(cast, thread, signed_in):
    page = signed_in(cast.guest).get(f"/compose/people/?thread={thread.public_id}&q=").content.decode()
    assert "Max Member" in page and "Otto Outsider" not in page
    assert "Otto" not in signed_in(cast.guest).get("/compose/people/?q=otto").content.decode()
    assert "Otto" not in signed_in(cast.guest).get("/compose/named/?q=otto").content.decode()


def test_nobody_is_proposed_who_could_not_read(cast, signed_in):
    space = cast.spaces["closed"].public_id
    page = signed_in(cast.member).get(f"/compose/people/?space={space}&q=o").content.decode()
    assert "Otto Outsider" not in page


def test_in_a_restricted_thread_the_readers_named_are_proposed_and_nobody_else(cast, signed_in):
    address = f"/compose/people/?label=restricted&readers={cast.reader.public_id}&q="
    page = signed_in(cast.member).get(address).content.decode()
    assert "Rita Reader" in page and "Mona Manager" not in page
    assert "option" not in signed_in(cast.member).get("/compose/people/?label=restricted&q=").content.decode()


def test_a_picture_is_seen_by_its_uploader_then_by_readers_of_its_post(cast, signed_in):
    client = signed_in(cast.member)
    answer = client.post("/pictures/", {"picture": io.BytesIO(png())})
    address = f"/pictures/{answer.json()['id']}/"
    assert client.get(address).status_code == 200
    assert signed_in(cast.manager).get(address).status_code == 404
    (thread,) = walls.post_thread(
        author=cast.member, spaces=cast.spaces["open"], source=answer.json()["markdown"], label=Label.INTERNAL
    )
    assert thread.cover == answer.json()["id"] and thread.excerpt == ""
    for method in ("get", "head"):
        assert getattr(signed_in(cast.outsider), method)(address).status_code == 200
        assert getattr(signed_in(cast.guest), method)(address).status_code == 404
    shown = signed_in(cast.manager).get(f"{address}small/", headers={"Range": "bytes=0-10"})
    assert shown["Content-Type"] == "image/webp" and shown["X-Content-Type-Options"] == "nosniff"
    walls.delete_post(by=cast.member, post=thread.opening)
    assert client.get(address).status_code == 404


def test_a_picture_of_somebody_else_is_not_taken_over_by_its_id(cast):
    picture = walls.add_picture(uploader=cast.manager, content=png())
    (thread,) = walls.post_thread(
        author=cast.member, spaces=cast.spaces["common"], source=f"look ![mine](picture:{picture.public_id})"
    )
    assert picture.public_id not in thread.opening.html
    assert Picture.objects.get().post is None


def test_a_picture_in_two_walls_stands_under_the_right_of_each(cast):
    picture = walls.add_picture(uploader=cast.member, content=png())
    threads = walls.post_thread(
        author=cast.member,
        spaces=[cast.spaces["hidden"], cast.spaces["common"]],
        source=f"![p](picture:{picture.public_id})",
    )
    assert len({thread.cover for thread in threads}) == 2
    assert {p.thread_id for p in Picture.objects.all()} == {thread.pk for thread in threads}


def test_what_is_no_picture_is_refused_in_words(cast, signed_in):
    answer = signed_in(cast.member).post("/pictures/", {"picture": io.BytesIO(b"GIF89a but not really")})
    assert answer.status_code == 422 and "JPEG" in answer.json()["error"]


def test_home_shows_what_one_reads_and_nothing_of_what_one_may_not_know(cast, signed_in):
    walls.post_thread(author=cast.member, spaces=cast.spaces["hidden"], source="hidden words")
    walls.post_thread(author=cast.member, spaces=cast.spaces["common"], source="common words")
    for tab in ("", "?tab=company", "?tab=unanswered", "?tab=all"):
        page = signed_in(cast.outsider).get(f"/{tab}").content.decode()
        assert "hidden words" not in page
    assert "common words" in signed_in(cast.outsider).get("/").content.decode()
    assert "hidden words" in signed_in(cast.member).get("/").content.decode()
    assert "common words" not in signed_in(cast.guest).get("/").content.decode()


def test_show_more_neither_repeats_nor_skips(cast, signed_in):
    for number in range(35):
        walls.open_thread(
            space=cast.spaces["common"],
            title=f"Nr {number:02}",
            posts=[walls.OldPost(cast.member, "x", cast.member.joined_at)],
        )
    client = signed_in(cast.member)
    first = client.get("/wall/")
    more = client.get(first.context["next_url"], headers={"HX-Request": "true"})
    titles = [t.title for t in first.context["feed"].threads] + [t.title for t in more.context["feed"].threads]
    assert len(titles) == len(set(titles)) == 35


def test_the_changes_since_a_version_are_exactly_what_changed(cast, thread, signed_in):
    first = walls.reply(author=cast.manager, thread=thread, source="first reply")
    walls.reply(author=cast.manager, thread=thread, source="second reply")
    answer = signed_in(cast.member).get(f"/threads/{thread.public_id}/changes/?since={first.version}")
    page = answer.content.decode()
    assert answer["X-Thread-Version"] == "3"
    assert "second reply" in page and "first reply" not in page and 'id="thread-head"' in page


def test_the_permanent_address_of_a_post_leads_to_its_place(cast, thread, signed_in):
    post = walls.reply(author=cast.manager, thread=thread, source="y")
    answer = signed_in(cast.member).get(f"/posts/{post.public_id}/")
    assert answer.url == f"/threads/{thread.public_id}/?post=2#post-{post.public_id}"
    (hidden,) = walls.post_thread(author=cast.member, spaces=cast.spaces["hidden"], source="x")
    assert signed_in(cast.outsider).get(f"/posts/{Post.objects.get(thread=hidden).public_id}/").status_code == 404


@pytest.mark.parametrize("address", ["/", "/wall/", "/saved/", "/drafts/", "/threads/new/"])
def test_every_page_answers_for_a_guest_or_says_nothing(cast, signed_in, address):
    expected = 404 if address == "/wall/" else 200
    assert signed_in(cast.guest).get(address).status_code == expected


@pytest.mark.parametrize(
    ("key", "english", "french"),
    [
        ("common", "on the Company wall", "sur le mur de l’entreprise"),
        ("personal", "on Max Member’s wall", "sur le mur de Max Member"),
        ("open", "in The open group", "dans The open group"),
        ("direct", "in a private conversation", "dans une conversation privée"),
        ("named", "for named readers", "pour des lecteurs nommés"),
    ],
)
def test_where_a_thread_stands_is_a_sentence_in_both_languages(cast, key, english, french):
    places = cast.spaces | {
        "personal": Space.objects.get(owner=cast.member),
        "direct": groups.start_conversation(starter=cast.member, people=[cast.manager]),
        "named": groups.make_named_readers(author=cast.member, readers=[cast.manager]),
    }
    for language, said in (("en", english), ("fr", french)):
        with translation.override(language):
            shown = as_read(render_to_string("walls/_place.html", {"space": places[key]}))
            assert " ".join(re.sub("<[^>]+>", "", shown).split()) == said


def test_the_same_message_in_two_places_names_the_other_place_once(cast, signed_in):
    first, second = walls.post_thread(
        author=cast.member,
        spaces=[cast.spaces["open"], cast.spaces["common"]],
        title="Grey seals or black seals",
        source="The grey seals hold longer.",
    )
    client = signed_in(cast.manager)
    line = re.search(
        r"The same message also stands.*?</p>", client.get(first.get_absolute_url()).content.decode(), re.S
    )
    assert line and " ".join(re.sub("<[^>]+>", "", line[0]).split()).endswith("also stands on the Company wall")
    near = client.get(f"/threads/{first.public_id}/similar/").content.decode()
    assert second.public_id not in near


def test_the_history_of_a_message_says_that_it_was_never_changed(cast, signed_in):
    (thread,) = walls.post_thread(author=cast.member, spaces=cast.spaces["open"], source="As it is")
    post, client = thread.posts.get(number=1), signed_in(cast.manager)
    assert "Max Member and never changed." in as_read(client.get(f"/posts/{post.public_id}/history/").content.decode())
    walls.edit_post(editor=cast.member, post=post, source="As it became", based_on_revision=post.revision)
    assert "changed 1 time." in client.get(f"/posts/{post.public_id}/history/").content.decode()
