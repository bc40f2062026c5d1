"""Bytes nobody cites are removed, never those somebody is just putting there."""

from __future__ import annotations

import datetime as dt
import io
import os
from urllib.parse import unquote

import pytest
from django.test import Client
from PIL import Image

from intranet import reach
from kit import blobs, clock, slots
from kit.blobs import folder
from people import services as people
from tests.intranet import servers
from tests.kit import buckets
from walls import services as walls

DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True, params=["folder", "bucket"])
def own_store(request, settings, tmp_path):
    """The same of both: files in a folder, and in a bucket of a storage that runs here."""
    settings.BLOB_FOLDER = tmp_path
    if request.param == "bucket":
        settings.BUCKET = request.getfixturevalue("storage").new_bucket()
    return request.param


def picture(colour: str) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (64, 48), colour).save(file, "PNG")
    return file.getvalue()


def grow_old(*names: str) -> None:
    """As if they had been put ten days ago."""
    store, then = blobs.store(), clock.now() - 10 * DAY
    for name in names or blobs.names():
        if isinstance(store, blobs.Folder):
            os.utime(store.path(name), (1, then.timestamp()))
        else:
            buckets.set_written(store, name, then)


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


def test_the_same_bytes_put_while_they_are_swept_are_there_afterwards(db, monkeypatch, own_store):
    name = blobs.put(b"again")
    grow_old(name)
    with clock.set_to(clock.now() - 2 * DAY):
        blobs.sweep()
    if own_store == "folder":
        is_older = folder.is_older

        def put_between(path, moment):
            if path.name.startswith(folder.ASIDE):
                blobs.put(b"again")
            return is_older(path, moment)

        monkeypatch.setattr(folder, "is_older", put_between)
    else:
        versions = blobs.Bucket._versions

        def put_after_looking(store, name):
            yield from list(versions(store, name))
            blobs.put(b"again")

        monkeypatch.setattr(blobs.Bucket, "_versions", put_after_looking)
    blobs.sweep()
    assert blobs.get(name) == b"again"


def test_what_was_put_again_is_young_and_goes_with_all_its_versions_later(db):
    name = blobs.put(b"twice")
    grow_old(name)
    with clock.set_to(clock.now() - 2 * DAY):
        blobs.sweep()
    blobs.put(b"twice")
    assert blobs.sweep() == 0 and blobs.has(name)
    grow_old(name)
    assert sweep_twice() == 1
    assert not blobs.has(name) and list(blobs.names()) == []


@pytest.mark.parametrize("own_store", ["folder"], indirect=True)
def test_what_a_dying_sweep_put_aside_comes_back(db):
    name = blobs.put(b"half gone")
    path = blobs.store().path(name)
    path.rename(path.with_name(f"{folder.ASIDE}{name}"))
    assert blobs.sweep() == 0 and blobs.get(name) == b"half gone"


def test_without_anybody_to_ask_nothing_is_removed(db, monkeypatch):
    name = blobs.put(b"x")
    grow_old(name)
    monkeypatch.setattr(slots, "filled", lambda slot: [])
    assert sweep_twice() == 0 and blobs.has(name)


@pytest.mark.parametrize("own_store", ["bucket"], indirect=True)
def test_a_bucket_that_keeps_no_versions_is_never_swept(db, storage, settings):
    settings.BUCKET = storage.new_bucket(has_versions=False)
    name = blobs.put(b"x")
    grow_old(name)
    assert sweep_twice() == 0 and blobs.has(name)


@pytest.mark.parametrize("own_store", ["bucket"], indirect=True)
@pytest.mark.parametrize("change", ["away", "no such bucket"])
def test_a_bucket_that_cannot_be_used_says_so_and_is_never_taken_for_an_empty_one(settings, change):
    if change == "away":
        settings.BUCKET = f"http://key:secret@127.0.0.1:{servers.free_port()}/parvis"
    else:
        settings.BUCKET = settings.BUCKET.rpartition("/")[0] + "/nobody"
    with pytest.raises(blobs.StoreAway):
        blobs.put(b"x")
    for ask in (blobs.get, blobs.has):
        with pytest.raises(blobs.StoreAway):
            ask("0" * 64)
    assert reach.bucket_problem().endswith(".")


@pytest.mark.parametrize("own_store", ["folder"], indirect=True)
def test_a_folder_that_takes_nothing_says_so(settings, tmp_path):
    (tmp_path / "plain").touch()
    settings.BLOB_FOLDER = tmp_path / "plain"
    with pytest.raises(blobs.StoreAway):
        blobs.put(b"x")


@pytest.mark.parametrize("own_store", ["folder"], indirect=True)
def test_a_picture_or_photo_that_cannot_be_kept_is_answered_calmly_and_said_to_the_page(cast, settings, tmp_path):
    (tmp_path / "plain").touch()
    settings.BLOB_FOLDER = tmp_path / "plain"
    client = Client()
    client.force_login(cast.member)
    client.raise_request_exception = False
    file = io.BytesIO(picture("teal"))
    file.name = "teal.png"
    refused = client.post("/pictures/", {"picture": file})
    assert refused.status_code == 503 and "Nothing was changed" in unquote(refused["X-Refusal"])
    file.seek(0)
    page = client.post("/preferences/photo/", {"photo": file})
    assert page.status_code == 503 and "Nothing was changed" in page.content.decode()
