"""Marks in what was found: ``{{ title|marked:marker }}``."""

from __future__ import annotations

from django import template
from django.utils.safestring import SafeString

from search.highlight import Marker, mark

register = template.Library()


@register.filter
def marked(text: str, marker: Marker) -> SafeString:
    """The whole text, escaped, with marks."""
    return mark(text, marker)
