"""What the header block of one mail says: who, when, of which list, in answer to what, under which title."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from dataclasses import dataclass, field
from email import policy
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.parser import BytesHeaderParser
from email.utils import parseaddr, parsedate_to_datetime

from imports.sources.mail.boxes import Raw
from imports.sources.mail.charsets import clean, decoded, line_of
from kit import clock
from people.models import fold_name

NAME_LIMIT, TITLE_LIMIT, TAG_LIMIT, KEY_LIMIT = 80, 200, 40, 180
HEADER_LIMIT = 4_000
# The oldest says which thread, the newest whose answer; a mailer that repeats thousands makes no work.
REFERENCES_LIMIT = 30
EARLIEST = dt.datetime(1970, 1, 2, tzinfo=dt.UTC)

MESSAGE_ID = re.compile(r"<([^<>\s]{1,500})>")
ADDRESS = re.compile(r"[^\s<>()\[\],;:\"\\@]{1,100}@[^\s<>()\[\],;:\"\\]{1,200}")
ANSWER = re.compile(
    r"(?:re|réf|ref|réponse|tr|fwd?|fw|aw|wg|sv|antw|rép|rif|rv)(?:\s?\[\d+\]|\s?\(\d+\)|[\^*]\d+)?\s?[:\uff1a]\s*",
    re.I,
)
PASSED_ON = re.compile(r"\((?:fwd|was:? [^()]{0,200})\)$", re.I)
PREFIX = re.compile(r"\[([^\[\]]{1,60})\]\s*")
COUNTED = re.compile(r"v?\d+(?:[/.]\d+)?")
DAEMON = re.compile(r"^(?:mailer-daemon|postmaster|mail-daemon)@|^<>$", re.I)
BOUNCED = re.compile(
    r"undeliver|returned mail|failure notice|delivery (?:status|failure|report)|mail delivery|non remis"
    r"|échec de la remise",
    re.I,
)
NOT_SAID = re.compile(rb"[^a-z0-9\x80-\xff]+")
LIST_ID = re.compile(r"<(?P<id>[^<>\s]{1,300})>$")
VIA = re.compile(r"^(?P<name>.+?) via \S.*$", re.I)


@dataclass(slots=True)
class Subject:
    """A subject taken apart: what it is about, the words in brackets before it, whether it answers."""

    title: str = ""
    tags: list[str] = field(default_factory=list)
    is_answer: bool = False

    @property
    def base(self) -> str:
        """What mails of one conversation have in common when their headers do not say which they answer."""
        return self.title.casefold()


@dataclass(slots=True)
class Header:
    """What is known of one mail before its text is read; by two of three marks a mail is the same as another.

    `marks` are who wrote, what about, and a digest of the words: archives that were put together from several hold a
    mail twice under one id with other dates, line breaks or boundaries.
    """

    key: str
    marks: tuple[str, str, str]
    author: str
    name: str
    at: dt.datetime | None
    subject: Subject
    answers: list[str]
    list_id: str = ""
    list_name: str = ""
    refused: str = ""
    notes: list[str] = field(default_factory=list)


def header_of(raw: Raw) -> Header:
    """The header block of one mail; what is missing or broken is made up for, and noted."""
    block, _, text = raw.content.partition(b"\n\n") if b"\n\n" in raw.content else raw.content.partition(b"\r\n\r\n")
    # WHY: compat32 leaves values as they stand; the newer policies parse every address and date of a header and raise
    # over hostile ones (docs/decisions/0240-mail-becomes-threads.md).
    message = BytesHeaderParser(policy=policy.compat32).parsebytes(block + b"\n\n")
    values = Values(message)
    notes: list[str] = []
    subject = subject_of(values.words("subject"))
    author, name = author_of(values, notes)
    at = date_of(values, raw.envelope, notes)
    list_id, list_name = list_of(values)
    said = NOT_SAID.sub(b"", text.lower())
    marks = (author, "".join(c for c in subject.base if c.isalnum()), hashlib.sha256(said).hexdigest())
    found = MESSAGE_ID.search(values.plain("message-id")) or re.search(r"(\S+)", values.plain("message-id"))
    if found:
        key = key_of(found[1])
    else:
        key = "none:" + hashlib.sha256(repr((*marks, at)).encode()).hexdigest()
        notes.append("mail without an id of its own")
    answers = [key_of(one) for one in answered(values)]
    header = Header(key, marks, author, name, at, subject, answers, list_id, list_name, notes=notes)
    header.refused = refusal_of(raw, values, header)
    return header


def refusal_of(raw: Raw, values: Values, header: Header) -> str:
    """Why this mail is not taken, as far as its header says; nothing when it may be."""
    kind = values.plain("content-type").lower()
    if raw.problem:
        return "mail cannot be read"
    if not values.found:
        return "mail has no header"
    if "multipart/report" in kind and "disposition-notification" in kind:
        return "receipt of reading"
    if ("multipart/report" in kind and "delivery-status" in kind) or (
        DAEMON.search(header.author) and BOUNCED.search(values.words("subject"))
    ):
        return "delivery report"
    return ""


class Values:
    """The values of a header block, by name in lower case."""

    def __init__(self, message: Message) -> None:
        self.found: dict[str, list[str]] = {}
        for name, value in message.raw_items():
            self.found.setdefault(name.lower(), []).append(str(value))

    def plain(self, name: str) -> str:
        """The first value of this name as text; bytes beyond ASCII in the likeliest charset."""
        values = self.found.get(name)
        if not values:
            return ""
        # The first of the references says which thread, the last ones whose answer it is.
        value = values[0] if len(values[0]) <= HEADER_LIMIT else values[0][:HEADER_LIMIT] + values[0][-HEADER_LIMIT:]
        return decoded(value.encode("utf-8", "surrogateescape"), None)

    def words(self, name: str) -> str:
        """The first value of this name with its encoded words read, as one line."""
        return line_of(words_of(self.plain(name)))


def words_of(value: str) -> str:
    """RFC 2047: `=?charset?q?…?=` read; what is broken stays as it stands."""
    if "=?" not in value:
        return value
    try:
        parts = decode_header(value)
    except (HeaderParseError, ValueError, LookupError):
        return value
    read = []
    for part, charset in parts:
        if isinstance(part, str):
            read.append(part)
        elif charset is None:
            read.append(part.decode("raw-unicode-escape", "replace") if b"\\" not in part else part.decode("latin-1"))
        else:
            read.append(decoded(part, charset))
    return clean("".join(read))


def key_of(message_id: str) -> str:
    """The source id of the mail with this message id: itself, a long one by its digest."""
    key = line_of(message_id)
    return key if 0 < len(key) <= KEY_LIMIT else "#" + hashlib.sha256(message_id.encode()).hexdigest()


def answered(values: Values) -> list[str]:
    """Ids of what this mail answers, the oldest first, the mail it answers itself at the end."""
    references = MESSAGE_ID.findall(values.plain("references"))
    replied = MESSAGE_ID.findall(values.plain("in-reply-to"))
    named = [*references[:1], *references[1:][-REFERENCES_LIMIT:], *replied[:1]]
    kept = list(dict.fromkeys(reversed(named)))
    return kept[::-1]


def subject_of(subject: str) -> Subject:
    """A subject without "Re:", "RE :", "TR :", "Fwd:", "Réf :" and without the words in brackets that lists put."""
    made, rest = Subject(), subject[: HEADER_LIMIT // 4].strip()
    for _ in range(20):
        if found := ANSWER.match(rest):
            made.is_answer, rest = True, rest[found.end() :]
        elif (found := PREFIX.match(rest)) and (tag := tag_of(found[1])) and rest[found.end() :]:
            made.tags.append(tag)
            rest = rest[found.end() :]
        else:
            break
    rest = PASSED_ON.sub("", rest).strip()
    made.tags = list(dict.fromkeys(made.tags))[:5]
    made.title = rest if len(rest) <= TITLE_LIMIT else rest[: TITLE_LIMIT - 1] + "…"
    return made


def tag_of(words: str) -> str:
    """The tag for the words in brackets before a subject: without the counts of a series ("PATCH v2 2/3")."""
    kept = " ".join(word for word in words.split() if not COUNTED.fullmatch(word))
    return kept.strip(" #,").casefold() if len(kept) <= TAG_LIMIT and any(c.isalnum() for c in kept) else ""


def author_of(values: Values, notes: list[str]) -> tuple[str, str]:
    """(source id, name) of whoever wrote: the address in lower case, the name as shown there."""
    address, name = person_of(values.plain("from") or values.plain("sender"))
    if via := VIA.match(name):
        # The list stands in for its writer, who is named elsewhere.
        for other in ("x-original-from", "reply-to"):
            real, _ = person_of(values.plain(other))
            if real and real != address:
                return real, shown_name(via["name"], real)
    if not address and not name:
        notes.append("mail without a sender")
        return "unknown sender", "unknown sender"
    return address or f"name:{name}"[:KEY_LIMIT], shown_name(name, address)


def person_of(value: str) -> tuple[str, str]:
    """(address in lower case, name) of the first person in a header; each may be empty."""
    name, address = parseaddr(value[:HEADER_LIMIT])
    if "@" not in address:
        found = ADDRESS.search(value)
        address = found[0] if found else ""
        name = value.replace(address, " ").replace("<>", " ") if address else value
    address = line_of(address).lower()
    if len(address) > KEY_LIMIT:
        address = "#" + hashlib.sha256(address.encode()).hexdigest()
    return address, line_of(words_of(name)).strip(" \"'<>()")


def shown_name(name: str, address: str) -> str:
    """The name people see: never an address, never nothing, never longer than a name may be."""
    for one in (name, address):
        one = one.strip()
        if ADDRESS.fullmatch(one):
            one = one.partition("@")[0]
        one = fold_name(one)[:NAME_LIMIT].strip()
        if one:
            return one
    return "unknown sender"


def date_of(values: Values, envelope: str, notes: list[str]) -> dt.datetime | None:
    """When it was sent; where that cannot be, when it was received or put into its file; None when nothing says."""
    if at := moment(values.plain("date")):
        return at
    received = [value.rpartition(";")[2] for value in values.found.get("received", [])[:5]]
    for value in (*received, values.plain("delivery-date"), " ".join(envelope.split()[2:])):
        if at := moment(value):
            notes.append("date of arrival for one that is missing or cannot be")
            return at
    return None


def moment(value: str) -> dt.datetime | None:
    """The moment a header names, in UTC when it has no zone; None when there is none, or it is impossible."""
    try:
        at = parsedate_to_datetime(value.strip()[:100])
        at = at.replace(tzinfo=dt.UTC) if at.tzinfo is None else at.astimezone(dt.UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
    return at if EARLIEST <= at <= clock.now() + dt.timedelta(days=1) else None


def list_of(values: Values) -> tuple[str, str]:
    """(id, name) of the list this mail came by, both empty for one that came by none."""
    if value := values.words("list-id"):
        found = LIST_ID.search(value)
        list_id, name = (found["id"], value[: found.start()].strip(" \"'")) if found else (value.split()[-1], "")
        return _list(list_id, name)
    for header in ("list-post", "x-beenthere", "x-mailing-list"):
        if found := ADDRESS.search(values.plain(header).replace("mailto:", " ")):
            return _list(found[0], "")
    return "", ""


def _list(list_id: str, name: str) -> tuple[str, str]:
    key = line_of(list_id).strip("<>").lower().replace("@", ".")[:KEY_LIMIT]
    shown = fold_name(name)[:NAME_LIMIT].strip() or fold_name(key.partition(".")[0])[:NAME_LIMIT].strip()
    return key, shown or "list"
