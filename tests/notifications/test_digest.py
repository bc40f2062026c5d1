"""The digest: when it comes, what it holds, what it leaves out, and that nothing is told twice."""

from __future__ import annotations

import datetime as dt
import zoneinfo

import pytest

from groups import services as groups
from kit import clock, markdown
from notifications import services
from notifications.models import Mail, MailWish
from tests.notifications.conftest import deliver
from tests.notifications.post_office import parts
from tests.notifications.test_notify import _thread
from tests.reading import as_read
from walls.services import marks, posts

PARIS = zoneinfo.ZoneInfo("Europe/Paris")


@pytest.fixture
def eight(tuesday):
    """Wednesday, eight o'clock in Paris."""
    return dt.datetime.combine(tuesday.date() + dt.timedelta(days=1), dt.time(8), tzinfo=PARIS)


def _named(cast, at, space="open", whom=None, **fields):
    with clock.set_to(at):
        whom = whom or cast.member
        fields = {"title": "Named", "source": f"{markdown.mention(whom.display_name, whom.public_id)} look", **fields}
        thread = _thread(cast, space, author=cast.manager, **fields)
        deliver()
    return thread


def test_it_comes_at_the_hour_one_chose_where_one_is(cast, office, eight, go_on):
    type(cast.reader).objects.filter(pk=cast.reader.pk).update(time_zone="America/New_York")
    groups.add_member(space=cast.spaces["open"], person=cast.reader)
    services.change_mail_wish(person=cast.leaver, digest_hour=10)
    _named(cast, eight - dt.timedelta(hours=12), title="Evening")
    got = []
    for hours in (-1, 0, 2, 6):
        office.mails.clear()
        go_on(eight + dt.timedelta(hours=hours, minutes=1))
        got.append({mail["To"].split("@")[0] for mail in office.mails})
    assert "max.member" not in got[0] and "max.member" in got[1]
    assert "lea.leaver" not in got[1] and "lea.leaver" in got[2]
    assert "rita.reader" not in got[2] and "rita.reader" in got[3]


def test_it_holds_what_needs_one_what_one_follows_and_ones_groups_in_this_order(cast, office, eight, go_on):
    evening = eight - dt.timedelta(hours=12)
    with clock.set_to(evening):
        followed = _thread(cast, author=cast.manager, source="Torque", title="Followed")
        marks.follow(person=cast.member, thread=followed)
        marks.mark_read(person=cast.member, thread=followed, number=1)
        posts.reply(author=cast.leaver, thread=followed, source="12 Nm")
        _thread(cast, "closed", author=cast.manager, source="Prices of May", title="Elsewhere")
    _named(cast, evening)
    go_on(eight)
    mail = office.to(cast.member)[0]
    assert mail["Subject"] == "One thing needs you · Corvanne" and not mail["References"]
    for text in parts(mail):
        text = as_read(text)
        assert "Good morning Max. One thing needs you." in text
        assert text.index("Named") < text.index("Followed") < text.index("Elsewhere")
        assert "The digest comes on working days at 08:00." in text
    assert "/posts/" in parts(mail)[0] and "Prices of May" not in parts(mail)[0]


def test_hidden_groups_and_confidential_threads_are_counted_and_never_named(cast, office, eight, go_on):
    evening = eight - dt.timedelta(hours=12)
    _named(cast, evening, "hidden", title="Merger with Aurum")
    _named(cast, evening, label="confidential", title="Salaries")
    with clock.set_to(evening):
        _thread(cast, "hidden", author=cast.manager, source="x", title="Aurum again")
        _thread(cast, author=cast.manager, source="x", title="Salaries again", label="confidential")
    go_on(eight)
    mail = office.to(cast.member)[0]
    text = str(mail["Subject"]) + "".join(parts(mail))
    assert "2 more in private places" in text and "2 things need you" in text
    for word in ("Aurum", "Salaries", cast.spaces["hidden"].name, cast.spaces["hidden"].public_id):
        assert word not in text


def test_what_was_mailed_at_once_is_not_told_again_nor_the_other_way_round(cast, office, eight, tuesday, go_on):
    go_on(tuesday - dt.timedelta(hours=2))
    _named(cast, tuesday, title="By day")
    go_on(tuesday + dt.timedelta(minutes=15))
    _named(cast, eight - dt.timedelta(hours=10), title="By night")
    for minutes in (0, 1, 30):
        go_on(eight + dt.timedelta(minutes=minutes))
    at_once, digest = (mail for mail in office.to(cast.member) if mail["Subject"] != "What is new at Corvanne")
    assert at_once["Subject"] == "By day"
    needs = parts(digest)[0].split("New in your groups")[0]
    assert "By night" in needs and "By day" not in needs


