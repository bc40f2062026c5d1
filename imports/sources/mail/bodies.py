"""Text and attachments of one mail, whatever it is made of: plain, HTML only, TNEF, uuencoded, broken."""

from __future__ import annotations

import binascii
import hashlib
import mimetypes
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import policy
from email.message import Message
from email.parser import BytesParser

from tnefparse import TNEF

from imports.sources.mail import quoting
from imports.sources.mail.charsets import clean, decoded, line_of
from imports.sources.mail.headers import words_of
from imports.sources.mail.html import html_to_markdown

PARTS_LIMIT, NAME_LIMIT, TNEF_LIMIT = 500, 120, 20_000_000
SIGNATURES = {"application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature"}
TNEF_TYPES = {"application/ms-tnef", "application/vnd.ms-tnef"}
UU_BEGINS = re.compile(r"begin [0-7]{3,4} (\S[^\n]{0,200})")


@dataclass(frozen=True, slots=True)
class Attachment:
    """One file that came with a mail. `content_id` is how an HTML text names it."""

    name: str
    type: str
    content: bytes
    content_id: str = ""

    @property
    def size(self) -> int:
        return len(self.content)

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()

    @property
    def is_picture(self) -> bool:
        """Whether it may be one of our pictures; whether it is, shows when it is made anew."""
        return self.type.startswith("image/") and self.type not in ("image/svg+xml", "image/tiff", "image/vnd.dwg")


@dataclass(slots=True)
class Body:
    """What one mail says, in Markdown, and what came with it. In the text `[…](cid:…)` names an attachment."""

    text: str = ""
    attachments: list[Attachment] = field(default_factory=list)
    notes: Counter[str] = field(default_factory=Counter)


def body_of(content: bytes) -> Body:
    """Text and attachments of one mail. May raise anything over a hostile one: the caller refuses it then."""
    message = BytesParser(policy=policy.compat32).parsebytes(content)
    body = Body()
    plain: list[str] = []
    html: list[str] = []
    for number, part in enumerate(_leaves(message)):
        if number >= PARTS_LIMIT:
            body.notes[f"mail with more than {PARTS_LIMIT} parts: the rest not looked at"] += 1
            break
        _take(part, body, plain, html)
    text = "\n\n".join(part for part in plain if part.strip())
    if text:
        body.text = quoting.to_markdown(_without_uuencoded(text, body), lambda kind: body.notes.update([_FOLDS[kind]]))
    else:
        found = [html_to_markdown(one, lambda note: body.notes.update([note])) for one in html if one.strip()]
        body.text = "\n\n".join(one for one in found if one)
        body.notes["mail in HTML only"] += bool(body.text)
    return body


_FOLDS = {"quoted": "quoted tail folded", "signed": "signature folded"}


def _leaves(message: Message) -> Iterator[Message]:
    """Every part that is no multipart, in order; a mail inside the mail is one part."""
    waiting = [message]
    while waiting:
        part = waiting.pop()
        inner = part.get_payload()
        if part.is_multipart() and not part.get_content_type().startswith("message/") and isinstance(inner, list):
            waiting.extend(one for one in reversed(inner) if isinstance(one, Message))
        else:
            yield part


def _take(part: Message, body: Body, plain: list[str], html: list[str]) -> None:
    kind = part.get_content_type()
    if kind in SIGNATURES:
        body.notes["electronic signature left out"] += 1
        return
    name = _name(part)
    is_text = kind in ("text/plain", "text/html") and not name and part.get_content_disposition() != "attachment"
    content = _content(part)
    if is_text:
        charset = part.get_content_charset()
        if kind == "text/html":
            html.append(decoded(content, charset or _charset_in(content)))
            return
        text = decoded(content, charset)
        if str(part.get_param("format") or "").lower() == "flowed":
            text = quoting.flowed(text, is_joined_tight=str(part.get_param("delsp") or "").lower() == "yes")
        plain.append(text)
    elif kind in TNEF_TYPES or name.lower() == "winmail.dat":
        _take_tnef(name, content, body, plain, html)
    elif content or name:
        guessed = mimetypes.guess_extension(kind) or ""
        shown = name or ("forwarded mail.eml" if kind == "message/rfc822" else f"unnamed{guessed}")
        content_id = str(part.get("content-id") or "").strip(" <>")[:NAME_LIMIT]
        body.attachments.append(Attachment(shown, kind, content, content_id))


