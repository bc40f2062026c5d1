"""What may be said of a failure."""

from __future__ import annotations

from kit import failures


def test_of_what_a_service_said_the_first_line_is_shown_and_never_nothing():
    assert failures.first_line(ValueError("\nno such role\nDETAIL: (7, Max)")) == "no such role"
    assert failures.first_line(ValueError(" ")) == "ValueError"
