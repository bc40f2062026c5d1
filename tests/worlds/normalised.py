"""All that two worlds may differ in without being told apart. Reviewed: each line says why it tells nothing.

Bodies, headers and frames are compared as they are: chance and clock are given (``seeds``), and how long a search took
is said to be nothing, and none gives up (``world.playing``).
"""

from __future__ import annotations

import re

from tests.worlds import may_learn

#: what is replaced in a statement
IN_STATEMENTS: tuple[tuple[re.Pattern[str], str, str], ...] = (
    (re.compile(r'"s\d+_x\d+"'), '"savepoint"', "the name of a savepoint: a number of this thread"),
)

#: pages of an administrator that sum up the whole company: only their status is compared
WHOLE_COMPANY = may_learn.pages_left_out()
#: the same where one administrator has looked into a group and another approved it: all of them may read of it
AFTER_A_LOOK = may_learn.pages_left_out(after_a_look=True)


def statement(sql: str) -> str:
    """``sql`` without what may differ."""
    for pattern, instead, _why in IN_STATEMENTS:
        sql = pattern.sub(instead, sql)
    return sql
