"""Bytes nobody cites are removed, never those somebody is just putting there."""

from __future__ import annotations

import datetime as dt
import io
import os

import pytest
from PIL import Image

from kit import blobs, clock
from people import services as people
from walls import services as walls

DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.BLOB_FOLDER = tmp_path


def picture(colour: str) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (64, 48), colour).save(file, "PNG")
    return file.getvalue()


def grow_old(*names: str) -> None:
    """As if they had been put ten days ago."""
    for name in names or blobs.names():
        os.utime(blobs._path(name), (1, clock.now().timestamp() - 10 * 24 * 3600))


def sweep_twice() -> int:
    with clock.set_to(clock.now() + dt.timedelta(minutes=1)):
        blobs.sweep()
    with clock.set_to(clock.now() + 2 * DAY):
        return blobs.sweep()


def test_a_replaced_photo_goes_and_the_one_shown_stays(cast):
    first = people.set_photo(by=cast.member, person=cast.member, content=picture("teal")).photo
    second = people.set_photo(by=cast.member, person=cast.member, content=picture("navy")).photo
    logo = people.set_logo(by=cast.admin, content=picture("red")).logo
    grow_old()
    assert sweep_twice() == 1
    assert not blobs.has(first) and blobs.has(second) and blobs.has(logo)


def test_pictures_of_deleted_posts_and_of_uploads_given_up_go_others_stay(cast):
    space = cast.spaces["open"]
    kept, taken_back, given_up = [
        walls.add_picture(uploader=cast.member, content=picture(c)) for c in ("teal", "navy", "red")
    ]
    for one in (kept, taken_back):
        source = f"![x](picture:{one.public_id})"
        (thread,) = walls.post_thread(author=cast.member, spaces=space, source=source)
    walls.delete_post(by=cast.member, post=thread.opening)
    grow_old()
    assert sweep_twice() == 0  # the post can still be brought back, the upload still be posted
    with clock.set_to(clock.now() + 3 * DAY):
        walls.erase_deleted()
        walls.drop_unused()
    sweep_twice()
    assert blobs.has(kept.sha256) and blobs.has(kept.thumbnail_sha256)
    for one in (taken_back, given_up):
        assert not blobs.has(one.sha256) and not blobs.has(one.thumbnail_sha256)


def test_what_was_just_put_stays_until_its_row_is_written(db):
    name = blobs.put(b"on its way")
    assert blobs.sweep() == 0 and blobs.has(name)
    grow_old(name)
    assert blobs.sweep() == 0 and blobs.has(name)  # found once: a backup may be copying
    blobs.put(b"on its way")
    with clock.set_to(clock.now() + 0.9 * DAY):
        assert blobs.sweep() == 0 and blobs.has(name)


def test_the_same_bytes_put_while_they_are_swept_are_there_afterwards(db, monkeypatch):
    name = blobs.put(b"again")
    grow_old(name)
    with clock.set_to(clock.now() - 2 * DAY):
        blobs.sweep()
    is_older = blobs._is_older

    def put_between(path, moment):
        if path.name.startswith(blobs._ASIDE):
            os.utime(path)  # `put` found the file just before it was put aside
        return is_older(path, moment)

    monkeypatch.setattr(blobs, "_is_older", put_between)
    assert blobs.sweep() == 0 and blobs.has(name)


def test_what_a_dying_sweep_put_aside_comes_back(db):
    name = blobs.put(b"half gone")
    path = blobs._path(name)
    path.rename(path.with_name(f"{blobs._ASIDE}{name}"))
    assert blobs.sweep() == 0 and blobs.get(name) == b"half gone"


def test_without_anybody_to_ask_nothing_is_removed(db, monkeypatch):
    name = blobs.put(b"x")
    grow_old(name)
    monkeypatch.setattr(blobs.slots, "filled", lambda slot: [])
    assert sweep_twice() == 0 and blobs.has(name)
