"""What one says of mail: on a page, and by the link that stands in each mail."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.core import signing
from django.test import Client

from kit import clock
from notifications import letters, services
from notifications.models import MailWish
from notifications.queries import wish_of
from tests.notifications.conftest import deliver
from tests.notifications.test_digest import _named

WISH = {
    "notices": "everything",
    "digest": "weekly",
    "digest_hour": "17",
    "digest_weekday": "4",
    "quiet_from": "20",
    "quiet_until": "7",
}


@pytest.fixture
def stop(cast):
    """The paths at which mails to the member are stopped, by kind."""
    return {
        kind: re.sub(r"^https?://[^/]+", "", letters.stop_address(cast.member, kind)) for kind in ("notice", "digest")
    }


@pytest.fixture
def stranger():
    """A mail client: no cookies, no token, and Django looks for one."""
    return Client(enforce_csrf_checks=True)


def test_the_page_keeps_what_is_chosen_and_the_inbox_says_it(cast, client):
    client.force_login(cast.member)
    assert "No mail goes out yet." in client.get("/preferences/mail/").content.decode()
    assert client.post("/preferences/mail/", WISH).status_code == 302
    wish = MailWish.objects.get(person=cast.member)
    assert (wish.notices, wish.digest, wish.digest_hour, wish.is_quiet_on_weekends) == (
        "everything",
        "weekly",
        17,
        False,
    )
    assert "The digest comes on Friday at 17:00." in client.get("/inbox/").content.decode()


@pytest.mark.parametrize("wrong", [{"digest_hour": "24"}, {"notices": "loudly"}, {"quiet_from": "x"}])
def test_what_cannot_be_wished_is_refused(cast, client, wrong):
    client.force_login(cast.member)
    assert client.post("/preferences/mail/", {**WISH, **wrong}).status_code == 200
    assert not MailWish.objects.exists()


def test_a_get_stops_nothing_and_a_post_without_cookies_does(cast, stop, stranger):
    for kind, name in (("notice", "notices"), ("digest", "digest")):
        for _scanner in range(2):
            page = stranger.get(stop[kind])
            assert page.status_code == 200 and getattr(wish_of(cast.member), name) != "never"
        answer = stranger.post(stop[kind], {"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 200 and getattr(wish_of(cast.member), name) == "never"
    assert "No digest comes any more" in answer.content.decode()


def test_stopping_one_kind_leaves_the_other(cast, stop, stranger):
    stranger.post(stop["digest"], {"List-Unsubscribe": "One-Click"})
    assert wish_of(cast.member).notices == "needs"


def test_it_is_taken_back_to_what_was_wished_before(cast, stop, stranger):
    services.change_mail_wish(person=cast.member, digest="weekly")
    page = stranger.post(stop["digest"]).content.decode()
    was = re.search(r'name="verb" value="(\w+)"', page)[1]
    assert "Everything is as before" in stranger.post(stop["digest"], {"verb": was}).content.decode()
    assert wish_of(cast.member).digest == "weekly"


def test_a_link_that_was_not_written_by_us_opens_nothing(cast, stop, stranger):
    forged = signing.Signer(salt="another").sign_object([cast.member.public_id, "digest"])
    for path in (stop["digest"][:-2] + "x/", f"/mail/stop/{forged}/", "/mail/stop/x/"):
        assert stranger.get(path).status_code == stranger.post(path).status_code == 404
    assert not MailWish.objects.exists()


def test_the_link_signs_nobody_in(cast, stop, stranger):
    stranger.post(stop["digest"])
    assert stranger.get("/inbox/").status_code == 302


def test_a_planned_mail_that_was_stopped_does_not_go(cast, office, tuesday, stop, stranger):
    services.change_mail_wish(person=cast.member, digest="never")
    _named(cast, tuesday)
    with clock.set_to(tuesday + dt.timedelta(minutes=15)):
        services.plan_mails()
        stranger.post(stop["notice"], {"List-Unsubscribe": "One-Click"})
        deliver()
    assert not office.to(cast.member)
