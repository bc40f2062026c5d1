"""Sizes are said in one way, in both languages."""

from __future__ import annotations

import pytest
from django.utils import translation

from kit.sizes import say_size


@pytest.mark.parametrize(
    ("size", "english", "french"),
    [
        (0, "0 kB", "0 ko"),
        (340_000, "340 kB", "340 ko"),
        (999_999, "1.0 MB", "1,0 Mo"),
        (1_240_000, "1.2 MB", "1,2 Mo"),
        (99_960_000, "100 MB", "100 Mo"),
        (512_000_000_000, "512 GB", "512 Go"),
        (3_000_000_000_000_000, "3,000 TB", "3 000 To"),
    ],
)
def test_a_size_has_a_unit_of_a_thousand_and_no_gap_that_breaks(size, english, french):
    for language, said in (("en", english), ("fr", french)):
        with translation.override(language):
            assert say_size(size).replace("\u00a0", " ").replace("\u202f", " ") == said
            assert " " not in say_size(size)
