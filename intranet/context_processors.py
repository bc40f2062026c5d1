"""What every page knows without its view saying so; all of it lazy, so a fragment pays nothing."""

from __future__ import annotations

from django.utils.functional import SimpleLazyObject

from kit import slots
from people.models import Company


def company(request):
    """``company``: the row of the company served here."""
    return {"company": SimpleLazyObject(lambda: Company.objects.get_or_create(pk=1)[0])}


def navigation(request):
    """``navigation``: what the apps put into the side bar (slot ``navigation``), by key; each entry is lazy."""
    if not request.user.is_authenticated:
        return {"navigation": {}}
    fetchers = slots.named("navigation")
    return {"navigation": {key: SimpleLazyObject(lambda f=fetch: f(request)) for key, fetch in fetchers.items()}}