def test_what_was_read_or_lost_before_is_not_in_it(cast, office, eight, go_on):
    evening = eight - dt.timedelta(hours=12)
    seen = _named(cast, evening, title="Seen")
    _named(cast, evening, "closed", title="Lost")
    with clock.set_to(evening):
        marks.mark_read(person=cast.member, thread=seen, number=1)
    with clock.set_to(eight):
        services.plan_mails()
        groups.remove_member(manager=cast.manager, space=cast.spaces["closed"], person=cast.member)
        deliver()
    assert not office.to(cast.member)


def test_an_empty_one_is_not_sent_and_not_planned_again(cast, office, eight, go_on):
    for minutes in (0, 1, 2):
        go_on(eight + dt.timedelta(minutes=minutes))
    assert not office.mails and Mail.objects.filter(person=cast.outsider).count() == 1


@pytest.mark.parametrize(
    ("wish", "days"),
    [
        ({"digest": "workdays"}, [2, 3, 4, 0, 1]),
        ({"digest": "daily"}, [2, 3, 4, 5, 6, 0, 1]),
        ({"digest": "weekly", "digest_weekday": 3}, [3]),
        ({"digest": "never"}, []),
    ],
)
def test_it_comes_as_often_as_one_wishes(cast, office, eight, go_on, wish, days):
    services.change_mail_wish(person=cast.member, notices="never", **wish)
    came = []
    for day in range(7):
        at = eight + dt.timedelta(days=day)
        _named(cast, at - dt.timedelta(minutes=30), title=f"Day {day}")
        before = len(office.to(cast.member))
        go_on(at)
        go_on(at + dt.timedelta(hours=1))
        came += [at.weekday()] * (len(office.to(cast.member)) - before)
    assert came == days


def test_another_hour_on_the_same_day_brings_no_second_one(cast, office, eight, go_on):
    _named(cast, eight - dt.timedelta(hours=10))
    go_on(eight)
    services.change_mail_wish(person=cast.member, digest_hour=9)
    _named(cast, eight + dt.timedelta(minutes=30), title="Later", kind="announcement", source="x")
    go_on(eight + dt.timedelta(hours=1))
    assert len(office.to(cast.member)) == 1


def test_it_comes_at_eight_when_the_clocks_change(cast):
    wish = MailWish(digest="daily")
    for day in (dt.date(2027, 3, 28), dt.date(2026, 10, 25)):
        noon = dt.datetime.combine(day, dt.time(12), tzinfo=PARIS)
        assert wish.digest_before(noon).isoformat() == f"{day}T08:00:00{noon.isoformat()[-6:]}"


def test_after_a_night_in_which_nothing_ran_it_comes_within_the_morning_only(cast, office, eight, go_on):
    services.change_mail_wish(person=cast.member, notices="never")
    _named(cast, eight - dt.timedelta(hours=10))
    go_on(eight + dt.timedelta(hours=7))
    assert not office.to(cast.member)
    go_on(eight + dt.timedelta(days=1, hours=5))
    assert len(office.to(cast.member)) == 1


def test_a_french_one_is_french(cast, office, eight, go_on):
    type(cast.member).objects.filter(pk=cast.member.pk).update(language="fr")
    _named(cast, eight - dt.timedelta(hours=10))
    go_on(eight)
    mail = office.to(cast.member)[0]
    assert mail["Subject"] == "Une chose vous attend · Corvanne"
    assert "Bonjour Max. Une chose vous attend." in as_read(parts(mail)[0]) and "mercredi" in parts(mail)[1]


def test_a_guest_is_told_of_shared_threads_only(cast, office, eight, go_on):
    with clock.set_to(eight - dt.timedelta(hours=10)):
        _thread(cast, author=cast.manager, source="x", title="Inside", label="internal")
        _thread(cast, author=cast.manager, source="x", title="Outside", label="shared")
    go_on(eight)
    text = parts(office.to(cast.guest)[0])[0]
    assert "Outside" in text and "Inside" not in text
