"""Bytes of mail become text whatever their mailer said about them."""

from __future__ import annotations

import codecs
import re
import unicodedata

from charset_normalizer import from_bytes

# Of these a mailer may say the name; they are no charsets of mail, and some take time with the square of the text.
NOT_OF_MAIL = {"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem", "utf_7"}
# As browsers do: what calls itself Latin-1 or ASCII and has bytes there was written on Windows.
WINDOWS = {"iso8859-1", "ascii", "latin-1", "latin_1", "iso8859_1"}
WESTERN = frozenset("àâäçéèêëîïôöùûüÿœæñÀÂÄÇÉÈÊËÎÏÔÖÙÛÜŸŒÆ«»‹›’‘“”„–—…€£°§·•²³©®™ßáíóúãõ¿¡\u00a0")
GUESSED_FROM = 20_000
# Controls, halves of pairs, and the private signs by which `quoting` marks its cuts; line breaks and tabs stay.
UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ue000-\uf8ff\ufffe\uffff]")


def decoded(content: bytes, charset: str | None) -> str:
    """The text of these bytes in the charset they claim, else in the likeliest one; never raises."""
    name = _codec(charset)
    if name and name not in WINDOWS:
        try:
            return clean(content.decode(name))
        except (UnicodeError, LookupError, ValueError):
            pass
    try:
        return clean(content.decode("utf-8"))
    except UnicodeDecodeError:
        pass
    if name in WINDOWS:
        return clean(content.decode("cp1252", "replace"))
    if name:
        # Most of it is what it says: single broken bytes show as such.
        text = content.decode(name, "replace")
        if text.count("\ufffd") <= max(1, len(text) / 50):
            return clean(text)
    western = content.decode("cp1252", "replace")
    if WESTERN.issuperset(sign for sign in western if sign > "\x7f"):
        # A guess by frequencies takes a short French text for a Czech one.
        return clean(western)
    best = from_bytes(content[:GUESSED_FROM]).best()
    return clean(content.decode(best.encoding if best is not None else "cp1252", "replace"))


def clean(text: str) -> str:
    """`text` with one kind of line break and without signs that nobody sees."""
    return UNSEEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n").replace("\x85", "\n"))


def line_of(text: str) -> str:
    """`text` as one line: for names, titles and the names of files."""
    kept = "".join(c for c in text if unicodedata.category(c)[0] != "C" or c.isspace())
    return " ".join(kept.split())


def _codec(charset: str | None) -> str:
    try:
        name = codecs.lookup((charset or "").strip().strip("\"'")[:40]).name
    except (LookupError, ValueError):
        return ""
    return "" if name.replace("-", "_") in NOT_OF_MAIL else name
