"""One's own pages."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client

from people import services
from people.models import Person


@pytest.fixture
def member(cast):
    client = Client()
    client.force_login(cast.member)
    return client


def test_preferences_are_kept_and_spoken_at_once(cast, member):
    form = {
        "language": "fr", "time_zone": "America/Montreal", "theme": "dark", "density": "compact",
    }  # fmt: skip
    assert member.post("/preferences/", form).status_code == 302
    person = Person.objects.get(pk=cast.member.pk)
    assert (person.language, person.theme, person.density, person.has_single_keys) == ("fr", "dark", "compact", False)
    page = member.get("/preferences/").content.decode()
    assert '<html lang="fr"' in page and 'data-theme="dark"' in page and 'data-single-keys="off"' in page


@pytest.mark.parametrize("wish", [{"theme": "pink"}, {"time_zone": "Mars/Base"}, {"is_administrator": True}])
def test_unknown_wishes_are_refused(cast, wish):
    with pytest.raises(ValidationError):
        services.change_preferences(person=cast.member, **wish)


def test_one_preference_alone_comes_back_to_the_page_it_was_pressed_on(cast, member):
    answer = member.post("/preferences/one/", {"theme": "light"}, headers={"Referer": "http://testserver/people/?q=a"})
    assert answer["Location"] == "http://testserver/people/?q=a"
    answer = member.post("/preferences/one/", {"theme": "dark"}, headers={"Referer": "https://evil.example/"})
    assert answer["Location"] == "/"
    assert member.post("/preferences/one/", {"theme": "dark"}, headers={"HX-Request": "true"}).status_code == 204
    assert member.post("/preferences/one/", {"theme": "pink"}).status_code == 422


def test_language_the_company_does_not_offer_cannot_be_chosen(cast, member):
    services.change_company(by=cast.admin, has_french=False)
    assert member.post("/preferences/one/", {"language": "fr"}).status_code == 422
    assert "Français" not in member.get("/preferences/").content.decode().split("<main", 1)[1]


def test_profile_is_saved_and_found_without_accents(cast, member):
    form = {
        "display_name": "Max Mémber", "headline": "Pompes à pédale", "department": "Atelier", "place": "Nantes",
        "phone": "+33 2 00", "manager": cast.manager.public_id, "about": "",
    }  # fmt: skip
    assert member.post("/preferences/profile/", form).status_code == 302
    person = Person.objects.get(pk=cast.member.pk)
    assert person.manager == cast.manager and person.personal_space.name == "Max Mémber"
    assert person in Person.objects.matching("PEDALE max")


def test_profile_form_gives_no_right_and_no_other_mail(cast, member):
    form = {"display_name": "Max", "email": "x@example.test", "is_administrator": "on", "is_employee": ""}
    member.post("/preferences/profile/", form)
    person = Person.objects.get(pk=cast.member.pk)
    assert person.email == cast.member.email and not person.is_administrator and person.is_employee


def test_nobody_reports_to_somebody_who_reports_to_them(cast, member):
    services.change_person(by=cast.admin, person=cast.manager, manager=cast.member)
    form = {"display_name": "Max", "manager": cast.manager.public_id}
    answer = member.post("/preferences/profile/", form)
    assert answer.status_code == 200 and "reports to this person" in answer.content.decode()


def test_member_changes_nobody_else(cast):
    with pytest.raises(PermissionDenied):
        services.change_person(by=cast.member, person=cast.reader, headline="ha")
    with pytest.raises(PermissionDenied):
        services.change_person(by=cast.member, person=cast.member, email="new@example.test")


def test_direction_marks_do_not_survive_in_a_name(cast):
    services.change_person(by=cast.member, person=cast.member, display_name="Max\u202e  Rebmem\x00")
    assert cast.member.display_name == "Max Rebmem"
