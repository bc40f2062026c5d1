"""Names spelt to look like somebody else's are refused, by who may know of that somebody; everybody keeps their own."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from kit import clock
from kit.confusables import look_alike
from people import services
from people.models import Person
from tests.reading import as_read

CYRILLIC = "\u0410da \u0410dmin"


@pytest.mark.parametrize(
    "name",
    [CYRILLIC, "Ad\u0430 Admin", "Ada Adm\u0456n", "\u13aada Admin", "Ada Adm\u0131n", "Ada \u0391dmin",
     "Ada\ufe0f Admin", "Ada Admi\U000e0100n"],
)  # fmt: skip
def test_letters_of_other_alphabets_look_alike(name):
    assert look_alike(name, "Ada Admin")


@pytest.mark.parametrize(
    ("one", "other"),
    [("Ada Admin", "Ada Admin"), ("ADA Admin", "Ada admin"), ("Zoé", "Zoe"), ("Marnie", "Mamie"), ("Anna", "Anne"),
     ("O'Neil", "O’Neil"), ("Jean-Luc", "Jean‐Luc"), ("Олег", "Oleg"), ("\uff21da", "Ada")],
)  # fmt: skip
def test_names_that_differ_for_the_eye_and_names_that_are_one_do_not(one, other):
    assert not look_alike(one, other)


def test_nobody_calls_themselves_what_looks_like_a_colleague(cast):
    client = Client()
    client.force_login(cast.member)
    page = client.post("/preferences/profile/", {"display_name": CYRILLIC, "headline": "kept"}).content.decode()
    assert "looks like the name of Ada Admin" in as_read(page) and CYRILLIC in page and 'value="kept"' in page
    assert Person.objects.get(pk=cast.member.pk).display_name == "Max Member"
    # Of one name there may be two, and one's own other spelling is one's own.
    for name in ("Ada Admin", "M\u0430x Member", "Max Member"):
        services.change_person(by=cast.member, person=cast.member, display_name=name)


def test_a_sign_that_nobody_sees_makes_no_other_name(cast):
    client = Client()
    client.force_login(cast.member)
    for sign in ("\u200b", "\u00ad", "\u034f", "\u115f", "\u2800", "\ufe0f", "\x07", "  "):
        page = client.post("/preferences/profile/", {"display_name": f"\u0410da{sign} Admin"}).content.decode()
        assert "looks like the name of Ada Admin" in as_read(page), ascii(sign)
    assert Person.objects.get(pk=cast.member.pk).display_name == "Max Member"


def test_nobody_goes_by_a_name_that_cannot_be_seen(cast):
    client = Client()
    client.force_login(cast.member)
    made = services.invite_to_company(by=cast.admin, email="n@example.test")
    door = services.invitation_link(made).split("/", 3)[3]
    for name in ("\u200b", "\u00ad\u034f", "\u3164", "\u2800 \u2800", "\x07", "\ufe0f\u0301"):
        page = client.post("/preferences/profile/", {"display_name": name})
        assert page.status_code == 200 and "Nothing of this name can be seen" in page.content.decode(), ascii(name)
        page = Client().post(f"/{door}", {"display_name": name, "password": "three words remembered"})
        assert "Nothing of this name can be seen" in page.content.decode(), ascii(name)
    assert Person.objects.get(pk=cast.member.pk).display_name == "Max Member"
    assert not Person.objects.filter(email="n@example.test").exists()


def test_a_guest_is_told_only_of_people_they_know(cast):
    with pytest.raises(ValidationError):
        services.change_person(by=cast.guest, person=cast.guest, display_name="M\u0430x Member")
    services.change_person(by=cast.guest, person=cast.guest, display_name="Ott\u043e Outsider")


@pytest.mark.parametrize(("is_employee", "name"), [(True, CYRILLIC), (False, "M\u043ena Manager")])
def test_nobody_comes_in_as_somebody_else(cast, is_employee, name):
    guest = {} if is_employee else {"employer": "B", "ends_on": clock.today() + dt.timedelta(days=9)}
    by = cast.admin if is_employee else cast.manager
    made = services.invite_to_company(by=by, email="n@example.test", is_employee=is_employee, **guest)
    address = services.invitation_link(made).split("/", 3)[3]
    form = {"display_name": name, "password": "three words remembered"}
    assert "looks like the name of" in Client().post(f"/{address}", form).content.decode()
    assert not Person.objects.filter(email="n@example.test").exists()
    if not is_employee:
        form["display_name"] = "Ott\u043e Outsider"  # of whom a newcomer with a guest's link knows nothing
    else:
        form["display_name"] = "Nina New"
    assert Client().post(f"/{address}", form).status_code == 302
