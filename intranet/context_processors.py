"""What every page knows without its view saying so; all of it lazy, so a fragment pays nothing."""

from __future__ import annotations

from django.utils.functional import SimpleLazyObject

from people.models import Company


def company(request):
    """``company``: the row of the company served here."""
    return {"company": SimpleLazyObject(lambda: Company.objects.get_or_create(pk=1)[0])}
