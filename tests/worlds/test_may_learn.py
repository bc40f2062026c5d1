"""What people are told that outsiders may learn is what the test lets them learn."""

from __future__ import annotations

import re

from tests.worlds import may_learn, normalised


def test_the_page_on_privacy_has_the_table_of_this_list():
    page = may_learn.PAGE.read_text(encoding="utf-8")
    assert may_learn.page_with_table(page) == page, "make privacy"


def test_nothing_is_left_out_of_the_comparison_that_people_are_not_told_of():
    told = {page for line in may_learn.MAY_LEARN for page in line.pages}
    assert set(normalised.WHOLE_COMPANY) | set(normalised.AFTER_A_LOOK) == told
    assert all(page.startswith("/admin/") for page in told), "somebody who is no administrator is told more"
    assert len(told) == 3, "one page more is left out: was that reviewed?"


def test_the_list_is_written_for_people():
    for line in may_learn.MAY_LEARN:
        for words in (line.who, line.what, line.because, line.proof):
            assert words and "|" not in words and not re.search(r"\b(queryset|endpoint|HTTP|SQL|JSON|ORM)\b", words), (
                words
            )


def test_every_role_that_is_compared_stands_on_the_page():
    page = may_learn.PAGE.read_text(encoding="utf-8").lower()
    for word in ("not signed in", "employee", "guest", "manager of other groups", "former member", "administrator"):
        assert word in page
