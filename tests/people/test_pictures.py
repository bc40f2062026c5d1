"""Faces and logos: judged before they are decoded, made anew, without a word about where."""

import io

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from kit import blobs, picture_workshop, pictures
from people import services


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.BLOB_FOLDER = tmp_path


def picture(form="JPEG", size=(640, 480), **more):
    file = io.BytesIO()
    Image.new("RGB", size, "teal").save(file, form, **more)
    return file.getvalue()


def phone_picture():
    exif = Image.Exif()
    exif[0x010F] = "PhoneMaker"
    exif[0x0112] = 6  # lies on its side
    exif.get_ifd(0x8825)[1] = "N"
    return picture(exif=exif)


def test_metadata_is_gone_and_the_picture_stands_upright():
    made = pictures.remake(phone_picture(), longest=320)
    assert (made.width, made.height) == (240, 320)
    opened = Image.open(io.BytesIO(made.content))
    assert opened.format == "WEBP" and not opened.getexif() and b"PhoneMaker" not in made.content


def test_portrait_is_cut_square():
    made = pictures.remake(picture(), longest=100, is_square=True)
    assert (made.width, made.height) == (100, 100)


@pytest.mark.parametrize("form", ["PNG", "GIF", "WEBP", "HEIF"])
def test_every_kind_a_phone_sends_is_read(form):
    assert pictures.remake(picture(form), longest=64).width == 64


@pytest.mark.parametrize("remake", [pictures.remake, picture_workshop.made_here])
def test_too_many_pixels_are_refused_on_the_header(monkeypatch, remake):
    monkeypatch.setattr(Image.Image, "load", lambda self: pytest.fail("it was decoded"))
    header = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\xff\xff\x00\x00\xff\xff\x08\x02\x00\x00\x00"
    import struct
    import zlib

    header += struct.pack(">I", zlib.crc32(header[12:29])) + b"\x00\x00\x00\x00IDAT"
    with pytest.raises(pictures.PictureRefused) as refused:
        remake(header, longest=64)
    assert refused.value.code == "pixels" and refused.value.found > refused.value.limit


@pytest.mark.parametrize("content", [b"", b"GIF89a", b"<svg onload='x'/>", b"%PDF-1.7", picture()[:200]])
def test_what_is_no_picture_is_refused(content):
    with pytest.raises(pictures.PictureRefused) as refused:
        pictures.remake(content, longest=64)
    assert refused.value.code == "kind"


def test_photo_is_seen_by_who_may_open_the_page_and_by_nobody_else(cast):
    services.set_photo(by=cast.outsider, person=cast.outsider, content=picture())
    address = cast.outsider.photo_url
    for viewer, status in ((cast.member, 200), (cast.guest, 404)):
        client = Client()
        client.force_login(viewer)
        answer = client.get(address)
        assert answer.status_code == status
    client = Client()
    client.force_login(cast.member)
    answer = client.get(address)
    assert answer["Content-Type"] == "image/webp" and answer["Cache-Control"].startswith("private")
    assert client.get(address, headers={"If-None-Match": answer["ETag"]}).status_code == 304
    assert client.get(address.replace(cast.outsider.photo[:16], "0" * 16)).status_code == 404
    assert Client().get(address).status_code == 302


def test_nobody_changes_somebody_elses_face(cast):
    with pytest.raises(PermissionDenied):
        services.set_photo(by=cast.member, person=cast.reader, content=picture())


def test_photo_form_says_what_was_refused_and_takes_the_next_one(cast):
    client = Client()
    client.force_login(cast.member)
    refused = client.post("/preferences/photo/", {"photo": SimpleUploadedFile("a.png", b"not a picture")})
    assert refused.status_code == 422 and "not a picture we can read" in refused.content.decode()
    taken = client.post("/preferences/photo/", {"photo": SimpleUploadedFile("a.jpg", picture())})
    assert taken.status_code == 302
    cast.member.refresh_from_db()
    assert blobs.has(cast.member.photo)
    client.post("/preferences/photo/", {"remove": "1"})
    cast.member.refresh_from_db()
    assert cast.member.photo == ""


def test_logo_is_for_everybody_and_set_by_administrators(cast):
    with pytest.raises(PermissionDenied):
        services.set_logo(by=cast.member, content=picture())
    company = services.set_logo(by=cast.admin, content=picture())
    assert Client().get(company.logo_url).status_code == 200