def _content(part: Message) -> bytes:
    """The bytes of a part; what is badly encoded as far as it can be read."""
    if part.get_content_type().startswith("message/"):
        inner = part.get_payload()
        return b"\n".join(one.as_bytes() for one in inner) if isinstance(inner, list) else str(inner).encode()
    try:
        payload = part.get_payload(decode=True)
    except (ValueError, LookupError, binascii.Error):
        payload = str(part.get_payload()).encode("utf-8", "surrogateescape")
    return payload if isinstance(payload, bytes) else b""


def _name(part: Message) -> str:
    """The name of a file as people read it: no folder, no control sign, no more than one line."""
    try:
        given = part.get_filename() or ""
    except (ValueError, LookupError, TypeError):
        given = ""
    given = line_of(words_of(clean(str(given).encode("utf-8", "surrogateescape").decode("utf-8", "replace"))))
    return re.split(r"[/\\]", given)[-1].strip(". ")[:NAME_LIMIT]


def _charset_in(content: bytes) -> str:
    found = re.search(rb"""<meta[^>]{0,200}charset=["']?([\w-]{2,40})""", content[:5_000], re.I)
    return found[1].decode("ascii") if found else ""


def _take_tnef(name: str, content: bytes, body: Body, plain: list[str], html: list[str]) -> None:
    """Outlook's own envelope: its text when the mail has none, its files as files of the mail."""
    try:
        if len(content) > TNEF_LIMIT:
            raise ValueError("too large")
        opened = TNEF(content, do_checksum=False)
        for one in opened.attachments:
            shown = line_of(clean(str(one.long_filename() or one.name or "")))[:NAME_LIMIT] or "unnamed"
            kind = mimetypes.guess_type(shown)[0] or "application/octet-stream"
            body.attachments.append(Attachment(re.split(r"[/\\]", shown)[-1], kind, bytes(one.data or b"")))
        for said, into in ((opened.htmlbody, html), (opened.body, plain)):
            if said and not any(text.strip() for text in into):
                into.append(decoded(said, opened.codepage) if isinstance(said, bytes) else clean(str(said)))
        body.notes["Outlook envelope (TNEF) opened"] += 1
    except Exception:  # noqa: BLE001, RUF100 - it is parsed by a library that raises whatever comes
        body.notes["Outlook envelope (TNEF) that cannot be opened"] += 1
        body.attachments.append(Attachment(name or "winmail.dat", "application/ms-tnef", content))


def _without_uuencoded(text: str, body: Body) -> str:
    """Files that stand inside a text as uuencode go to the attachments."""
    if "begin " not in text:
        return text
    kept: list[str] = []
    lines = text.split("\n")
    at = 0
    while at < len(lines):
        begins = UU_BEGINS.fullmatch(lines[at])
        end = _uu_end(lines, at + 1) if begins else 0
        if begins and end:
            content = b"".join(_uu_line(line) for line in lines[at + 1 : end])
            name = re.split(r"[/\\]", line_of(begins[1]))[-1][:NAME_LIMIT] or "unnamed"
            kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
            body.attachments.append(Attachment(name, kind, content))
            at = end + 1
        else:
            kept.append(lines[at])
            at += 1
    return "\n".join(kept)


def _uu_end(lines: list[str], at: int) -> int:
    """The line that ends a uuencoded file; 0 when what follows is none."""
    for number in range(at, len(lines)):
        if lines[number] == "end":
            return number
        if lines[number] and not (len(lines[number]) <= 62 and " " <= lines[number][0] <= "`"):
            return 0
    return 0


def _uu_line(line: str) -> bytes:
    try:
        return binascii.a2b_uu(line.encode("ascii", "replace"))
    except binascii.Error:
        wanted = (((ord(line[0]) - 32) & 63) * 4 + 5) // 3
        try:
            return binascii.a2b_uu(line[:wanted].encode("ascii", "replace"))
        except binascii.Error:
            return b""
