"""Plain text of mail becomes Markdown that shows the same: answers as quotes, patches as code, the tail folded.

The tail of a mail (the whole of what it answers, under the answer) and its signature go into folds, `::: quoted` and
`::: signed`, which `kit.markdown` shows closed. Nothing is taken away: whoever takes the fence lines out by editing has
the mail as it came.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from imports.html_to_markdown import CONVERTER, longest_run

QUOTE_DEPTH = 8
SIGNATURE_LINES, FOOTER_LINES, ATTRIBUTION_LINES = 15, 12, 4
SUMMARY_LIMIT = 120

SIGNED = re.compile(r"--\s?")
RULED = re.compile(r"[-_=]{20,}\s*")
OF_A_LIST = re.compile(r"https?://|mailto:|unsubscribe|mailing list|liste de diffusion|désabonn|se désinscrire", re.I)
WROTE = re.compile(
    r"(?:wrote|writes|written|said|says|écrit|ecrit|écrivait|schrieb|escribió|ha scritto)\b[^:]{0,80}:\s*$", re.I
)
ADDRESSED = re.compile(r"<[^<>\s@]{1,100}@[^<>\s]{1,100}>\s?:?\s*$")
ORIGINAL = re.compile(
    r"\s{0,20}[-_]{2,60}\s{0,5}(?:original message|original-nachricht|ursprüngliche nachricht|message d['’]origine"
    r"|message original|message initial|mensaje original|messaggio originale)\s{0,5}[-_]{2,60}\s{0,20}",
    re.I,
)
FROM_LINE = re.compile(r"\*?(?:from|de|von|expéditeur)\s{0,3}:\*?\s", re.I)
HEADER_LINE = re.compile(
    r"\*?(?:sent|date|to|cc|subject|envoyé(?: le)?|à|objet|gesendet|an|betreff|destinataires?)\s{0,3}:", re.I
)
QUOTED = re.compile(r"[ ]?>")
PATCH_BEGINS = re.compile(r"(?:diff --git |diff -[a-z]|Index: \S|--- \S+\s|\*\*\* \S+\s.*\d{4})")
PATCH_GOES_ON = re.compile(
    r"(?:[ +\-@\\!]|diff |index |Index: |={20,}|new |deleted |old mode|similarity |dissimilarity |rename |copy |"
    r"Binary |RCS file: |retrieving revision|GIT binary|\*\*\* |\*{10,}|$)"
)
LAID_OUT = re.compile(r"^(?: {4}|\t)|\S(?: {3,}|\t)\S")
ATTRIBUTED = re.compile(r"(?:on|le|am|at|el|il|in|op|den|\*)\b", re.I)


@dataclass(slots=True)
class Parted:
    """The lines of a mail: what was written, under it what was quoted whole, and signatures in between."""

    parts: list[tuple[str, list[str]]] = field(default_factory=list)

    def kinds(self) -> list[str]:
        return [kind for kind, _ in self.parts]


def parted(text: str) -> Parted:
    """Cut a text into what was written and its folds; a mail that only quotes or forwards is not folded."""
    lines = [line.rstrip() if not SIGNED.fullmatch(line) else line for line in text.split("\n")]
    below: list[tuple[str, list[str]]] = []
    while True:
        lines = _without_empty_end(lines)
        at, kind = _footer(lines) or _signature(lines) or _tail(lines) or (0, "")
        if not kind or not any(line.strip() for line in lines[:at]) or len(below) >= 6:
            break
        below.append((kind, lines[at:]))
        lines = lines[:at]
    return Parted([("written", lines), *reversed(below)])


def flowed(text: str, *, is_joined_tight: bool = False) -> str:
    """RFC 3676: lines that end in a space go on in the next one of the same depth; the stuffing goes."""
    out: list[str] = []
    open_at = -1
    for line in text.split("\n"):
        depth = len(line) - len(line.lstrip(">"))
        rest = line[depth:].removeprefix(" ")
        is_signature = rest == "-- "
        if open_at == depth and not is_signature and out:
            out[-1] = (out[-1][:-1] if is_joined_tight else out[-1]) + rest
        else:
            out.append(">" * depth + (" " if depth and rest else "") + rest)
        open_at = depth if rest.endswith(" ") and not is_signature else -1
    return "\n".join(out)


def to_markdown(text: str, folds: Callable[[str], object] = lambda kind: None) -> str:
    """Markdown of a plain text; `folds` hears of each fold that is made."""
    made = []
    for kind, lines in parted(text).parts:
        if kind == "written":
            made.append(blocks(lines))
        else:
            folds(kind)
            made.append(fold(kind, summary_of(kind, lines), blocks(lines)))
    return "\n\n".join(part for part in made if part)


def fold(kind: str, summary: str, markdown: str) -> str:
    """A fold in Markdown: the words on its closed side, and what it holds."""
    colons = max((len(run) for run in re.findall(r"^[ >\t]*(:{3,})", markdown, re.M)), default=2) + 1
    fence = ":" * max(3, colons)
    return f"{fence} {kind} {summary}".rstrip() + f"\n{markdown}\n{fence}"


def summary_of(kind: str, lines: Sequence[str]) -> str:
    """What stands on the closed fold: who wrote what is quoted, else its first words."""
    words: list[str] = []
    for line in lines:
        if RULED.fullmatch(line) or SIGNED.fullmatch(line) or ORIGINAL.fullmatch(line):
            continue
        words.append(line.strip().lstrip("> "))
        if WROTE.search(line) or sum(map(len, words)) > SUMMARY_LIMIT or (kind == "signed" and words[-1]):
            break
    line = " ".join(" ".join(words).split())
    return line if len(line) <= SUMMARY_LIMIT else line[: SUMMARY_LIMIT - 1] + "…"


def blocks(lines: Sequence[str], depth: int = 0) -> str:
    """Markdown of some lines: runs of quotes, patches, laid-out text and paragraphs."""
    made: list[str] = []
    waiting: list[str] = []

    def flush() -> None:
        made.extend(part for part in _paragraphs(waiting) if part)
        waiting.clear()

    at = 0
    while at < len(lines):
        line = lines[at]
        if QUOTED.match(line) and depth < QUOTE_DEPTH:
            flush()
            end = at
            while end < len(lines) and QUOTED.match(lines[end]):
                end += 1
            inner = [QUOTED.sub("", one, count=1).removeprefix(" ") for one in lines[at:end]]
            made.append("\n".join(f"> {one}".rstrip() for one in blocks(inner, depth + 1).split("\n")))
        elif PATCH_BEGINS.match(line) and (end := _patch_end(lines, at)) > at + 3:
            flush()
            made.append(_code(lines[at:end], "diff"))
        else:
            waiting.append(line)
            end = at + 1
        at = end
    flush()
    return "\n\n".join(part for part in made if part)


def _paragraphs(lines: list[str]) -> list[str]:
    """Paragraphs as text, laid-out ones (tables, code, drawings) as code; neighbours of both kinds stay together."""
    found = [list(group) for is_empty, group in groupby(lines, key=lambda line: not line.strip()) if not is_empty]
    made: list[str] = []
    for is_laid_out, group in groupby(found, key=_is_laid_out):
        if is_laid_out:
            made.append(_code([line for block in group for line in (*block, "")], ""))
        else:
            made.extend(_text(block) for block in group)
    return made


def _is_laid_out(block: list[str]) -> bool:
    """Whether blanks matter here: half of the lines are indented or have columns."""
    marked = sum(bool(LAID_OUT.search(line[:500])) for line in block)
    return marked * 2 >= len(block) and (len(block) > 1 or block[0].startswith(("    ", "\t")))


def _text(block: list[str]) -> str:
    escaped = CONVERTER.escape("\n".join(line.strip() for line in block), set())
    return re.sub(r"^:::", r"\\:::", escaped, flags=re.M)


def _code(lines: Sequence[str], language: str) -> str:
    code = "\n".join(lines).strip("\n")
    fence = "`" * max(3, longest_run(code) + 1)
    return f"{fence}{language}\n{code}\n{fence}" if code.strip() else ""


def _patch_end(lines: Sequence[str], at: int) -> int:
    end = at
    while end < len(lines) and PATCH_GOES_ON.match(lines[end]) and not SIGNED.fullmatch(lines[end]):
        end += 1
    return end


def _without_empty_end(lines: list[str]) -> list[str]:
    end = len(lines)
    while end and not lines[end - 1].strip():
        end -= 1
    return lines[:end]


def _footer(lines: list[str]) -> tuple[int, str] | None:
    """Where the lines begin that a list puts under every mail."""
    for at in range(len(lines) - 1, max(-1, len(lines) - FOOTER_LINES - 1), -1):
        if RULED.fullmatch(lines[at]) and at + 1 < len(lines):
            below = lines[at + 1 :]
            return (at, "signed") if any(OF_A_LIST.search(line[:500]) for line in below) else None
    return None


def _signature(lines: list[str]) -> tuple[int, str] | None:
    for at in range(len(lines) - 1, max(-1, len(lines) - SIGNATURE_LINES - 1), -1):
        if SIGNED.fullmatch(lines[at]):
            return at, "signed"
        if QUOTED.match(lines[at]):
            return None
    return None


def _tail(lines: list[str]) -> tuple[int, str] | None:
    """Where what is answered begins, when nothing was written under it."""
    for at, line in enumerate(lines):
        # Only outside quotes: there the whole mail follows, with or without marks.
        if ORIGINAL.fullmatch(line[:200]) or _is_header_block(lines, at):
            return (at - 1 if at and RULED.fullmatch(lines[at - 1]) else at), "quoted"
    at = len(lines)
    while at and (QUOTED.match(lines[at - 1]) or not lines[at - 1].strip()):
        at -= 1
    if not any(QUOTED.match(line) for line in lines[at:]):
        return None
    if not at or not (WROTE.search(lines[at - 1][-300:]) or ADDRESSED.search(lines[at - 1][-300:])):
        return at, "quoted"
    for up in range(1, min(at, ATTRIBUTION_LINES) + 1):
        if not lines[at - up].strip():
            break
        if ATTRIBUTED.match(lines[at - up]):
            return at - up, "quoted"
    return at - 1, "quoted"


def _is_header_block(lines: Sequence[str], at: int) -> bool:
    """Outlook's way: "From:" or "De :" and then at least two of the other lines of a header."""
    return bool(FROM_LINE.match(lines[at][:40])) and (
        sum(bool(HEADER_LINE.match(line[:40])) for line in lines[at + 1 : at + 7]) >= 2
    )
