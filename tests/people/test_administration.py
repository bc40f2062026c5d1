"""The administration: every verb for administrators, nothing at these addresses for everybody else."""

import datetime as dt
import re

import pytest
from django.test import Client
from django.urls import reverse

from kit import clock, facts, ids
from kit.models import Fact
from people import bulk, services
from people.models import AccountInvitation, Company, Person
from people.urls import urlpatterns

ADMIN_NAMES = sorted(pattern.name for pattern in urlpatterns if str(pattern.pattern).startswith("admin/"))


def signed_in(person):
    client = Client()
    client.force_login(person)
    return client


@pytest.fixture
def admin(cast):
    return signed_in(cast.admin)


def address(name, cast):
    args = {
        "admin-person": [cast.member.public_id],
        "admin-person-do": [cast.member.public_id, "deactivate"],
        "admin-withdraw": ["0" * 26],
    }.get(name, [])
    return reverse(f"people:{name}", args=args)


@pytest.mark.parametrize("name", ADMIN_NAMES)
def test_for_everybody_else_nothing_is_here(cast, name):
    for person in (cast.manager, cast.guest):
        client = signed_in(person)
        nothing = client.get("/people/" + "0" * 26 + "/").content
        for answer in (client.get(address(name, cast)), client.post(address(name, cast))):
            assert answer.status_code == 404
            assert answer.content.count(b"<h1") == nothing.count(b"<h1")
    assert Client().get(address(name, cast)).status_code == 302
    assert Person.objects.get(pk=cast.member.pk).is_active


def test_list_is_filtered_by_name_mail_and_state(cast, admin):
    services.deactivate(by=cast.admin, person=cast.leaver)
    page = admin.get("/admin/people/?q=MAX").content.decode()
    assert "Max Member" in page and "Rita Reader" not in page
    assert "Max Member" in admin.get("/admin/people/?q=max.member@").content.decode()
    closed = admin.get("/admin/people/?state=closed").content.decode()
    assert "Lea Leaver" in closed and "Max Member" not in closed
    fragment = admin.get("/admin/people/?q=rita", headers={"HX-Request": "true", "HX-Target": "results"})
    assert "<html" not in fragment.content.decode() and "Rita Reader" in fragment.content.decode()


def test_deactivate_and_its_way_back(cast, admin):
    path = f"/admin/people/{cast.member.public_id}/"
    page = admin.post(path + "deactivate/", follow=True).content.decode()
    assert path + "reactivate/" in page
    assert not Person.objects.get(pk=cast.member.pk).is_active
    admin.post(path + "reactivate/")
    assert Person.objects.get(pk=cast.member.pk).is_active


def test_the_last_administrator_gets_a_sentence(cast, admin):
    page = admin.post(f"/admin/people/{cast.admin.public_id}/deactivate/", follow=True).content.decode()
    assert "only administrator" in page
    assert Person.objects.get(pk=cast.admin.pk).is_active


def test_rights_are_given_and_taken(cast, admin):
    path = f"/admin/people/{cast.member.public_id}/"
    for verb, right, state in (
        ("make-administrator", "is_administrator", True),
        ("end-administrator", "is_administrator", False),
        ("make-editor", "is_editor", True),
        ("end-editor", "is_editor", False),
    ):
        admin.post(path + verb + "/")
        assert getattr(Person.objects.get(pk=cast.member.pk), right) is state
    assert admin.post(path + "promote/").status_code == 404


def test_account_form_changes_mail_and_a_guests_last_day(cast, admin):
    until = clock.today() + dt.timedelta(days=120)
    form = {
        "display_name": "Gus Guest", "email": "gus@brenner.test", "employer": "Brenner AG", "department": "",
        "place": "", "ends_on": until.isoformat(),
    }  # fmt: skip
    assert admin.post(f"/admin/people/{cast.guest.public_id}/", form).status_code == 302
    guest = Person.objects.get(pk=cast.guest.pk)
    assert (guest.email, guest.employer, guest.ends_on) == ("gus@brenner.test", "Brenner AG", until)


def test_mail_of_somebody_else_is_refused(cast, admin):
    form = {"display_name": "Max", "email": cast.reader.email.upper()}
    answer = admin.post(f"/admin/people/{cast.member.public_id}/", form)
    assert answer.status_code == 200 and Person.objects.get(pk=cast.member.pk).email == cast.member.email


def test_one_person_is_invited_and_the_link_can_be_handed_over(cast, admin):
    form = {"email": "nora@example.test", "display_name": "Nora", "kind": "employee", "language": "fr"}
    page = admin.post("/admin/people/invite/", form, follow=True).content.decode()
    assert services.invitation_link(AccountInvitation.objects.get()) in page
    taken = admin.post("/admin/people/invite/", {**form, "email": cast.member.email}).content.decode()
    assert "already has an account" in taken
    missing = admin.post("/admin/people/invite/", {**form, "email": "g@example.test", "kind": "guest"}).content.decode()
    assert "Say who the guest works for." in missing


