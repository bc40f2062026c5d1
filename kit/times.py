"""How a moment is said: 14:02, Yesterday, Tuesday, 13 Nov, 13 Nov 2025. ``static/src/times.js`` says the same."""

from __future__ import annotations

import datetime as dt

from django.utils import dates, timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from kit import clock

MONTHS = (
    pgettext_lazy("short month", "Jan"),
    pgettext_lazy("short month", "Feb"),
    pgettext_lazy("short month", "Mar"),
    pgettext_lazy("short month", "Apr"),
    pgettext_lazy("short month", "May"),
    pgettext_lazy("short month", "Jun"),
    pgettext_lazy("short month", "Jul"),
    pgettext_lazy("short month", "Aug"),
    pgettext_lazy("short month", "Sept"),
    pgettext_lazy("short month", "Oct"),
    pgettext_lazy("short month", "Nov"),
    pgettext_lazy("short month", "Dec"),
)


def say_day(day: dt.date, *, today: dt.date) -> str:
    """``day`` as one says it ``today``: Today, Yesterday, Tuesday, 13 Nov, 13 Nov 2025."""
    age = (today - day).days
    if age == 0:
        return _("Today")
    if age == 1:
        return _("Yesterday")
    if 1 < age < 7:
        return str(dates.WEEKDAYS[day.weekday()])
    return name_day(day, today=today)


def name_day(day: dt.date, *, today: dt.date) -> str:
    """``day`` for inside a sentence, where Today and Tuesday don't fit: 13 Nov, or 13 Nov 2025 in another year."""
    said = f"{day.day}\u00a0{MONTHS[day.month - 1]}"
    return said if day.year == today.year else f"{said}\u00a0{day.year}"


def say(moment: dt.datetime, *, form: str = "short") -> str:
    """``moment`` in the current time zone; forms ``short`` (14:02, Yesterday), ``long`` (Yesterday 14:02), ``day``."""
    local = timezone.localtime(moment)
    today = clock.today()
    day = say_day(local.date(), today=today)
    clock_time = f"{local:%H:%M}"
    if form == "day":
        return day
    if form == "long":
        return f"{day}\u00a0{clock_time}" if local.date() == today else f"{day} {clock_time}"
    return clock_time if local.date() == today else day


def full(moment: dt.datetime) -> str:
    """``moment`` in full, for the tooltip and for print: 19 Nov 2026, 14:02."""
    local = timezone.localtime(moment)
    return f"{local.day}\u00a0{MONTHS[local.month - 1]}\u00a0{local.year}, {local:%H:%M}"


def calendar_words() -> dict[str, list[str] | str]:
    """The names of months and days, for the script that refreshes the times."""
    return {
        "months": [str(month) for month in MONTHS],
        "days": [str(dates.WEEKDAYS[(day + 6) % 7]) for day in range(7)],
        "today": _("Today"),
        "yesterday": _("Yesterday"),
    }


def say_date(day: dt.date) -> str:
    """A date without time, as one says it today in the current time zone."""
    return say_day(day, today=clock.today())
