"""When things happened at Corvanne: the content counts days back, the calendar makes moments of them.

The screens were drawn at 15:12. Loaded later in the day, the times of today are those that were drawn; loaded
earlier, today is squeezed so that nothing lies ahead; loaded at night, "today" is the day before.
"""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

DRAWN_AT = dt.time(15, 12)
DAY_BEGINS = dt.time(8, 0)
TOO_EARLY = dt.time(7, 30)
SHORTEST_DAY = dt.timedelta(minutes=90)

WEEKDAYS = {
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "fr": ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"),
}


class Calendar:
    """Turns ``"2 17:40"`` (two days ago, 17:40 in the company's zone) into an aware moment, never after ``now``."""

    def __init__(self, now: dt.datetime, zone: ZoneInfo):
        here = now.astimezone(zone)
        is_night = here.time() < TOO_EARLY
        self._zone = zone
        self._today = here.date() - dt.timedelta(days=1) if is_night else here.date()
        self._drawn_end = self._on(0, DRAWN_AT)
        self._drawn_start = self._on(0, DAY_BEGINS)
        self._end = self._drawn_end if is_night else min(here, self._drawn_end)
        self._start = min(self._drawn_start, self._end - SHORTEST_DAY)

    def moment(self, written: str) -> dt.datetime:
        """The moment of ``"days HH:MM"``; ValueError when it is written otherwise or lies after the drawn hour."""
        days, _, hour = written.partition(" ")
        moment = self._on(int(days), dt.time.fromisoformat(hour))
        if int(days) > 0:
            return moment
        if moment > self._drawn_end:
            raise ValueError(f"{written!r} lies after the screens were drawn.")
        share = (moment - self._drawn_start) / (self._drawn_end - self._drawn_start)
        return self._start + share * (self._end - self._start)

    def weekday(self, days_ago: int, language: str) -> str:
        """The name of the day ``days_ago`` days before today, in ``language``."""
        return WEEKDAYS[language][(self._today - dt.timedelta(days=days_ago)).weekday()]

    def next_anniversary(self, written: str, *, at_least_days: int = 120) -> dt.date:
        """The next ``"MM-DD"`` that is at least ``at_least_days`` away: end dates of guests never lie behind."""
        month, day = (int(part) for part in written.split("-"))
        earliest = self._today + dt.timedelta(days=at_least_days)
        this_year = dt.date(earliest.year, month, day)
        return this_year if this_year >= earliest else dt.date(earliest.year + 1, month, day)

    def _on(self, days_ago: int, hour: dt.time) -> dt.datetime:
        return dt.datetime.combine(self._today - dt.timedelta(days=days_ago), hour, tzinfo=self._zone)
