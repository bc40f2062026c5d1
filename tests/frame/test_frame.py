"""The frame draws for everybody, and the one answer for what is missing is one answer."""

import datetime as dt
import re

import pytest
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from groups import services as groups
from groups.models import Space, SpaceType
from intranet import errors
from kit import clock
from kit.templatetags.parvis import day
from topics import services as topics


@pytest.fixture
def signed_in(client, cast):
    client.force_login(cast.member)
    return client


def test_a_signed_in_person_sees_the_frame_with_one_announcer(signed_in):
    page = signed_in.get("/keys/").content.decode()
    assert page.count('id="announcer"') == 1
    assert 'class="side"' in page and 'class="tabbar"' in page
    assert 'lang="en"' in page and 'data-zone="Europe/Paris"' in page


def test_two_missing_addresses_give_the_same_bytes(signed_in):
    first = signed_in.get("/no/such/page/")
    second = signed_in.get("/groups/00000000000000000000000000/")
    assert first.status_code == second.status_code == 404
    assert _without_tokens(first) == _without_tokens(second)
    assert b"such" not in first.content


def test_the_place_one_stands_in_is_marked(signed_in, cast):
    page = signed_in.get("/people/").content.decode()
    assert 'href="/people/" aria-current="page"' in page
    page = signed_in.get(f"/people/{cast.manager.public_id}/").content.decode()
    assert 'href="/people/" aria-current="true"' in page


def in_phone_menu(client):
    """The addresses in the part of the account's menu that only a phone shows."""
    menu = re.search(r'<nav class="m-only".*?</nav>', client.get("/keys/").content.decode(), re.S)
    return re.findall(r'<a href="([^"]+)"', menu[0])


def test_a_phone_which_has_no_side_bar_reaches_in_the_menu_what_is_no_tab(client, cast):
    topics.add_topic(administrator=cast.admin, label_en="Quality", label_fr="Qualité")
    client.force_login(cast.member)
    assert in_phone_menu(client) == ["/wall/", "/people/", "/conversations/", "/saved/", "/topics/"]
    client.force_login(cast.admin)
    assert in_phone_menu(client)[-1] == "/admin/people/"


def test_administration_is_marked_on_each_of_its_pages(client, cast):
    client.force_login(cast.admin)
    page = client.get("/admin/log/").content.decode()
    assert page.count('href="/admin/people/" aria-current="true"') == 2


def test_a_day_inside_a_sentence_is_a_date_also_today(signed_in):
    with clock.set_to(dt.datetime(2026, 11, 19, 14, 2, tzinfo=dt.UTC)):
        assert day(clock.today()) == "19\u00a0Nov"
        assert day(clock.now() - dt.timedelta(days=2)) == "17\u00a0Nov"
        assert day(dt.date(2027, 6, 30)) == "30\u00a0Jun\u00a02027"
        with translation.override("fr"):
            assert day(dt.date(2027, 6, 30)) == "30\u00a0juin\u00a02027"


def test_forbidden_reads_like_missing(signed_in, cast):
    request = RequestFactory().get("/x/")
    request.user = cast.outsider
    missing, refused = errors.not_found(request), errors.forbidden(request)
    assert missing.status_code == refused.status_code == 404
    assert _without_tokens(missing) == _without_tokens(refused)


def test_a_limit_names_itself_and_gives_the_text_back(cast):
    request = RequestFactory().post("/x/", {"body": "A long thought\nof mine", "password": "never shown here"})
    request.user = cast.member
    answer = errors.too_many(request, limit="30 posts a minute is the limit.", retry_after=40)
    page = answer.content.decode()
    assert answer.status_code == 429 and answer["Retry-After"] == "40"
    assert "30 posts a minute is the limit." in page and "A long thought\nof mine" in page
    assert "never shown here" not in page


def test_the_page_for_a_broken_server_needs_no_database():
    request = RequestFactory().get("/x/")
    assert errors.server_error(request).status_code == 500


def _without_tokens(response):
    return re.sub(rb'csrfmiddlewaretoken" value="[^"]+"', b"", response.content)


def test_a_french_speaker_sees_it_in_french(signed_in, cast):
    cast.member.language = "fr"
    cast.member.save()
    assert "Raccourcis clavier" in signed_in.get("/keys/").content.decode()


def test_the_frame_costs_the_same_for_a_member_of_many_groups(signed_in, cast, django_assert_num_queries):
    signed_in.get("/keys/")
    with CaptureQueriesContext(connection) as few:
        signed_in.get("/keys/")
    for number in range(12):
        space = Space.objects.create(type=SpaceType.OPEN, name=f"Group {number}", created_by=cast.manager)
        groups.add_member(space=space, person=cast.member)
    with django_assert_num_queries(len(few)):
        signed_in.get("/keys/")
    assert len(few) <= 12, [query["sql"] for query in few]
