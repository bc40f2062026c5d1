"""The one provider of this company, from the settings; nothing about it is kept in the database."""

from __future__ import annotations

from typing import Any

import jwt
from allauth.socialaccount.internal import jwtkit
from allauth.socialaccount.models import SocialApp, SocialLogin, SocialToken
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.urls import reverse
from requests import RequestException

from people.queries import provider_id

# Seconds after which a provider is asked again what it is. Not longer: nobody is sent to one that is away.
DISCOVERY_LASTS = 30
# PERF: a provider that is away is not asked by every page again: each would hold a thread for TO_REACH seconds.
AWAY_LASTS = 5
# As long as the column; OpenID Connect allows 255, nobody is known to use more than 64.
SUBJECT_LIMIT = 191
# Seconds two clocks may differ by. The nonce says that a token is new; its times need not say it to the second.
CLOCKS_DIFFER = 300
# SECURITY: signatures with a private key only: anybody has the public one, and the secret is also ours.
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
NEEDED = ("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri")


class SignOnAdapter(OpenIDConnectOAuth2Adapter):
    """Talks to the provider. Every failure of it is an OAuth2Error with a sentence for the log, never of a person."""

    @property
    def openid_config(self) -> dict[str, Any]:
        """What the provider says of itself, believed only when it names the issuer we were told."""
        key = f"sign-on:{provider_id()}"
        found = cache.get(key)
        if found is None:
            try:
                found = self._ask()
            except OAuth2Error as error:
                cache.set(key, {"away": str(error)}, AWAY_LASTS)
                raise
            cache.set(key, found, DISCOVERY_LASTS)
        if "away" in found:
            raise OAuth2Error(found["away"])
        return found

    def _ask(self) -> dict[str, Any]:
        try:
            found = super().openid_config
        except (AttributeError, RequestException, TypeError, ValueError) as error:
            raise OAuth2Error(f"the provider does not say what it is ({type(error).__name__})") from error
        if not isinstance(found, dict) or not all(isinstance(found.get(name), str) for name in NEEDED):
            raise OAuth2Error("what the provider says of itself is incomplete")
        if found["issuer"].rstrip("/") != settings.OIDC_URL.rstrip("/"):
            raise OAuth2Error(f"PARVIS_OIDC_URL and the issuer the provider names differ: {found['issuer']!r}")
        return found

    def get_callback_url(self, request: HttpRequest, app: SocialApp) -> str:
        """Of the public address, whatever the request says its host is."""
        return settings.PUBLIC_URL + reverse("people:sign-on-callback")

    def get_access_token_data(
        self, request: HttpRequest, app: SocialApp, client: Any, pkce_code_verifier: str | None = None
    ) -> dict[str, Any]:
        """What the provider gives for the code; raises OAuth2Error when that is nothing we understand."""
        try:
            found = super().get_access_token_data(request, app, client, pkce_code_verifier=pkce_code_verifier)
        except (KeyError, TypeError, ValueError) as error:
            # RequestException is an OSError and passes: the library knows what to do with it.
            raise OAuth2Error("the provider's answer to the code can't be read") from error
        if not isinstance(found, dict) or not isinstance(found.get("access_token"), str):
            raise OAuth2Error("the provider's answer to the code can't be read")
        return found

    def parse_token(self, data: dict[str, Any]) -> SocialToken:
        """The access token; how long it lasts is nothing to us, who use it at once or never."""
        return SocialToken(token=data["access_token"])

    def complete_login(self, request: HttpRequest, app: SocialApp, token: SocialToken, **kwargs: Any) -> SocialLogin:
        """Whom the provider vouches for, with ``claims``; raises OAuth2Error when anything does not hold."""
        claims = self._claims(app, kwargs["response"].get("id_token"))
        if not claims.get("email") and self.openid_config.get("userinfo_endpoint"):
            more = self._fetch_user_info(token.token)
            # SECURITY: the library would believe it whoever it is about (OpenID Connect Core 5.3.2).
            if not isinstance(more, dict) or more.get("sub") != claims["sub"]:
                raise OAuth2Error("userinfo is about somebody else")
            claims = {**more, **claims}
        # The library gets the subject only: what else is claimed is read by people.services.sign_on, whatever it is.
        login = self.get_provider().sociallogin_from_response(request, {"id_token": {"sub": claims["sub"]}})
        login.claims = claims
        return login

    def _claims(self, app: SocialApp, id_token: Any) -> dict[str, Any]:
        if not isinstance(id_token, str) or not id_token:
            raise OAuth2Error("the provider sent no id_token")
        issuer = self.openid_config["issuer"]
        try:
            _algorithm, key = jwtkit.fetch_key(id_token, self.openid_config["jwks_uri"], jwtkit.lookup_kid_jwk)
            claims = jwt.decode(
                id_token,
                key,
                algorithms=ALGORITHMS,
                issuer=issuer,
                audience=app.client_id,
                leeway=CLOCKS_DIFFER,
                options={"require": ["iss", "aud", "sub", "exp", "iat"]},
            )
        except jwt.PyJWTError as error:
            raise OAuth2Error(f"the id_token does not hold ({type(error).__name__})") from error
        except (ArithmeticError, KeyError, TypeError, ValueError) as error:
            raise OAuth2Error(f"the id_token or its keys can't be read ({type(error).__name__})") from error
        subject, audience = claims["sub"], claims["aud"]
        # What can't be printed can't be stored either: NUL, halves of characters.
        if not (isinstance(subject, str) and 0 < len(subject) <= SUBJECT_LIMIT and subject.isprintable()):
            raise OAuth2Error("the id_token has no usable subject")
        if isinstance(audience, list) and len(audience) > 1 and claims.get("azp") != app.client_id:
            raise OAuth2Error("the id_token was made for somebody else")
        return claims


class SignOnProvider(OpenIDConnectProvider):
    """The company's provider; the code flow with PKCE."""

    oauth2_adapter_class = SignOnAdapter

    @classmethod
    def of_settings(cls, request: HttpRequest) -> SignOnProvider:
        """The provider the settings name; raises SocialApp.DoesNotExist without one."""
        if not settings.HAS_SIGN_ON:
            raise SocialApp.DoesNotExist
        app = SocialApp(
            provider=cls.id,
            provider_id=provider_id(),
            name=settings.OIDC_NAME,
            client_id=settings.OIDC_CLIENT,
            secret=settings.OIDC_SECRET,
            settings={"server_url": settings.OIDC_URL.rstrip("/"), "oauth_pkce_enabled": True},
        )
        return cls(request, app=app)

    def extract_extra_data(self, data: dict[str, Any]) -> dict[str, Any]:
        """Nothing: what the provider tells of a person is not kept beside their account."""
        return {}

    def extract_email_addresses(self, data: dict[str, Any]) -> list[Any]:
        """None: an address is no identity here."""
        return []
