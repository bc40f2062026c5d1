"""Public ids: 128 random bits, so that neither an address nor a gap between two of them tells anything.

Sequential keys count what one may not see; these do not. Tests seed the source with :func:`seeded`.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import random
import secrets
from collections.abc import Iterator
from contextvars import ContextVar
from typing import Any

from django.db import models

# Crockford's base 32 in lower case: no i, l, o, u, so that an address can be read aloud.
ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
LENGTH = 26

_seeded: ContextVar[random.Random | None] = ContextVar("seeded", default=None)


def _bits(count: int) -> int:
    source = _seeded.get()
    return secrets.randbits(count) if source is None else source.getrandbits(count)


def public_id() -> str:
    """A new 26-character id of 128 random bits for an address."""
    return _in_letters(_bits(128))


def derived_public_id(secret: str, what: str) -> str:
    """The one public id that ``secret`` (of :func:`token`) gives to ``what``; nobody without the secret guesses it.

    For importers: known before the row is written, so that a text can link to what comes later.
    """
    mac = hmac.new(secret.encode(), what.encode(), hashlib.sha256).digest()
    return _in_letters(int.from_bytes(mac[:16], "big"))


def _in_letters(number: int) -> str:
    letters = []
    for _ in range(LENGTH):
        number, index = divmod(number, 32)
        letters.append(ALPHABET[index])
    return "".join(reversed(letters))


def random_key() -> int:
    """A random positive 62-bit primary key, for tables whose keys appear in links of libraries (Person)."""
    return _bits(62) or 1


def token() -> str:
    """A secret of 256 random bits for a link, URL-safe; store only its digest."""
    source = _seeded.get()
    return secrets.token_urlsafe(32) if source is None else f"{source.getrandbits(256):064x}"


@contextlib.contextmanager
def seeded(seed: int | str) -> Iterator[None]:
    """Inside this block ids are the same for the same ``seed``. For tests only."""
    reset = _seeded.set(random.Random(seed))  # noqa: S311 - reproducible on purpose, tests only
    try:
        yield
    finally:
        _seeded.reset(reset)


class PublicIdField(models.CharField):  # type: ignore[type-arg]
    """The column of an address: unique, random, never edited."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.update(max_length=LENGTH, unique=True, default=public_id, editable=False)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        for key in ("max_length", "unique", "default", "editable"):
            kwargs.pop(key, None)
        return name, path, args, kwargs
