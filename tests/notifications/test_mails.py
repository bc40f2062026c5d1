"""What is mailed at once: when, to whom, what it says and what not, and that nothing is mailed twice."""

from __future__ import annotations

import datetime as dt
import re

import pytest

from groups import services as groups
from kit import clock, facts, markdown
from kit.models import Fact
from notifications import services
from notifications.models import Mail, Notification, Outcome
from tests.notifications.conftest import deliver
from tests.notifications.post_office import parts
from tests.notifications.test_notify import _thread
from tests.reading import as_read
from walls import services as walls
from walls.services import marks, posts

QUARTER = dt.timedelta(minutes=15)


def _mention(person) -> str:
    return markdown.mention(person.display_name, person.public_id)


@pytest.fixture
def named(cast, office, tuesday):
    """``named(space, **fields)``: on Tuesday the manager names the member in a new thread; nobody wants a digest."""
    for person in cast.everyone:
        services.change_mail_wish(person=person, digest="never")

    def make(space: str = "open", *, at: dt.datetime = tuesday, **fields):
        with clock.set_to(at):
            fields = {"title": "Torque of the bolts", "source": f"{_mention(cast.member)} is it 12 Nm?", **fields}
            thread = _thread(cast, space, author=cast.manager, **fields)
            deliver()
        return thread

    return make


def test_what_needs_one_is_mailed_once_it_was_unread_for_a_quarter_of_an_hour(cast, office, named, tuesday, go_on):
    named()
    go_on(tuesday + QUARTER - dt.timedelta(seconds=1))
    assert not office.mails
    for later in (0, 1, 60):
        go_on(tuesday + QUARTER + dt.timedelta(minutes=later))
    assert [mail["To"] for mail in office.mails] == [cast.member.email]


def test_it_says_who_did_what_in_plain_text_and_html_and_leads_there(cast, office, named, tuesday, go_on):
    thread = named()
    go_on(tuesday + QUARTER)
    mail = office.mails[0]
    assert mail["Subject"] == "Torque of the bolts" and mail.get_content_type() == "multipart/alternative"
    for text in parts(mail):
        assert "Mona Manager mentions you." in as_read(text) and "is it 12 Nm?" in text
        assert f"https://parvis.corvanne.test/posts/{thread.posts.get().public_id}/" in text
    assert "<img" not in parts(mail)[1] and "prefers-color-scheme: dark" in parts(mail)[1]
    assert not re.search(r'(src|href)="(?!https://parvis\.corvanne\.test/)', parts(mail)[1])


def test_its_headers_say_what_it_is_and_tell_nothing(cast, office, named, tuesday, go_on):
    thread = named()
    go_on(tuesday + QUARTER)
    mail = office.mails[0]
    assert mail["Auto-Submitted"] == "auto-generated" and mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert re.fullmatch(r"<https://parvis\.corvanne\.test/mail/stop/[^/]+/>", mail["List-Unsubscribe"].strip())
    for header in ("Message-ID", "References"):
        assert re.fullmatch(r"<[0-9a-z]{26}@parvis\.corvanne\.test>", mail[header])
        assert thread.public_id not in mail[header]


def test_a_thread_is_one_conversation_in_a_mail_client_and_another_one_for_each_reader(
    cast, office, named, tuesday, go_on
):
    thread = named(source=f"{_mention(cast.member)} {_mention(cast.leaver)} look")
    go_on(tuesday + QUARTER)
    with clock.set_to(tuesday + dt.timedelta(hours=1)):
        posts.reply(author=cast.manager, thread=thread, source=f"{_mention(cast.member)} well?")
        deliver()
    go_on(tuesday + dt.timedelta(hours=2))
    first, second = office.to(cast.member)
    assert first["References"] == second["References"] == second["In-Reply-To"]
    assert first["Message-ID"] != second["Message-ID"] and first["Subject"] == second["Subject"]
    assert office.to(cast.leaver)[0]["References"] != first["References"]


@pytest.mark.parametrize("deed", ["read", "done", "muted"])
def test_what_was_seen_or_done_before_is_not_mailed(cast, office, named, tuesday, go_on, deed):
    thread = named()
    with clock.set_to(tuesday + dt.timedelta(minutes=5)):
        entry = Notification.objects.get(person=cast.member)
        if deed == "read":
            marks.mark_read(person=cast.member, thread=thread, number=1)
        elif deed == "done":
            services.mark_done(person=cast.member, public_id=entry.public_id)
        else:
            services.mute(person=cast.member, public_id=entry.public_id)
    go_on(tuesday + dt.timedelta(hours=1))
    assert not office.mails


