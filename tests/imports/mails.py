"""Small invented mails, for the tests of the mail reader; nothing real stands in them."""

from __future__ import annotations

import base64
import gzip
from pathlib import Path

DATE = "Mon, 04 Mar 2019 09:{minute:02}:{second:02} +0100"


def mail(
    number: int = 1,
    text: str | bytes = "Good morning.",
    *,
    subject: str | None = "Kettle",
    sender: str | None = "Ines Morel <ines@example.test>",
    charset: str | None = "utf-8",
    message_id: str | None = "",
    answers: str = "",
    date: str | None = "",
    more: dict[str, str] | None = None,
) -> bytes:
    """One plain mail; ids rise with its number, and so does the time."""
    lines = [("From", sender), ("Subject", subject)]
    lines += [("Message-ID", f"<m{number}@example.test>" if message_id == "" else message_id)]
    lines += [("Date", DATE.format(minute=number // 60 % 60, second=number % 60) if date == "" else date)]
    lines += [("In-Reply-To", answers or None)]
    lines += [("Content-Type", f"text/plain; charset={charset}" if charset else None), *(more or {}).items()]
    head = "".join(f"{name}: {value}\n" for name, value in dict(lines).items() if value is not None)
    body = text.encode("utf-8") if isinstance(text, str) else text
    return head.encode("utf-8") + b"\n" + body + b"\n"


def many(number: int, *parts: bytes, kind: str = "mixed", **more) -> bytes:
    """One mail of several parts, each with its own header block."""
    inside = b"".join(b"--cut\n" + part + b"\n" for part in parts) + b"--cut--\n"
    kinds = {"Content-Type": f'multipart/{kind}; boundary="cut"', **more.pop("more", {})}
    return mail(number, inside, more=kinds, **more)


def part(kind: str, content: bytes, name: str = "", *, content_id: str = "", disposition: str = "attachment") -> bytes:
    """One part in base64."""
    lines = [f"Content-Type: {kind}", "Content-Transfer-Encoding: base64"]
    lines += [f'Content-Disposition: {disposition}; filename="{name}"'] if name else []
    lines += [f"Content-ID: <{content_id}>"] if content_id else []
    return "\n".join(lines).encode() + b"\n\n" + base64.encodebytes(content)


def box(path: Path, *mails: bytes, envelope: str = "From ines@example.test Mon Mar  4 09:00:00 2019") -> Path:
    """A file of mail; gzipped when its name says so."""
    quoted = (one.replace(b"\nFrom ", b"\n>From ") for one in mails)
    content = b"".join(envelope.encode() + b"\n" + one.rstrip(b"\n") + b"\n\n" for one in quoted)
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)
    return path
