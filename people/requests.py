"""Requests as views get them."""

from __future__ import annotations

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from people.models import Person


class SignedIn(HttpRequest):
    """What a view gets behind the door: the login middleware lets nobody through without an account."""

    user: Person
    htmx: HtmxDetails