def test_what_was_read_between_planning_and_sending_is_not_mailed(cast, office, named, tuesday):
    thread = named()
    with clock.set_to(tuesday + QUARTER):
        assert services.plan_mails() == 1
        marks.mark_read(person=cast.member, thread=thread, number=1)
        deliver()
    assert not office.mails and Mail.objects.get().outcome == Outcome.NOTHING


@pytest.mark.parametrize("space", ["closed", "hidden"])
def test_who_lost_access_between_planning_and_sending_is_not_mailed(cast, office, named, tuesday, space):
    thread = named(space)
    with clock.set_to(tuesday + QUARTER):
        services.plan_mails()
        groups.remove_member(manager=cast.manager, space=thread.space, person=cast.member)
        deliver()
    assert not office.mails


def test_a_post_deleted_before_it_went_out_is_not_quoted(cast, office, named, tuesday):
    thread = named(source="An opening")
    with clock.set_to(tuesday):
        reply = posts.reply(author=cast.manager, thread=thread, source=f"{_mention(cast.member)} a slip of the pen")
        deliver()
    with clock.set_to(tuesday + QUARTER):
        services.plan_mails()
        posts.delete_post(by=cast.manager, post=reply)
        deliver()
    assert b"slip of the pen" not in b"".join(office.raw)


@pytest.mark.parametrize(
    ("space", "label"), [("hidden", "internal"), ("open", "confidential"), ("hidden", "confidential")]
)
def test_hidden_places_and_confidential_threads_leave_the_site_as_a_link_only(
    cast, office, named, tuesday, go_on, space, label
):
    thread = named(space, label=label)
    go_on(tuesday + QUARTER)
    mail = office.mails[0]
    assert mail["Subject"] == "New in a private place"
    text = "".join(parts(mail))
    for word in ("Torque", "12 Nm", "Mona", "mentions", thread.space.name, thread.space.public_id):
        assert word not in text and word not in str(mail["Subject"])
    assert f"/posts/{thread.posts.get().public_id}/" in text


def test_an_invitation_to_a_hidden_group_does_not_name_it(cast, office, named, tuesday, go_on):
    with clock.set_to(tuesday):
        groups.invite(manager=cast.manager, space=cast.spaces["hidden"], person=cast.reader)
        groups.invite(manager=cast.manager, space=cast.spaces["closed"], person=cast.reader)
        deliver()
    go_on(tuesday + QUARTER)
    assert {mail["Subject"] for mail in office.to(cast.reader)} == {"New in a private place", "The closed group"}
    assert b"hidden group" not in b"".join(raw.replace(b"hidden groups", b"") for raw in office.raw)


def test_it_is_written_in_the_readers_language(cast, office, named, tuesday, go_on):
    type(cast.member).objects.filter(pk=cast.member.pk).update(language="fr")
    named()
    go_on(tuesday + QUARTER)
    text, html = parts(office.mails[0])
    assert "Mona Manager vous mentionne." in as_read(text) and 'lang="fr"' in html and "Arrêter ces mails" in text


@pytest.mark.parametrize(("wish", "count"), [("needs", 1), ("everything", 2), ("never", 0)])
def test_each_person_says_what_is_mailed_at_once(cast, office, named, tuesday, go_on, wish, count):
    services.change_mail_wish(person=cast.member, notices=wish)
    named()
    named(title="Announced", source="Closed on Friday", kind="announcement")
    go_on(tuesday + QUARTER)
    assert len(office.to(cast.member)) == count


def test_in_quiet_hours_and_on_weekends_nothing_is_mailed_at_once(cast, office, named, tuesday, go_on):
    services.change_mail_wish(person=cast.member, digest="never")
    night, saturday = tuesday + dt.timedelta(hours=11), tuesday + dt.timedelta(days=4)
    named(at=night)
    go_on(night + QUARTER)
    assert not office.mails
    go_on(tuesday + dt.timedelta(days=1))
    assert len(office.mails) == 1, "after them it is"
    named(at=saturday, title="On Saturday")
    go_on(saturday + dt.timedelta(hours=1))
    assert len(office.mails) == 1
    go_on(tuesday + dt.timedelta(days=6))
    assert len(office.mails) == 2


def test_a_mail_that_could_not_go_before_the_quiet_hours_goes_after_them(cast, office, named, tuesday, go_on):
    services.change_mail_wish(person=cast.member, digest="never", quiet_from=12, quiet_until=13)
    type(cast.member).objects.filter(pk=cast.member.pk).update(time_zone="UTC")
    office.refuses = "451 Later"
    named()
    go_on(tuesday + QUARTER)
    office.refuses = ""
    go_on(tuesday + dt.timedelta(hours=2, minutes=10))
    assert not office.mails
    go_on(tuesday + dt.timedelta(hours=3, minutes=30))
    go_on(tuesday + dt.timedelta(hours=4))
    assert len(office.mails) == 1