LIST = """Nom;Courriel;Type;Employeur;Jusqu'au;Langue
Nora Lind;nora@example.test;salarié;;;en
Paul Weiss;paul@brenner.test;invité;Brenner;31/03/2099;fr
No Mail;nonsense;;;;
Max Again;MAX.member@example.test;;;;
Twice;nora@example.test;;;;
No Day;day@example.test;guest;Brenner;;
Past;past@example.test;guest;Brenner;2001-01-01;
Odd;odd@example.test;robot;;;
"""


def test_list_is_judged_line_by_line_and_nothing_is_sent_before_it_is_confirmed(cast, admin):
    page = admin.post("/admin/people/invite/many/", {"text": LIST}).content.decode()
    assert AccountInvitation.objects.count() == 0
    for sentence in (
        "This is not a mail address.", "Already has an account.", "Stands in this list already.",
        "A guest needs a last day", "The last day is in the past.", "neither employee nor guest",
    ):  # fmt: skip
        assert sentence in page, sentence
    assert "2 people can be invited." in page and "6 lines are left out." in page
    done = admin.post("/admin/people/invite/many/", {"text": LIST, "confirm": "1"}).content.decode()
    assert "2 invitations are on their way." in done
    paul = AccountInvitation.objects.get(email="paul@brenner.test")
    assert not paul.is_employee and paul.employer == "Brenner" and paul.language == "fr"
    again = admin.post("/admin/people/invite/many/", {"text": LIST, "confirm": "1"})
    assert AccountInvitation.objects.count() == 2 and "Already invited" in again.content.decode()


def test_lines_without_titles_and_with_tabs_are_read(db):
    line = bulk.read("a@example.test\tAnn\n", language="en")[0]
    assert (line.email, line.display_name, line.refusal) == ("a@example.test", "Ann", "")


def test_too_long_a_list_says_the_limit(cast, admin):
    text = "\n".join(f"p{n}@example.test" for n in range(501))
    page = admin.post("/admin/people/invite/many/", {"text": text}).content.decode()
    assert "501 lines; the limit is 500" in page and AccountInvitation.objects.count() == 0


def test_invitation_is_withdrawn(cast, admin):
    invitation = services.invite_to_company(by=cast.admin, email="n@example.test")
    assert "n@example.test" in admin.get("/admin/people/?state=invited").content.decode()
    admin.post(f"/admin/people/invitations/{invitation.public_id}/withdraw/")
    invitation.refresh_from_db()
    assert not invitation.is_open


def test_company_is_changed_and_keeps_a_language(cast, admin):
    form = {"name": "Corvanne SA", "language": "fr", "has_french": "on", "group_creators": "administrators"}
    assert admin.post("/admin/company/", form).status_code == 302
    company = Company.objects.get()
    assert (company.name, company.has_english, company.group_creators) == ("Corvanne SA", False, "administrators")
    refused = admin.post("/admin/company/", {**form, "language": "en"})
    assert refused.status_code == 200 and "one of those offered" in refused.content.decode()


def test_health_shows_what_was_given_up_and_tries_again(cast, admin):
    fact = Fact.objects.create(name="thread.posted", dead_at=clock.now(), last_error="walls.mail: OSError")
    page = admin.get("/admin/health/").content.decode()
    assert "walls.mail: OSError" in page and "1 fact was given up" in page
    admin.post("/admin/health/retry/")
    fact.refresh_from_db()
    assert fact.dead_at is None and facts.backlog()["dead"] == 0


def test_health_is_shown_while_a_fact_waits_that_another_version_told(admin):
    now = clock.now()
    Fact.objects.create(name="thread.posted", ids={}, told_at=now, next_attempt_at=now)
    assert "Background work" in admin.get("/admin/health/").content.decode()


def test_one_fact_that_was_given_up_is_tried_again_alone(cast, admin):
    one, other = (
        Fact.objects.create(name=name, dead_at=clock.now(), attempts=12, last_error="x.hear: ValueError")
        for name in ("thread.posted", "post.posted")
    )
    page = admin.get("/admin/health/").content.decode()
    assert re.search("<td[^>]*>12</td>", page) and re.findall('name="fact" value="([^"]+)"', page) == [
        facts.public_id_of(fact) for fact in (other, one)
    ]
    # No number in sequence: two of them would tell how much happened in between.
    assert len(facts.public_id_of(one)) == ids.LENGTH
    admin.post("/admin/health/retry/", {"fact": str(one.pk)})
    assert facts.dead().count() == 2
    admin.post("/admin/health/retry/", {"fact": facts.public_id_of(one)})
    assert list(facts.dead()) == [other]
    for nonsense in ("-1", "x", "9" * 40, "²"):
        assert admin.post("/admin/health/retry/", {"fact": nonsense}).status_code == 302
    assert list(facts.dead()) == [other]
