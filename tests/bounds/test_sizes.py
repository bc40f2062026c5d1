"""What may come in at once, at its value and one past it: bodies, pictures, sockets, frames."""

from __future__ import annotations

import asyncio
import io
import json
import re

import pytest
from asgiref.sync import sync_to_async
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from intranet import bodies, server
from kit import pictures
from live import consumers
from live import hub as hub_module
from tests.opened import open_socket, session_of
from walls.services import pictures as walls_pictures

MULTIPART = "multipart/form-data; boundary=x"


class Counted:
    """A spool that keeps nothing."""

    def write(self, chunk: bytes) -> int:
        return len(chunk)


async def _taken(length: int, content_type: str) -> int | bodies.Refused:
    """A body of ``length`` bytes without a declared length: how much was taken in, or why not."""
    left, piece = length, b"x" * 1_000_000

    async def receive() -> dict:
        nonlocal left
        chunk = piece[: min(left, len(piece))]
        left -= len(chunk)
        return {"type": "http.request", "body": chunk, "more_body": left > 0}

    try:
        return await bodies.take_in({"content-type": content_type}, receive, Counted()) or 0
    except bodies.Refused as refused:
        return refused


@pytest.mark.parametrize(
    ("content_type", "figure", "said"),
    [(MULTIPART, 201_000_000, "200 MB"), ("application/x-www-form-urlencoded", 1_000_000, "1000 kB")],
    ids=["an upload of 200 MB with its form", "a form without a file"],
)
def test_a_body_has_its_limit(content_type, figure, said):
    assert asyncio.run(_taken(figure, content_type)) == figure
    refused = asyncio.run(_taken(figure + 1, content_type))
    assert isinstance(refused, bodies.Refused) and refused.status == 413 and said in refused.sentence


def test_the_longest_post_fits_into_a_form():
    """In the dearest signs there are: four bytes each, three letters a byte on the way."""
    assert 50_000 * 4 * 3 < settings.DATA_UPLOAD_MAX_MEMORY_SIZE / 1.5


def _drawn(width: int, height: int) -> bytes:
    file = io.BytesIO()
    Image.new("L", (width, height)).save(file, "JPEG", quality=5)
    return file.getvalue()


def _send(client: Client, content: bytes, name: str = "a.jpg"):
    return client.post("/pictures/", {"picture": SimpleUploadedFile(name, content)})


def test_a_picture_has_its_limits_of_pixels_bytes_and_number(cast, settings, tmp_path, monkeypatch):
    settings.BLOB_FOLDER = tmp_path
    client = Client()
    client.force_login(cast.member)
    assert (pictures.MAX_PIXELS, pictures.MAX_BYTES, walls_pictures.UPLOADS_AN_HOUR) == (50_000_000, 25_000_000, 200)
    largest = _drawn(10_000, 5_000)
    assert _send(client, largest).status_code == 200
    wide = re.sub(rb"(\xff\xc0..\x08..)..", rb"\g<1>" + (10_001).to_bytes(2, "big"), largest, count=1, flags=re.DOTALL)
    assert Image.open(io.BytesIO(wide)).size == (10_001, 5_000)
    refused = _send(client, wide)
    assert refused.status_code == 422 and "50 megapixels" in refused.json()["error"]

    small = _drawn(8, 8)
    assert _send(client, small + bytes(pictures.MAX_BYTES - len(small))).status_code == 200
    refused = _send(client, small + bytes(pictures.MAX_BYTES - len(small) + 1))
    assert refused.status_code == 422 and "25 MB" in refused.json()["error"]

    monkeypatch.setattr(walls_pictures, "UPLOADS_AN_HOUR", 3)
    assert _send(client, small).status_code == 200
    refused = _send(client, small)
    assert refused.status_code == 429 and int(refused["Retry-After"]) > 0 and "3 pictures" in refused.json()["error"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.asyncio
async def test_a_person_has_ten_sockets_and_a_frame_64_kilobytes(cast):
    assert (hub_module.SOCKETS_PER_PERSON, consumers.FRAME_LIMIT) == (10, 64_000)
    assert server.FRAME_LIMIT >= consumers.FRAME_LIMIT, "the server would cut off before we refuse"
    session = await sync_to_async(session_of)(cast.member)
    sockets = [await open_socket(cast.member, session) for _ in range(10)]
    with pytest.raises(AssertionError):
        await open_socket(cast.member, session)
    other = await open_socket(cast.reader, await sync_to_async(session_of)(cast.reader))
    long = json.dumps({"type": "watch", "streams": {}}).ljust(64_000)
    await sockets[0].send_to(text_data=long)
    assert (await sockets[0].receive_json_from(timeout=10))["type"] == "watching"
    await sockets[0].send_to(text_data=f"{long} ")
    assert (await sockets[0].receive_output(timeout=10))["type"] == "websocket.close"
    await other.send_to(text_data=long)
    assert (await other.receive_json_from(timeout=10))["type"] == "watching"
    for socket in (*sockets, other):
        await socket.disconnect()
