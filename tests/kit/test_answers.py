"""Kept bytes go out by ourselves, or are named to the front server, under the same headers."""

from __future__ import annotations

import pytest

from kit import blobs
from kit.answers import blob_answer


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.BLOB_FOLDER = tmp_path


def test_bytes_are_sent_by_ourselves_where_nobody_stands_in_front(settings):
    settings.ACCEL = False
    answer = blob_answer(blobs.put(b"a face"), content_type="image/webp")
    assert answer.content == b"a face" and "X-Accel-Redirect" not in answer


def test_the_front_server_is_told_the_file_and_its_type(settings, tmp_path):
    settings.ACCEL = True
    name = blobs.put(b"a face")
    answer = blob_answer(name, content_type="image/webp")
    assert answer.content == b"" and answer["Content-Type"] == "image/webp"
    told = answer["X-Accel-Redirect"]
    assert told.startswith("/_blobs/") and (tmp_path / told.removeprefix("/_blobs/")).read_bytes() == b"a face"


@pytest.mark.parametrize("has_front_server", [True, False])
def test_bytes_that_are_not_here_are_missing_either_way(settings, has_front_server):
    settings.ACCEL = has_front_server
    with pytest.raises(FileNotFoundError):
        blob_answer("0" * 64, content_type="image/webp")


def test_what_is_no_name_of_bytes_never_becomes_a_path(settings):
    settings.ACCEL = True
    with pytest.raises(ValueError):
        blob_answer("../../secrets.json", content_type="image/webp")
