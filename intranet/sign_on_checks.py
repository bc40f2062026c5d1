"""System checks of single sign-on: half a configuration would leave people before a door that opens to nobody."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import Error, Warning

from intranet.checking import Found, check

LOCAL_SIGN_IN = ("yes", "guests", "no")
LONGEST_HOURS = 14 * 24


@check
def whole_sign_on() -> Found:
    """All four of address, client, secret and name, or none of what belongs to them."""
    needed = {
        "PARVIS_OIDC_URL": settings.OIDC_URL,
        "PARVIS_OIDC_CLIENT": settings.OIDC_CLIENT,
        "PARVIS_OIDC_SECRET": settings.OIDC_SECRET,
        "PARVIS_OIDC_NAME": settings.OIDC_NAME,
    }
    wishes = {
        "PARVIS_OIDC_NEWCOMERS": settings.OIDC_NEWCOMERS,
        "PARVIS_OIDC_DOMAINS": settings.OIDC_DOMAINS,
        "PARVIS_OIDC_CLAIM": settings.OIDC_CLAIM,
    }
    there = [name for name, value in (needed | wishes).items() if value]
    missing = [name for name, value in needed.items() if not value]
    if not (there and missing):
        return
    yield Error(
        f"{', '.join(there)} set and {', '.join(missing)} not: nobody could sign in that way.",
        hint=f"Set {', '.join(missing)} too, or none of them; docs/single-sign-on.md says what they are.",
        id="parvis.E060",
    )


@check
def address_of_the_provider() -> Found:
    """An issuer, over TLS unless it is on this machine."""
    if not settings.OIDC_URL:
        return
    parts = urlsplit(settings.OIDC_URL)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        yield Error(
            f"PARVIS_OIDC_URL is {settings.OIDC_URL!r}, which is not the address of a provider.",
            hint="The issuer, without /.well-known/…, as in https://login.example.org/realms/company.",
            id="parvis.E061",
        )
        return
    if "/.well-known/" in settings.OIDC_URL:
        yield Error(
            "PARVIS_OIDC_URL names the provider's page of settings, not the issuer.",
            hint=f"Set PARVIS_OIDC_URL={settings.OIDC_URL.partition('/.well-known/')[0]}.",
            id="parvis.E061",
        )
        return
    if parts.scheme == "http" and not _is_here(parts.hostname):
        yield Error(
            "PARVIS_OIDC_URL is not https: anybody on the way could sign in as anybody.",
            hint="Give the provider a certificate and name it with https.",
            id="parvis.E062",
        )


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@check
def who_may_come_in() -> Found:
    """Words that are understood, and no door that is open to the whole world or to nobody."""
    if settings.OIDC_NEWCOMERS and not (settings.OIDC_DOMAINS or settings.OIDC_CLAIM):
        yield Error(
            "PARVIS_OIDC_NEWCOMERS is on for whoever has an account at the provider.",
            hint="Say who: PARVIS_OIDC_DOMAINS=example.org, or PARVIS_OIDC_CLAIM=groups=parvis.",
            id="parvis.E063",
        )
    name, sign, wanted = settings.OIDC_CLAIM.partition("=")
    if settings.OIDC_CLAIM and not (name and sign and wanted):
        yield Error(
            f"PARVIS_OIDC_CLAIM is {settings.OIDC_CLAIM!r}, which is not a claim and its value.",
            hint="As in PARVIS_OIDC_CLAIM=groups=parvis.",
            id="parvis.E064",
        )
    if settings.LOCAL_SIGN_IN not in LOCAL_SIGN_IN:
        yield Error(
            f"PARVIS_LOCAL_SIGN_IN is {settings.LOCAL_SIGN_IN!r}.",
            hint=f"It is one of {', '.join(LOCAL_SIGN_IN)}.",
            id="parvis.E065",
        )
    elif settings.LOCAL_SIGN_IN != "yes" and not settings.HAS_SIGN_ON:
        yield Error(
            "PARVIS_LOCAL_SIGN_IN switches passwords off and there is no other way in.",
            hint="Set PARVIS_OIDC_URL and what belongs to it, or unset PARVIS_LOCAL_SIGN_IN.",
            id="parvis.E066",
        )
    if not 1 <= settings.OIDC_HOURS <= LONGEST_HOURS:
        yield Error(
            f"PARVIS_OIDC_HOURS is {settings.OIDC_HOURS}.", hint=f"Between 1 and {LONGEST_HOURS}.", id="parvis.E067"
        )
    if settings.HAS_SIGN_ON and not settings.IS_HTTPS and not _is_here(urlsplit(settings.PUBLIC_URL).hostname or ""):
        yield Warning(
            "Single sign-on is set up and PARVIS_URL is not https: providers refuse to send people back there.",
            hint="Set PARVIS_URL to the https address of the proxy in front.",
            id="parvis.W060",
        )
