"""Parvis as an app of a device: what it says of itself, its worker, the offline page, what is shared to it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from people.models import Company
from walls.models import Draft, Picture, Thread

DIST = Path(settings.BASE_DIR) / "static" / "dist"
BUILT = re.compile(r"^/static/[\w./-]+-[0-9A-Z]{8}\.\w+$")


def size_of(address: str) -> tuple[int, int]:
    with Image.open(DIST / address.removeprefix("/static/")) as picture:
        return picture.size


# The manifest -------------------------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_the_manifest_names_the_company_as_the_sign_in_page_does_and_nothing_else_of_it(client, cast):
    Company.objects.update(name="Corvanne")
    answer = client.get("/manifest.webmanifest")
    said = answer.json()
    assert answer["Content-Type"] == "application/manifest+json"
    assert (said["name"], said["short_name"], said["start_url"], said["scope"]) == (
        "Parvis · Corvanne",
        "Parvis",
        "/",
        "/",
    )
    assert said["display"] == "standalone" and said["theme_color"] == "#ffffff"
    client.force_login(cast.member)
    assert client.get("/manifest.webmanifest").content == answer.content
    Company.objects.update(name="")
    assert client.get("/manifest.webmanifest").json()["name"] == "Parvis"


def test_its_pictures_are_built_and_as_large_as_it_says(client, cast):
    said = client.get("/manifest.webmanifest").json()
    pictures = [*said["icons"], *(one for shortcut in said["shortcuts"] for one in shortcut["icons"])]
    assert {(one["sizes"], one.get("purpose")) for one in said["icons"]} == {
        (size, purpose) for size in ("192x192", "512x512") for purpose in ("any", "maskable")
    }
    for one in pictures:
        assert BUILT.match(one["src"]) and "x".join(map(str, size_of(one["src"]))) == one["sizes"]


def test_a_maskable_picture_has_no_corner_and_its_paths_inside_the_safe_circle(client, cast):
    icons = client.get("/manifest.webmanifest").json()["icons"]
    path = next(one["src"] for one in icons if one["purpose"] == "maskable" and one["sizes"] == "512x512")
    with Image.open(DIST / path.removeprefix("/static/")) as drawn:
        picture = drawn.convert("RGBA")
    ground = picture.getpixel((0, 0))
    assert ground[3] == 255
    drawn_on = [(x, y) for x in range(512) for y in range(512) if picture.getpixel((x, y)) != ground]
    assert max((x - 255.5) ** 2 + (y - 255.5) ** 2 for x, y in drawn_on) <= (0.4 * 512) ** 2


@pytest.mark.parametrize(("language", "word"), [("en", "New thread"), ("fr", "Nouveau fil")])
def test_it_speaks_the_language_of_the_page_that_names_it(client, cast, language, word):
    cast.member.language = language
    cast.member.save()
    client.force_login(cast.member)
    page = client.get("/keys/").content.decode()
    address = re.search(r'rel="manifest" href="([^"]+)"', page)[1]
    answer = client.get(address, headers={"Accept-Language": "de"})
    assert answer.json()["lang"] == answer["Content-Language"] == language
    assert answer.json()["shortcuts"][0]["name"] == word
    assert client.get("/manifest.webmanifest?language=xx%22").json()["lang"] in ("en", "fr")


def test_its_shortcuts_and_where_it_sends_to_are_there(client, cast):
    client.force_login(cast.member)
    said = client.get("/manifest.webmanifest").json()
    assert [client.get(one["url"]).status_code for one in said["shortcuts"]] == [200, 200, 200]
    fields = said["share_target"]["params"]
    sent = {fields["title"], fields["text"], fields["url"], fields["files"][0]["name"]}
    assert client.post(said["share_target"]["action"], dict.fromkeys(sent, "x")).status_code == 302


def test_the_bar_round_the_page_has_the_colour_of_the_theme(client, cast):
    client.force_login(cast.member)

    def colours() -> list[str]:
        return re.findall(r'theme-color" content="(#\w{6})"', client.get("/keys/").content.decode())

    light, dark = colours()
    for theme, expected in (("dark", [dark]), ("light", [light])):
        cast.member.theme = theme
        cast.member.save()
        assert colours() == expected


# The worker ---------------------------------------------------------------------------------------------------------
def test_the_worker_stands_at_the_root_and_keeps_built_files_of_this_build_only(client, cast):
    answer = client.get("/sw.js")
    assert answer["Content-Type"].startswith("text/javascript") and "no-store" in answer["Cache-Control"]
    text = answer.content.decode()
    kept = re.findall(r'"(/static/[^"]+)"', text)
    assert kept and all(BUILT.match(one) and (DIST / one.removeprefix("/static/")).exists() for one in kept)
    page = client.get("/account/login/").content.decode()
    head = page.partition("</head>")[0]
    drawn_with = set(re.findall(r'(?:href|src)="(/static/[^"]+)"', head)) - set(
        re.findall(r'apple-touch-icon" href="([^"]+)', head)
    )
    assert drawn_with <= set(kept)


def test_the_page_for_being_off_line_is_drawn_with_what_the_worker_keeps(client, cast):
    kept = set(re.findall(r'"(/static/[^"]+)"', client.get("/sw.js").content.decode()))
    page = client.get("/offline/").content.decode()
    drawn_with = {one.partition("#")[0] for one in re.findall(r'(?:href|src)="(/static/[^"]+)"', page)}
    assert drawn_with - set(re.findall(r'apple-touch-icon" href="([^"]+)', page)) <= kept


# The offline page ---------------------------------------------------------------------------------------------------
def test_the_offline_page_is_the_same_bytes_for_everybody(client, cast, django_assert_num_queries):
    Company.objects.update(name="Corvanne")
    nobody = client.get("/offline/?language=fr")
    client.force_login(cast.member)
    client.get("/")
    somebody = client.get("/offline/?language=fr")
    assert somebody.content == nobody.content and not somebody.cookies
    assert b"Corvanne" not in nobody.content and b"csrf" not in nobody.content


@pytest.mark.parametrize(("language", "words"), [("en", "No connection"), ("fr", "Pas de connexion")])
def test_the_offline_page_speaks_both_languages(client, db, language, words):
    other = {"en": "Cette page en français", "fr": "This page in English"}[language]
    answer = client.get(f"/offline/?language={language}")
    page = answer.content.decode()
    assert answer["Content-Language"] == language and f'lang="{language}"' in page
    assert words in page and other in page


# What is shared -----------------------------------------------------------------------------------------------------
def test_without_a_worker_what_is_shared_is_dropped_and_said(client, cast):
    client.force_login(cast.member)
    picture = SimpleUploadedFile("pump.png", b"\x89PNG", "image/png")
    answer = client.post("/share/", {"title": "A pump", "text": "Look", "pictures": picture})
    assert (answer.status_code, answer["Location"]) == (302, "/threads/new/?shared=lost")
    page = client.get(answer["Location"]).content.decode()
    assert "What you shared did not come along" in page and "Look" not in page
    assert not Thread.objects.exists() and not Draft.objects.exists() and not Picture.objects.exists()
    assert "did not come along" not in client.get("/threads/new/").content.decode()


def test_who_is_signed_out_signs_in_and_is_then_where_it_was_shared_to(client, cast):
    answer = client.post("/share/", {"text": "Look"}, follow=True)
    assert answer.redirect_chain[-1][0] == "/account/login/?next=/threads/new/%3Fshared%3Dlost"
    assert not client.session.keys() and client.get("/share/")["Location"] == "/threads/new/"


def test_what_may_be_shared_is_named(client, cast):
    client.force_login(cast.member)
    assert client.post("/share/", {"text": "Look", "label": "shared"}).status_code == 400


# In the page --------------------------------------------------------------------------------------------------------
def test_installing_is_offered_in_the_menu_and_the_preferences_and_nowhere_else(client, cast):
    client.force_login(cast.member)
    assert client.get("/").content.decode().count("data-install") == 1
    page = client.get("/preferences/").content.decode()
    assert page.count("data-install hidden") == 2 and "Parvis on your home screen" in page


def test_every_page_of_the_frame_has_a_way_back_also_without_script(client, cast):
    client.force_login(cast.member)
    assert re.search(
        r'<a class="btn quiet icon back" href="/" data-back aria-label="Back">', client.get("/inbox/").content.decode()
    )
