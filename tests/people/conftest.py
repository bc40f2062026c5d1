"""Single sign-on set up: with a real provider, started once, and with one that lies."""

from __future__ import annotations

import pytest
from allauth.socialaccount.models import SocialAccount
from django.core.cache import cache

from people import queries
from tests.people import providers


@pytest.fixture(scope="session")
def issuer():
    with providers.real_provider(callback=f"{providers.HERE_WE_ARE}/sign-on/callback/") as address:
        yield address


def _set_up(settings, address: str) -> None:
    settings.OIDC_URL, settings.HAS_SIGN_ON = address, True
    settings.OIDC_CLIENT, settings.OIDC_SECRET, settings.OIDC_NAME = providers.CLIENT, providers.SECRET, "Corvanne ID"
    settings.PUBLIC_URL = providers.HERE_WE_ARE


@pytest.fixture
def sign_on(settings, issuer):
    """The settings, with the real provider in them."""
    cache.clear()
    _set_up(settings, issuer)
    yield settings
    cache.clear()


@pytest.fixture
def liar(settings, cast):
    """The provider that lies; ``cast.member`` is connected with its ``sub-max``."""
    cache.clear()
    made = providers.Liar()
    _set_up(settings, made.issuer)
    SocialAccount.objects.create(user=cast.member, provider=queries.provider_id(), uid="sub-max")
    made.claims = {"email": "max.member@example.test", "email_verified": True}
    yield made
    made.close()
    cache.clear()
