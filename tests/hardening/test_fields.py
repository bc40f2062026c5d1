"""A form with a field that its door never sends is refused whole, before anything is looked up or written."""

from __future__ import annotations

from tests.hardening.test_every_address import Writes, wrong_headers

TEXT = "What I wrote for half an hour."


def test_no_door_takes_a_field_it_does_not_know_and_the_text_comes_back(house, client):
    client.force_login(house.manager)
    wrong = {}
    for name, address in house.addresses.items():
        with Writes() as written:
            answer = client.post(address, {"body": TEXT, "is_administrator": "1"})
        kept = TEXT in answer.content.decode() and "X-Refusal" in answer
        if answer.status_code != 400 or not kept or "people_person" in written or wrong_headers(answer):
            wrong[name] = (answer.status_code, kept, written)
    assert not wrong


def test_what_is_hidden_and_what_is_not_there_refuse_alike(house, client):
    client.force_login(house.outsider)
    hidden, nothing = house.addresses["walls:reply-create"], house.absent["walls:reply-create"]
    answers = [client.post(address, {"body": TEXT, "as": "admin"}) for address in (hidden, nothing)]
    assert [answer.status_code for answer in answers] == [400, 400]
    assert len({len(answer.content) for answer in answers}) == 1


def test_a_file_nobody_asked_for_and_a_body_that_is_no_form_are_refused(house, client, tmp_path):
    client.force_login(house.member)
    reply = house.addresses["walls:reply-create"]
    (tmp_path / "x.svg").write_text("<svg/>")
    with (tmp_path / "x.svg").open("rb") as file:
        assert client.post(reply, {"body": TEXT, "file": file}).status_code == 400
    assert client.post(reply, {"body": TEXT}, content_type="application/json").status_code == 415
    assert client.post(reply, "<x/>", content_type="text/xml").status_code == 415
    assert client.post(reply, {"body": TEXT}).status_code == 302


def test_nobody_acts_as_somebody_else_by_a_parameter(house, client):
    client.force_login(house.outsider)
    admin = house.admin
    for name in ("user", "as", "viewer", "person", "user_id", "impersonate"):
        for value in (admin.public_id, admin.pk, admin.email):
            assert client.get("/admin/people/", {name: value}).status_code == 404
            assert client.get(house.addresses["groups:group-detail"], {name: value}).status_code == 404
