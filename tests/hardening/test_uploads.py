"""Files that are not what they say, hold more than they show, or are made to be dear: what a door makes of each."""

from __future__ import annotations

import io
import json
import re
import time
import zipfile
import zlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image, PngImagePlugin

from kit import blobs, picture_workshop  # noqa: F401 - with it, Pillow knows HEIF
from walls.models import Picture

HTML = b"<html><script>alert(document.domain)</script></html>"
GPS = {1: "N", 2: (48.0, 51.0, 30.0), 3: "E", 4: (2.0, 17.0, 40.0)}
SECRETS = (b"PhoneMaker", b"<script", b"%PDF", b"PK\x03\x04", b"GPSLatitude", b"xmpmeta", b"Exif", b"evil")


def drawn(form: str = "PNG", **more) -> bytes:
    file = io.BytesIO()
    Image.effect_noise((64, 48), 60).convert("RGB").save(file, form, **more)
    return file.getvalue()


def archive() -> bytes:
    """A ZIP of a few kB that holds 200 MB."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("a", bytes(200_000_000 // 8))
    return file.getvalue()


def with_text() -> bytes:
    kept = PngImagePlugin.PngInfo()
    kept.add_text("Comment", HTML.decode(), zip=True)
    kept.add_itxt("XML:com.adobe.xmp", "<x:xmpmeta>evil</x:xmpmeta>")
    return drawn(pnginfo=kept)


def from_a_phone(form: str) -> bytes:
    exif = Image.Exif()
    exif[0x010F] = "PhoneMaker"
    exif.get_ifd(0x8825).update(GPS)
    return drawn(form, exif=exif.tobytes())


def png(width: int, height: int, *, rows: int) -> bytes:
    """A PNG that says one size and holds ``rows`` rows of nothing, tightly packed."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return len(content).to_bytes(4, "big") + name + content + zlib.crc32(name + content).to_bytes(4, "big")

    head = width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes([8, 2, 0, 0, 0])
    body = zlib.compress(bytes((width * 3 + 1) * rows), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def moving(form: str, frames: int) -> bytes:
    """A picture that moves, of so many frames."""
    file = io.BytesIO()
    first, *more = (Image.new("RGB", (64, 48), (number % 256, number // 256, 90)) for number in range(frames))
    first.save(file, form, save_all=True, append_images=more)
    return file.getvalue()


def with_packed_text(megabytes: int) -> bytes:
    """A PNG with a text that unpacks to so much."""
    whole, name = drawn(), b"zTXt"
    content = b"Comment\x00\x00" + zlib.compress(bytes(megabytes * 1_000_000), 9)
    chunk = len(content).to_bytes(4, "big") + name + content + zlib.crc32(name + content).to_bytes(4, "big")
    return whole[:33] + chunk + whole[33:]  # behind the header


def webp_that_says(width: int, height: int) -> bytes:
    """The head of an extended WebP, and nothing else."""
    body = b"WEBPVP8X" + (10).to_bytes(4, "little") + bytes(4)
    body += (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return b"RIFF" + len(body).to_bytes(4, "little") + body


def half(content: bytes) -> bytes:
    return content[: len(content) // 2]


#: pictures that are something else too: they are taken, and only their pixels are kept
TAKEN = {
    "a page behind a picture": drawn() + HTML,
    "a page in a picture's texts": with_text(),
    "an archive behind a picture": drawn("JPEG") + archive()[:50_000],
    "a document behind a picture": drawn("GIF") + b"%PDF-1.7\n/JS (app.alert(1))",
    "a place in a JPEG": from_a_phone("JPEG"),
    "a place in a WebP": from_a_phone("WEBP"),
    "a place in a PNG": from_a_phone("PNG"),
    "a place in an HEIC": from_a_phone("HEIF"),
    "a comment in a JPEG": drawn("JPEG", comment=HTML),
    "a JPEG that says more than there is": re.sub(
        rb"(\xff\xc0..\x08)....", rb"\g<1>" + (7000).to_bytes(2, "big") * 2, drawn("JPEG"), count=1, flags=re.DOTALL
    ),
    "a GIF of a thousand frames": moving("GIF", 1000),
    "a WebP of two hundred frames": moving("WEBP", 200),
    "more rows than a PNG says": png(64, 48, rows=200_000),
}
#: everything else: refused with a sentence
REFUSED = {
    "a page": HTML,
    "a drawing with a script": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>x</script></svg>',
    "a document with a script": b"%PDF-1.7\n1 0 obj<</OpenAction<</S/JavaScript/JS(app.alert(1))>>>>endobj",
    "an archive": archive(),
    "a page that begins like a picture": b"GIF89a/*" + HTML + b"*/=1;",
    "a picture that says more than there is": png(40_000, 40_000, rows=1),
    "a WebP that says more than there is": webp_that_says(16_000, 16_000),
    "a text of 200 MB in a PNG": with_packed_text(200),
    "half a JPEG": half(drawn("JPEG")),
    "half a PNG": half(drawn("PNG")),
    "half a WebP": half(drawn("WEBP")),
    "half an HEIC": half(drawn("HEIF")),
    "a flash of nothing": b"\xff\xd8\xff\xe0" + bytes(100),
    "nothing": b"\x00",
    "a program": b"\x7fELF" + bytes(200),
    "a bitmap": b"BM" + bytes(200),
    "a TIFF": drawn("TIFF"),
    "an icon": drawn("ICO"),
    "a PostScript": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(%pipe%id) (w) file",
}
NAMES = (
    *(
        "../../etc/passwd.png",
        "..\\..\\boot.ini.png",
        "/etc/cron.d/x.png",
        "a.png.php",
        "a.php.png",
        "x" * 300 + ".png",
    ),
    *(
        "a\x07\x1b[2J.png",
        "\u202egnp.exe",
        "con.png",
        ".htaccess",
        "a\r\nSet-Cookie: a=b.png",
        "<svg onload=alert(1)>.png",
    ),
    *("](javascript:alert(1))![.png", "%2e%2e%2f.png", "a;b|c`d`$(e).png", "\u2066\u202d.png", "ａ／ｂ.png"),
)


@pytest.fixture
def client_of_member(cast, settings, tmp_path) -> Client:
    settings.BLOB_FOLDER = tmp_path
    client = Client()
    client.force_login(cast.member)
    return client


def send(client: Client, content: bytes, name: str = "a.png", content_type: str = "image/png"):
    return client.post("/pictures/", {"picture": SimpleUploadedFile(name, content, content_type)})


def test_of_a_picture_that_is_something_else_too_only_the_pixels_stay(client_of_member):
    for what, sent in TAKEN.items():
        answer = send(client_of_member, sent)
        assert answer.status_code == 200, what
        picture = Picture.objects.get(public_id=answer.json()["id"])
        for kept in (picture.sha256, picture.thumbnail_sha256):
            content = blobs.get(kept)
            opened = Image.open(io.BytesIO(content))
            assert opened.format == "WEBP" and not opened.getexif() and "icc_profile" not in opened.info, what
            assert not [secret for secret in SECRETS if secret in content], what
    shown = client_of_member.get(f"/pictures/{picture.public_id}/")
    assert shown["Content-Type"] == "image/webp" and shown["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in shown["Content-Security-Policy"] and "default-src 'none'" in shown["Content-Security-Policy"]


def test_what_is_no_picture_is_refused_whatever_it_says_it_is(client_of_member):
    for what, sent in REFUSED.items():
        for content_type in ("image/png", "text/html", "nonsense"):
            began = time.thread_time()
            answer = send(client_of_member, sent, content_type=content_type)
            assert answer.status_code == 422 and answer.json()["error"], (what, content_type)
            assert time.thread_time() - began < 1.0, what
    assert not Picture.objects.exists() and not any(blobs.names())


def test_a_picture_that_unpacks_to_a_thousand_times_its_size_is_judged_by_its_pixels(client_of_member):
    packed = png(2_000, 2_000, rows=2_000)
    assert len(packed) < 20_000
    assert send(client_of_member, packed).status_code == 200
    refused = send(client_of_member, png(8_000, 8_000, rows=1))
    assert refused.status_code == 422 and "64" in refused.json()["error"]


def test_a_name_is_words_for_the_one_who_sees_it_and_nothing_else(client_of_member):
    for name in NAMES:
        answer = send(client_of_member, drawn(), name=name)
        assert answer.status_code == 200, name
        said = json.loads(answer.content)["markdown"]
        words = said.removeprefix("![").partition("](picture:")[0]
        assert said == f"![{words}](picture:{answer.json()['id']})"
        assert words.isprintable() and len(words) <= 80 and not set(words) & set("[]()\\/\u202e\u2066\u202d")
        assert "Set-Cookie" not in answer.headers or "a=b" not in answer.headers["Set-Cookie"]


def test_no_file_and_ten_thousand_parts_leave_nothing_behind(client_of_member):
    assert send(client_of_member, b"").status_code in (400, 422)
    many = {f"part{number}": "x" for number in range(600)}
    assert (
        client_of_member.post("/pictures/", {**many, "picture": SimpleUploadedFile("a.png", drawn())}).status_code
        == 400
    )
    two = {"picture": [SimpleUploadedFile(f"{number}.png", drawn()) for number in range(150)]}
    assert client_of_member.post("/pictures/", two).status_code == 400
    assert not Picture.objects.exists() and not any(blobs.names())
