"""Each door of walls asks the rule by itself: what its page hides, its address and its verb refuse."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404

from groups import services as groups
from groups.models import Label
from kit import clock
from walls import feeds, listing, pages, places
from walls import services as walls
from walls.models import Draft, ReadMark, Thread

ALL_CLASSES = "may-write may-shape may-run may-touch"


@pytest.fixture
def hidden(cast):
    """A thread in the hidden group."""
    return walls.post_thread(author=cast.member, spaces=cast.spaces["hidden"], title="Plan", source="Aubépine")[0]


def test_what_one_keeps_about_a_thread_ends_with_the_right_to_read_it(cast, hidden):
    groups.remove_member(manager=cast.manager, space=cast.spaces["hidden"], person=cast.leaver)
    verbs = [walls.follow, walls.mute, walls.unfollow, walls.save, walls.unsave]
    for person in (cast.outsider, cast.leaver, cast.guest):
        for verb in verbs:
            with pytest.raises(Http404):
                verb(person=person, thread=hidden)
        for verb in (walls.mark_read, walls.mark_unread):
            with pytest.raises(Http404):
                verb(person=person, thread=hidden, number=1)


def test_marking_a_list_as_read_skips_what_one_may_not_read(cast, hidden, thread, signed_in):
    assert walls.mark_all_read(person=cast.outsider, threads=[hidden, thread]) == {thread.pk: 0}
    client = signed_in(cast.guest)
    assert client.post("/read/", {"thread": [hidden.public_id, thread.public_id]}).status_code == 302
    for person in (cast.outsider, cast.guest):
        assert list(ReadMark.objects.filter(person=person).values_list("thread", flat=True)) == [thread.pk]


@pytest.mark.parametrize("door", ["classify", "move", "restrict"])
def test_who_reads_a_thread_without_shaping_it_gets_nothing_at_its_forms(cast, thread, signed_in, door):
    address = f"/threads/{thread.public_id}/{door}/"
    field = {"classify": "tags", "move": "space", "restrict": "person"}[door]
    nothing = signed_in(cast.reader).get(f"/threads/{'0' * 26}/{door}/")
    for person in (cast.reader, cast.leaver, cast.guest):  # reads only; writes; guest
        for answer in (signed_in(person).get(address), signed_in(person).post(address, {field: "mine"})):
            assert answer.status_code == nothing.status_code == 404
    assert signed_in(cast.member).get(address).status_code == 200
    groups.archive(manager=cast.manager, space=cast.spaces["open"])
    assert signed_in(cast.member).get(address).status_code == 404


def test_a_thread_is_moved_only_to_where_one_writes(cast, thread, signed_in):
    client = signed_in(cast.member)
    groups.leave(person=cast.member, space=cast.spaces["hidden"])
    for space in (cast.spaces["hidden"].public_id, "0" * 26):
        assert client.post(f"/threads/{thread.public_id}/move/", {"space": space}).status_code == 404
    thread.refresh_from_db()
    assert thread.space == cast.spaces["open"]


def test_who_may_not_read_is_neither_named_nor_praised_nor_sent_a_thread(cast, signed_in):
    for label, person in ((Label.INTERNAL, cast.guest), (Label.SHARED, cast.outsider)):
        with pytest.raises(walls.Refused, match="cannot read"):
            walls.post_thread(
                author=cast.member,
                spaces=cast.spaces["closed"],
                source="x",
                kind="praise",
                praised=[person],
                label=label,
            )
    # A guest names only people of a shared space: somebody else's id is as good as none.
    form = {"label": "restricted", "readers": cast.outsider.public_id, "spaces": cast.spaces["open"].public_id}
    page = signed_in(cast.guest).post("/threads/new/", {**form, "body": "x", "kind": "discussion"})
    assert "Otto" not in page.content.decode()
    assert not Thread.objects.filter(author=cast.guest).exists()


def test_the_audience_of_several_places_counts_who_reads_any_of_them(cast):
    spaces = [cast.spaces["closed"], cast.spaces["hidden"]]
    assert places.audience_for(cast.member, spaces, label=Label.INTERNAL).token == "3:0"
    assert places.audience_for(cast.member, spaces, label=Label.SHARED).token == "3:1"


def test_a_draft_for_a_thread_one_may_no_longer_read_does_not_name_it(cast, hidden, signed_in):
    place = f"thread:{hidden.public_id}"
    Draft.objects.create(author=cast.leaver, place=place, fields={"source": "My own words"})
    client = signed_in(cast.leaver)
    assert "Plan" in client.get("/drafts/").content.decode()
    groups.remove_member(manager=cast.manager, space=cast.spaces["hidden"], person=cast.leaver)
    page = client.get("/drafts/").content.decode()
    assert "My own words" in page and "Plan" not in page and hidden.public_id not in page


def test_an_outsider_writes_nothing_to_a_thread_whatever_verb_is_called(cast, hidden):
    post = hidden.opening
    for person in (cast.outsider, cast.guest):
        verbs = [
            lambda by: walls.reply(author=by, thread=hidden, source="x"),
            lambda by: walls.edit_post(editor=by, post=post, source="x", based_on_revision=post.revision),
            lambda by: walls.delete_post(by=by, post=post),
            lambda by: walls.change_status(by=by, thread=hidden, status="closed"),
            lambda by: walls.pin(by=by, thread=hidden),
            lambda by: walls.vote(voter=by, thread=hidden),
            lambda by: walls.react(person=by, post=post, emoji="👍"),
            lambda by: walls.reclassify(editor=by, thread=hidden, tags=["x"]),
            lambda by: walls.move_thread(mover=by, thread=hidden, space=cast.spaces["open"]),
            lambda by: walls.post_thread(author=by, spaces=cast.spaces["hidden"], source="x"),
        ]
        for number, verb in enumerate(verbs):
            with pytest.raises((Http404, PermissionDenied)):
                verb(person)
                pytest.fail(f"verb {number} was done by {person.display_name}")


def test_a_page_offers_what_its_viewer_may_do_and_nothing_more(cast, thread):
    def offered(person):
        page = pages.thread_page(person, pages.find_thread(person, thread.public_id))
        return {word for word in ("may_reply", "may_shape", "may_run", "may_move") if getattr(page, word)}, page.classes

    assert offered(cast.manager) == ({"may_reply", "may_shape", "may_run", "may_move"}, ALL_CLASSES)
    assert offered(cast.member) == ({"may_reply", "may_shape", "may_move"}, "may-write may-shape may-touch")
    for person in (cast.leaver, cast.guest):
        assert offered(person) == ({"may_reply"}, "may-write may-touch")
    assert offered(cast.reader) == (set(), "")
    groups.archive(manager=cast.manager, space=cast.spaces["open"])
    assert not {"may_reply", "may_move"} & offered(cast.manager)[0] and "may-touch" not in offered(cast.manager)[1]


def test_the_composer_knows_only_places_where_one_writes(cast, signed_in):
    def names(person):
        return {space.type for space in places.places_for(person)}

    assert names(cast.member) == {"common", "personal", "open", "closed", "hidden"}
    assert names(cast.outsider) == {"common", "personal"}
    assert names(cast.guest) == {"open", "closed"}
    public_ids = [space.public_id for space in cast.spaces.values()]
    assert {space.type for space in places.chosen(cast.outsider, public_ids)} == {"common", "personal"}
    hidden = cast.spaces["hidden"]
    for address in (f"/threads/new/?space={hidden.public_id}", f"/compose/audience/?spaces={hidden.public_id}"):
        nothing = signed_in(cast.outsider).get(address.replace(hidden.public_id, "0" * 26))
        answer = signed_in(cast.outsider).get(address)
        assert answer.status_code == nothing.status_code and hidden.name not in answer.content.decode()


def test_a_cursor_that_names_a_hidden_thread_tells_no_more_than_one_that_names_nothing(cast, thread, hidden):
    moment = clock.now()
    newer = walls.post_thread(author=cast.member, spaces=cast.spaces["open"], source="z")[0]
    Thread.objects.update(active_at=moment)
    for row in (thread, hidden, newer):
        row.refresh_from_db()

    def page(cursor):
        return feeds.WALL.wall(cast.outsider, cursor, space=cast.spaces["open"].pk).threads

    at = listing.cursor_of(hidden).partition(".")[0]
    assert page(f"{at}.{hidden.public_id}") == page(f"{at}.{'0' * 26}")
    assert page(listing.cursor_of(newer)) == [thread]


def test_the_last_words_of_a_conversation_are_for_who_is_in_it(cast):
    talk = groups.start_conversation(starter=cast.manager, people=[cast.member])
    walls.post_thread(author=cast.manager, spaces=talk, source="Between us.")
    assert feeds.spoken_last(cast.member, [talk.pk])[talk.pk].text == "Between us."
    for person in (cast.outsider, cast.admin, cast.guest):
        assert feeds.spoken_last(person, [talk.pk]) == {}


def test_who_wrote_it_and_lost_the_group_touches_it_no_more(cast):
    thread = walls.post_thread(author=cast.leaver, spaces=cast.spaces["hidden"], title="Mine", source="x")[0]
    post = walls.reply(author=cast.leaver, thread=thread, source="y")
    gone = walls.reply(author=cast.leaver, thread=thread, source="z")
    walls.delete_post(by=cast.leaver, post=gone)
    groups.remove_member(manager=cast.manager, space=cast.spaces["hidden"], person=cast.leaver)
    verbs = [
        lambda by: walls.edit_post(editor=by, post=post, source="x", based_on_revision=post.revision),
        lambda by: walls.delete_post(by=by, post=post),
        lambda by: walls.restore_post(by=by, post=gone),
        lambda by: walls.change_status(by=by, thread=thread, status="closed"),
        lambda by: walls.reclassify(editor=by, thread=thread, tags=["x"]),
        lambda by: walls.move_thread(mover=by, thread=thread, space=cast.spaces["open"]),
        lambda by: walls.react(person=by, post=post, emoji="👍"),
    ]
    for number, verb in enumerate(verbs):
        with pytest.raises((Http404, PermissionDenied)):
            verb(cast.leaver)
            pytest.fail(f"verb {number} was done")


def test_who_writes_there_without_shaping_a_thread_changes_nothing_of_it(cast, thread):
    verbs = [
        lambda by: walls.reclassify(editor=by, thread=thread, tags=["x"]),
        lambda by: walls.move_thread(mover=by, thread=thread, space=cast.spaces["closed"]),
        lambda by: walls.change_status(by=by, thread=thread, status="closed"),
        lambda by: walls.pin(by=by, thread=thread),
        lambda by: walls.edit_post(editor=by, post=thread.opening, source="x", based_on_revision=1),
        lambda by: walls.delete_post(by=by, post=thread.opening),
    ]
    for number, verb in enumerate(verbs):
        with pytest.raises(PermissionDenied):
            verb(cast.leaver)
            pytest.fail(f"verb {number} was done")


def test_nobody_moves_a_thread_to_where_they_do_not_write_nor_pins_in_an_archived_group(cast, thread):
    groups.leave(person=cast.member, space=cast.spaces["hidden"])
    with pytest.raises(Http404):
        walls.move_thread(mover=cast.member, thread=thread, space=cast.spaces["hidden"])
    groups.archive(manager=cast.manager, space=cast.spaces["open"])
    with pytest.raises(PermissionDenied):
        walls.pin(by=cast.manager, thread=thread)


def test_nobody_asks_who_reads_a_thread_they_do_not_read(cast, hidden, signed_in):
    for person in (cast.outsider, cast.guest):
        answers = [
            signed_in(person).get("/compose/people/", {"thread": key, "q": "m"}) for key in (hidden.public_id, "0" * 26)
        ]
        assert {answer.status_code for answer in answers} == {404}
        assert len({len(answer.content) for answer in answers}) == 1
    assert (
        "Mona Manager" in signed_in(cast.member).get(f"/compose/people/?thread={hidden.public_id}&q=m").content.decode()
    )


def test_only_who_may_edit_a_post_opens_it_for_editing(cast, thread, signed_in):
    address = f"/posts/{thread.opening.public_id}/edit/"
    for person in (cast.member, cast.manager):
        assert signed_in(person).get(address).status_code == 200
    for person in (cast.leaver, cast.guest, cast.reader):
        assert signed_in(person).get(address).status_code == 404


def test_a_wall_has_a_composer_only_for_who_writes_there(cast, signed_in):
    address = f"/groups/{cast.spaces['open'].public_id}/"
    for person, writes in ((cast.member, True), (cast.guest, True), (cast.reader, False)):
        assert ('class="composer' in signed_in(person).get(address).content.decode()) is writes, person
    groups.archive(manager=cast.manager, space=cast.spaces["open"])
    assert 'class="composer' not in signed_in(cast.member).get(address).content.decode()
