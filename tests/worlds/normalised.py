"""All that two worlds may differ in without being told apart. Reviewed: each line says why it tells nothing.

Bodies, headers and frames are compared as they are: chance and clock are given (``seeds``), and how long a search took
is said to be nothing (``world.playing``).
"""

from __future__ import annotations

import re
from itertools import groupby

#: what is replaced in a statement
IN_STATEMENTS: tuple[tuple[re.Pattern[str], str, str], ...] = (
    (re.compile(r'"s\d+_x\d+"'), '"savepoint"', "the name of a savepoint: a number of this thread"),
    (re.compile(r"statement_timeout = \d+"), "statement_timeout = 0", "milliseconds that a search has left: measured"),
)

#: pages of an administrator that sum up the whole company: only their status is compared
WHOLE_COMPANY = {
    "/admin/health/": "the size of the database, of the index and of the queue, of all groups together",
}


def frames(sent: list[str]) -> list[str]:
    """``sent`` with those that say ``gone`` sorted where they follow each other: one loss of rights ends many watches,
    in the order of a set."""
    runs = ((is_gone, list(run)) for is_gone, run in groupby(sent, key=_is_gone))
    return [frame for is_gone, run in runs for frame in (sorted(run) if is_gone else run)]


def _is_gone(frame: str) -> bool:
    return '"type":"gone"' in frame


def statement(sql: str) -> str:
    """``sql`` without what may differ."""
    for pattern, instead, _why in IN_STATEMENTS:
        sql = pattern.sub(instead, sql)
    return sql