def test_closed_accounts_and_guests_whose_time_is_over_are_not_mailed(cast, office, named, tuesday):
    named(source=f"{_mention(cast.member)} {_mention(cast.guest)} look", label="shared")
    with clock.set_to(tuesday + QUARTER):
        assert services.plan_mails() == 2
        type(cast.member).objects.filter(pk=cast.member.pk).update(is_active=False)
        type(cast.guest).objects.filter(pk=cast.guest.pk).update(ends_at=tuesday)
        deliver()
    assert not office.mails


def test_two_planners_at_once_plan_one_mail(cast, office, named, tuesday):
    named()
    entry = Notification.objects.get(person=cast.member)
    with clock.set_to(tuesday + QUARTER):
        from notifications.services import mails

        assert mails._plan_notice(entry) and not mails._plan_notice(entry)
        deliver()
    assert len(office.mails) == 1


def test_without_a_mail_server_nothing_is_planned(cast, office, named, tuesday, go_on, settings):
    settings.HAS_MAIL_SERVER = False
    named()
    go_on(tuesday + dt.timedelta(days=2))
    assert not Mail.objects.exists()


# A mail server in trouble -----------------------------------------------------------------------------------------
@pytest.mark.parametrize("answer", ["451 Come back later", "550 No such box"])
def test_a_refused_mail_is_tried_again_by_the_same_id_then_given_up_where_an_administrator_sees_it(
    cast, office, named, tuesday, go_on, client, answer
):
    thread = named()
    office.refuses = answer
    go_on(tuesday + QUARTER)
    fact = Fact.objects.get(name="mail.planned")
    assert fact.attempts == 1 and fact.next_attempt_at > tuesday + QUARTER and fact.heard_at is None
    with clock.set_to(tuesday + dt.timedelta(hours=1)):
        for _attempt in range(facts.MAX_ATTEMPTS):
            facts.deliver(fact.pk)
        client.force_login(cast.admin)
        page = client.get("/admin/health/").content.decode()
        assert "mail.planned" in page and "SMTPDataError" in page and "Torque" not in page
        assert "The mail server refuses or does not answer" in page
        office.refuses = ""
        client.post("/admin/health/retry/")
        facts.deliver(fact.pk)
    assert len(office.to(cast.member)) == 1 and thread.title == office.mails[0]["Subject"]


def test_a_mail_server_that_is_away_loses_nothing(cast, office, named, tuesday, go_on, settings):
    named()
    there, settings.EMAIL_PORT = settings.EMAIL_PORT, 9
    go_on(tuesday + QUARTER)
    assert not office.mails and Fact.objects.get(name="mail.planned").last_error.endswith("ConnectionRefusedError")
    settings.EMAIL_PORT = there
    go_on(tuesday + dt.timedelta(minutes=20))
    go_on(tuesday + dt.timedelta(minutes=30))
    assert len(office.mails) == 1


def test_what_is_sent_again_after_an_unknown_outcome_carries_the_same_id(cast, office, named, tuesday, go_on):
    named()
    go_on(tuesday + QUARTER)
    # As after a kill between the server's answer and our note of it.
    Mail.objects.update(outcome=Outcome.WAITING)
    Fact.objects.filter(name="mail.planned").update(heard_at=None, heard_by=[])
    go_on(tuesday + dt.timedelta(minutes=20))
    first, again = office.mails
    assert first["Message-ID"] == again["Message-ID"]


def test_a_mail_of_yesterday_does_not_go_any_more(cast, office, named, tuesday):
    named()
    with clock.set_to(tuesday + QUARTER):
        services.plan_mails()
    with clock.set_to(tuesday + dt.timedelta(days=1, hours=1)):
        deliver()
    assert not office.mails


def test_the_record_is_forgotten_after_two_months(cast, office, named, tuesday, go_on):
    named()
    go_on(tuesday + QUARTER)
    with clock.set_to(tuesday + dt.timedelta(days=61)):
        assert services.forget_mails() == 1


def test_the_record_and_the_fact_hold_no_words(cast, office, named, tuesday, go_on):
    named()
    go_on(tuesday + QUARTER)
    row = str(Mail.objects.values().get()) + str(Fact.objects.filter(name="mail.planned").values().get())
    assert "Torque" not in row and "Nm" not in row


def test_a_guest_is_not_mailed_what_turned_internal_before_it_went_out(cast, office, named, tuesday):
    thread = named(source=f"{_mention(cast.guest)} look", label="shared")
    with clock.set_to(tuesday + QUARTER):
        services.plan_mails()
        walls.reclassify(editor=cast.manager, thread=thread, label="internal")
        deliver()
    assert not office.mails
