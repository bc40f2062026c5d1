"""Files of mail, cut into mails: mbox as `From ` lines cut it, plain or gzipped, one mail in memory at a time."""

from __future__ import annotations

import gzip
import hashlib
import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from imports.sources import SourceError

# A mail is held whole while it is read: with what is decoded from it, some five times this.
MAIL_LIMIT = 64_000_000
LINE_LIMIT = 1_000_000
BEGINNING = re.compile(rb"From \S+.*\d\d?:\d\d")
# mboxrd: a line of the text that begins like the next mail carries one ">" more.
MOVED = re.compile(rb"^>(>*From )", re.MULTILINE)
GZIP = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class Raw:
    """One mail as its file holds it; `problem` says why it cannot be read, then `content` is what there was."""

    place: str
    envelope: str
    content: bytes
    problem: str = ""


def fingerprint(files: Sequence[Path]) -> str:
    """A digest of the files: others never continue the form of these."""
    digest = hashlib.sha256()
    for path in files:
        digest.update(path.name.encode("utf-8", "surrogateescape") + b"\0")
        with path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()


def mails(path: Path) -> Iterator[Raw]:
    """Every mail of one file, in its order. Raises SourceError with a sentence when the file is no mbox."""
    with path.open("rb") as plain:
        packed = plain.read(2) == GZIP
        plain.seek(0)
        if packed:
            with gzip.open(plain, "rb") as file:
                yield from _cut(file, path)
        else:
            yield from _cut(plain, path)


def _cut(file: IO[bytes], path: Path) -> Iterator[Raw]:
    number, envelope, lines, size = 0, "", list[bytes](), 0
    after_empty, problem = True, ""
    reading = _lines(file)
    while True:
        try:
            line = next(reading)
        except StopIteration:
            break
        except (EOFError, OSError, zlib.error) as broken:
            problem = f"the file breaks off here: {broken}"
            break
        if after_empty and BEGINNING.match(line[:300]):
            if number:
                yield _raw(path, number, envelope, lines, size)
            number, envelope, lines, size = number + 1, line.decode("utf-8", "replace").strip(), [], 0
        elif number:
            size += len(line)
            if size <= MAIL_LIMIT:
                lines.append(line)
        elif line.strip():
            raise SourceError(f"{path} is no mbox: it does not begin with a line “From …”.")
        after_empty = line in (b"\n", b"\r\n")
    if number:
        yield _raw(path, number, envelope, lines, size, problem)
    elif problem:
        raise SourceError(f"{path} cannot be read: {problem}")


def _lines(file: IO[bytes]) -> Iterator[bytes]:
    while line := file.readline(LINE_LIMIT):
        yield line


def _raw(path: Path, number: int, envelope: str, lines: list[bytes], size: int, problem: str = "") -> Raw:
    if size > MAIL_LIMIT:
        problem = f"it has {size:,} bytes; the limit is {MAIL_LIMIT:,}"
        lines = lines[:200]
    return Raw(f"{path.name}:{number}", envelope, MOVED.sub(rb"\1", b"".join(lines)), problem)
