"""The directory and people's pages: who sees whom."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from groups import queries as groups
from groups import services as group_services
from kit import slots
from people import services
from people.models import Person
from profiles import queries
from tests.reading import as_read

# New in each form of each answer, and of the same length: the one thing that may differ.
TOKEN = re.compile(rb'(?<=name="csrfmiddlewaretoken" value=")\w+')


def signed_in(person):
    client = Client()
    client.force_login(person)
    return client


def text(client, path, **more):
    return client.get(path, **more).content.decode()


def main(client, path):
    return text(client, path).split("<main", 1)[1]


def test_employee_sees_every_open_account_and_no_robot_stand_in_or_closed_one(cast):
    services.robot(name="Bot Robot")
    services.create_person(by=cast.admin, display_name="Old Hand", is_stand_in=True)
    services.deactivate(by=cast.admin, person=cast.leaver)
    page = main(signed_in(cast.outsider), "/people/")
    for person in cast.everyone:
        assert (person.display_name in page) is (person != cast.leaver), person
    assert "Bot Robot" not in page and "Old Hand" not in page


def test_guest_sees_only_who_shares_a_space(cast):
    page = main(signed_in(cast.guest), "/people/")
    seen = {cast.guest, cast.manager, cast.member, cast.leaver}
    for person in cast.everyone:
        assert (person.display_name in page) is (person in seen), person
    assert "4 people" in page


@pytest.mark.parametrize("who", ["admin", "member", "outsider", "guest"])
def test_directory_page_and_picker_agree_for_everybody(cast, who):
    viewer = getattr(cast, who)
    client = signed_in(viewer)
    visible = set(groups.visible_people(viewer))
    assert set(queries.people_visible_to(viewer)) == visible
    for person in cast.everyone:
        assert (client.get(f"/people/{person.public_id}/").status_code == 200) is (person in visible)


def test_unseen_person_and_nobody_get_the_same_bytes(cast):
    client = signed_in(cast.guest)
    unseen = client.get(f"/people/{cast.outsider.public_id}/")
    nobody = client.get("/people/" + "0" * 26 + "/")
    assert unseen.status_code == nobody.status_code == 404
    assert TOKEN.sub(b"", unseen.content) == TOKEN.sub(b"", nobody.content)
    assert len(unseen.content) == len(nobody.content) and dict(unseen.headers) == dict(nobody.headers)


def test_unseen_person_costs_the_queries_of_nobody(cast):
    client, counts = signed_in(cast.guest), []
    client.get("/people/")
    for path in (f"/people/{cast.outsider.public_id}/", "/people/" + "0" * 26 + "/"):
        with CaptureQueriesContext(connection) as caught:
            client.get(path)
        counts.append(len(caught))
    assert counts[0] == counts[1]


def test_guest_who_leaves_the_last_common_group_sees_nobody_there(cast):
    client = signed_in(cast.guest)
    for kind in ("open", "closed"):
        group_services.remove_member(manager=cast.manager, space=cast.spaces[kind], person=cast.guest)
    assert client.get(f"/people/{cast.member.public_id}/").status_code == 404
    assert "Max Member" not in main(client, "/people/")


def test_filter_needs_no_accent_and_no_script(cast):
    services.change_person(by=cast.member, person=cast.member, display_name="Élodie Garnier", department="Qualité")
    client = signed_in(cast.reader)
    page = main(client, "/people/?q=elod+QUALITE")
    assert "Élodie Garnier" in page and "Mona Manager" not in page and "1 person" in page
    assert "Nobody matches" in main(client, "/people/?q=zzz")
    assert "Mona Manager" not in main(client, "/people/?department=Qualit%C3%A9")


def test_filter_while_typing_brings_only_the_list(cast):
    page = text(signed_in(cast.reader), "/people/?q=max", headers={"HX-Request": "true", "HX-Target": "results"})
    assert "<html" not in page and "Max Member" in page


def test_thirty_a_page_then_more_in_the_order_of_names(cast):
    for number in range(40):
        services.create_person(by=cast.admin, display_name=f"Zed {number:02}")
    client = signed_in(cast.reader)
    first = main(client, "/people/?q=zed")
    assert "Zed 29" in first and "Zed 30" not in first and "page=2" in first
    more = text(client, "/people/?q=zed&page=2", headers={"HX-Request": "true", "HX-Target": "people"})
    assert "Zed 39" in more and "Zed 29" not in more and "hx-swap-oob" in more
    assert client.get("/people/?page=-1").status_code == client.get("/people/?page=9999999999").status_code == 200


def test_queries_do_not_grow_with_people(cast):
    client, counts = signed_in(cast.reader), []
    client.get("/people/")
    for _ in range(2):
        with CaptureQueriesContext(connection) as caught:
            client.get("/people/")
        counts.append(len(caught))
        for number in range(15):
            services.create_person(by=cast.admin, display_name=f"More {number}")
    assert counts[0] == counts[1] <= 14


def test_groups_on_a_page_are_those_the_viewer_may_read(cast):
    path = f"/people/{cast.member.public_id}/?tab=groups"
    outsider, manager = main(signed_in(cast.outsider), path), main(signed_in(cast.manager), path)
    assert "The open group" in outsider
    assert "The closed group" not in outsider and "The hidden group" not in outsider
    assert all(f"The {kind} group" in manager for kind in ("open", "closed", "hidden"))


def test_manager_and_reports_are_shown_as_far_as_the_viewer_sees_them(cast):
    services.change_person(by=cast.admin, person=cast.member, manager=cast.outsider)
    services.change_person(by=cast.admin, person=cast.reader, manager=cast.member)
    path = f"/people/{cast.member.public_id}/"
    employee, guest = text(signed_in(cast.manager), path), text(signed_in(cast.guest), path)
    assert "Otto Outsider" in employee and "Rita Reader" in employee
    assert "Otto Outsider" not in guest and "Rita Reader" not in guest


def test_guest_page_says_who_answers_for_them_and_until_when(cast):
    page = text(signed_in(cast.member), f"/people/{cast.guest.public_id}/")
    assert "Guest, Brenner" in as_read(page) and "Sponsor" in page and "Mona Manager" in page


def test_page_of_who_left_stays_for_employees_and_says_so(cast):
    services.deactivate(by=cast.admin, person=cast.leaver)
    path = f"/people/{cast.leaver.public_id}/"
    assert "This account is closed" in text(signed_in(cast.member), path)
    assert signed_in(cast.guest).get(path).status_code == 404


def test_page_of_an_imported_name_and_none_of_a_robot(cast):
    stand_in = services.create_person(by=cast.admin, display_name="Old Hand", is_stand_in=True)
    robot = services.robot(name="Bot Robot")
    client = signed_in(cast.member)
    assert "Imported from earlier" in text(client, f"/people/{stand_in.public_id}/")
    assert client.get(f"/people/{robot.public_id}/").status_code == 404


def test_wall_comes_from_its_slot_and_is_left_out_whole_without_it(cast, monkeypatch):
    path = f"/people/{cast.member.public_id}/"
    filled = slots.filled
    monkeypatch.setattr(slots, "filled", lambda name: [] if name == "profile.wall" else filled(name))
    assert '<h2 class="vh">Wall</h2>' not in text(signed_in(cast.reader), path)
    monkeypatch.setattr(
        slots, "filled", lambda name: [lambda request, person: "<b>"] if name == "profile.wall" else filled(name)
    )
    page = text(signed_in(cast.reader), path)
    assert '<h2 class="vh">Wall</h2>' in page and "&lt;b&gt;" in page


def test_what_can_be_chosen_in_the_filter_is_of_the_people_one_sees(cast):
    Person.objects.filter(pk=cast.outsider.pk).update(department="Quantum legal", place="Vaduz")
    Person.objects.filter(pk=cast.member.pk).update(department="Quality", place="Lyon")
    assert queries.choices(cast.member) == {
        "places": ["Lyon", "Vaduz"], "departments": ["Quality", "Quantum legal"], "kinds": ["employees", "guests"]
    }  # fmt: skip
    assert queries.choices(cast.guest)["places"] == ["Lyon"]
    assert queries.choices(cast.guest)["departments"] == ["Quality"]
    assert "Vaduz" not in text(signed_in(cast.guest), "/people/")
