"""System checks: half a configuration is refused with a hint, before anything is served."""

from __future__ import annotations

import ipaddress
import os
import re
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import Error, Warning

from intranet import logs
from intranet.checking import Found, check
from kit import blobs


@check
def whole_profile() -> Found:
    """Embedded or server, never something between."""
    if bool(settings.DATABASE_URL) == bool(settings.REDIS_URL):
        return
    there, missing = ("DATABASE_URL", "REDIS_URL") if settings.DATABASE_URL else ("REDIS_URL", "DATABASE_URL")
    yield Error(
        f"{there} is set and {missing} is not: that is neither the embedded nor the server profile.",
        hint=f"Set {missing} too (server), or neither (embedded: nothing else is needed).",
        id="parvis.E001",
    )


@check
def known_services() -> Found:
    """The addresses name the services the product is built for."""
    if settings.DATABASE_URL and urlsplit(settings.DATABASE_URL).scheme not in ("postgres", "postgresql"):
        yield Error(
            "DATABASE_URL doesn't name a PostgreSQL database.",
            hint="As in postgres://user:secret@host:5432/parvis.",
            id="parvis.E002",
        )
    if settings.REDIS_URL and urlsplit(settings.REDIS_URL).scheme not in ("redis", "rediss", "unix"):
        yield Error("REDIS_URL doesn't name a Redis server.", hint="As in redis://host:6379/0.", id="parvis.E003")


@check
def direct_way() -> Found:
    """The way past a pooler is a second way to the same place."""
    direct = settings.DATABASE_DIRECT_URL
    if not direct:
        return
    if not settings.DATABASE_URL:
        yield Error(
            "DATABASE_DIRECT_URL is set and DATABASE_URL is not.",
            hint="DATABASE_DIRECT_URL is only the way past a pooler: set DATABASE_URL, or unset it.",
            id="parvis.E008",
        )
        return
    if urlsplit(direct).scheme not in ("postgres", "postgresql"):
        yield Error(
            "DATABASE_DIRECT_URL doesn't name a PostgreSQL database.",
            hint="As in postgres://user:secret@host:5432/parvis.",
            id="parvis.E009",
        )


@check
def public_address() -> Found:
    """The address in mails and links is one that this server answers."""
    parts = urlsplit(settings.PUBLIC_URL)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path not in ("", "/"):
        yield Error(
            f"PARVIS_URL is {settings.PUBLIC_URL!r}, which is not the address of a server.",
            hint="As in https://parvis.example.org, without a path.",
            id="parvis.E004",
        )
        return
    if "*" in settings.ALLOWED_HOSTS:
        yield Error(
            "PARVIS_HOSTS allows every host name: links in mails could be made to point elsewhere.",
            hint="Name the hosts, separated by commas.",
            id="parvis.E005",
        )
    elif parts.hostname not in [host.strip("[]") for host in settings.ALLOWED_HOSTS]:
        yield Error(
            f"PARVIS_URL names {parts.hostname}, which PARVIS_HOSTS doesn't allow: every link would be refused.",
            hint=f"Set PARVIS_HOSTS={parts.hostname}.",
            id="parvis.E006",
        )


@check
def mail_of_a_server() -> Found:
    """A server profile that can't send mail loses password resets and notices without a word."""
    if settings.IS_EMBEDDED or settings.EMAIL_URL:
        return
    yield Warning(
        "This is a server profile and EMAIL_URL is not set: no invitation and no password reset will arrive.",
        hint="As in EMAIL_URL=smtp+tls://user:secret@mail.example.org:587.",
        id="parvis.W002",
    )


@check
def files_by_the_proxy() -> Found:
    """Files handed to a front server that isn't there would arrive empty."""
    if not settings.ACCEL or settings.TRUSTED_PROXIES:
        return
    yield Error(
        "PARVIS_ACCEL is on and PARVIS_PROXIES names no proxy: without nginx every picture would be empty.",
        hint="Set PARVIS_PROXIES to nginx's address (127.0.0.1 on the same machine), or unset PARVIS_ACCEL.",
        id="parvis.E020",
    )


@check
def files_in_a_bucket() -> Found:
    """The bucket is named whole, and by a company that is made for more than one machine."""
    if not settings.BUCKET:
        return
    if settings.IS_EMBEDDED:
        yield Error(
            "PARVIS_BUCKET is set without DATABASE_URL and REDIS_URL: embedded, files lie beside the database.",
            hint="Unset PARVIS_BUCKET, or set up the server profile (docs/servers.md).",
            id="parvis.E021",
        )
        return
    try:
        blobs.store()
    except ValueError as error:
        yield Error(
            f"PARVIS_BUCKET can't be used: {error}.",
            hint="As in https://key:secret@s3.example.org/parvis?region=eu-west-3.",
            id="parvis.E022",
        )


@check
def logs_and_metrics() -> Found:
    """What is written down, and who may count, is said in words that are understood."""
    for name, value, known in (
        ("PARVIS_LOG_LEVEL", settings.LOG_LEVEL, logs.LEVELS),
        ("PARVIS_LOG_FORM", settings.LOG_FORM, logs.FORMS),
    ):
        if value not in known:
            yield Error(f"{name} is {value!r}.", hint=f"It is one of {', '.join(known)}.", id="parvis.E030")
    for network in settings.METRICS_FROM:
        try:
            ipaddress.ip_network(network, strict=False)
        except ValueError:
            yield Error(
                f"PARVIS_METRICS_FROM names {network!r}, which is no network.",
                hint="As in PARVIS_METRICS_FROM=127.0.0.1,10.0.0.0/8.",
                id="parvis.E031",
            )
    if settings.METRICS_TOKEN and len(settings.METRICS_TOKEN) < 20:
        yield Error(
            "PARVIS_METRICS_TOKEN is so short that it could be guessed.",
            hint="At least 20 characters, as `openssl rand -hex 20` prints.",
            id="parvis.E032",
        )


@check
def debugging() -> Found:
    """Debug pages show what nobody may see."""
    local = {"localhost", "127.0.0.1", "::1"}
    if settings.DEBUG and {host.strip("[]") for host in settings.ALLOWED_HOSTS} - local:
        yield Error(
            "PARVIS_DEBUG is on and the server answers to other machines: error pages would show private content.",
            hint="Unset PARVIS_DEBUG.",
            id="parvis.E007",
        )


@check
def spelled_right() -> Found:
    """A variable with our prefix that nobody reads is a typing mistake."""
    from intranet.variables import VARIABLES

    known = {variable.name for variable in VARIABLES}
    for name in sorted(os.environ.keys() - known):
        if name.startswith("PARVIS_") and not re.fullmatch(r"PARVIS_SECRET_[A-Z]+", name):
            yield Warning(
                f"{name} is set, and no such setting exists.",
                hint="They are listed in docs/settings.md.",
                id="parvis.W001",
            )
