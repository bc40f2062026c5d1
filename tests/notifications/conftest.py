"""Mail that really goes out, on a clock of our own."""

from __future__ import annotations

import datetime as dt

import pytest

from kit import clock, facts
from kit.models import Fact
from notifications import services
from tests.notifications.post_office import open_post_office


@pytest.fixture
def office(settings):
    """The company's mail server."""
    with open_post_office() as office:
        settings.HAS_MAIL_SERVER = True
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", office.port
        settings.PUBLIC_URL = "https://parvis.corvanne.test"
        yield office


@pytest.fixture
def tuesday():
    """The next Tuesday at ten o'clock in UTC, when nobody in Paris or New York has their quiet hours."""
    now = clock.now()
    day = now.date() + dt.timedelta(days=(1 - now.weekday()) % 7 or 7)
    return dt.datetime.combine(day, dt.time(10), tzinfo=dt.UTC)


@pytest.fixture
def go_on():
    """``go_on(moment)``: what is due then is planned, and what was told so far is heard, once."""

    def run(moment: dt.datetime) -> None:
        with clock.set_to(moment):
            services.plan_mails()
            deliver()

    return run


def deliver() -> None:
    """Let every later subscriber hear what was told so far, failing or not."""
    for key in Fact.objects.filter(heard_at=None, dead_at=None).order_by("pk").values_list("pk", flat=True):
        facts.deliver(key)
