"""Marks in what was found: ``{{ title|marked:marker }}``, ``{{ text|excerpted:marker }}``."""

from __future__ import annotations

from django import template
from django.utils.safestring import SafeString

from search.highlight import Marker, excerpt, mark

register = template.Library()


@register.filter
def marked(text: str, marker: Marker) -> SafeString:
    """The whole text, escaped, with marks."""
    return mark(text, marker)


@register.filter
def excerpted(text: str, marker: Marker) -> SafeString:
    """The stretch of the text that holds most of what was asked, escaped, with marks."""
    return excerpt(text, marker)
