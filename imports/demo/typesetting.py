"""Spaces and days that the content writes plainly and the company sees set properly."""

from __future__ import annotations

import re

from imports.demo.moments import Calendar

NO_BREAK = "\N{NO-BREAK SPACE}"
# Code keeps its spaces, whatever stands in it.
_CODE = re.compile(r"(```.*?```|`[^`\n]*`)", re.DOTALL)
_BEFORE_UNIT = re.compile(r"(?<=\d) (?=(?:%|€|mm|cm|µm|Nm|bar|h|m²|t|s|W|V|kg|min|M€|GB)\b|%|€)")
_BEFORE_MARK = re.compile(r"(?<=[\w)»”’*%€]) (?=[?!:;»])")
_AFTER_QUOTE = re.compile(r"(?<=«) ")
_WEEKDAY = re.compile(r"\{\{weekday (\d+)\}\}")


def typeset(text: str, language: str, calendar: Calendar) -> str:
    """``text`` with non-breaking spaces before units and, in French, before high marks; days by their name."""
    text = _WEEKDAY.sub(lambda found: calendar.weekday(int(found.group(1)), language), text)
    parts = _CODE.split(text)
    parts[::2] = [_set_spaces(part, language) for part in parts[::2]]
    return "".join(parts).strip()


def _set_spaces(text: str, language: str) -> str:
    text = _BEFORE_UNIT.sub(NO_BREAK, text)
    if language == "fr":
        text = _AFTER_QUOTE.sub(NO_BREAK, _BEFORE_MARK.sub(NO_BREAK, text))
    return text
