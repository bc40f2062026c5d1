"""Template tags every screen uses."""

from django import template

register = template.Library()
