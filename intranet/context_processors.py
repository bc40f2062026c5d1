"""What every page knows without its view saying so; all of it lazy, so a fragment pays nothing."""

from __future__ import annotations

from django.utils.functional import SimpleLazyObject

from people import queries


def company(request):
    """``company``: the row of the company served here."""
    return {"company": SimpleLazyObject(lambda: _company(request))}


def _company(request):
    user = getattr(request, "user", None)
    return queries.company_seen_by(user) if user and user.is_authenticated else queries.company()
