"""What an outsider was sent, and the first byte in which two worlds differ."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from itertools import zip_longest

CONTEXT = 100


@dataclass(frozen=True)
class Answer:
    """Everything one answer is made of; ``statements``, ``cache_calls`` and ``rows`` stand for the time it took."""

    status: int
    headers: tuple[str, ...]
    body: bytes
    statements: tuple[str, ...] = ()
    cache_calls: tuple[str, ...] = ()
    rows: tuple[int, ...] = ()


Recording = dict[str, Answer]


def difference(one: Answer, other: Answer) -> str:
    """Where two answers first differ, in words; '' where they are the same."""
    # The body first: what differs in it says more than its length among the headers.
    for part in sorted(fields(Answer), key=lambda part: part.name not in ("status", "body")):
        first, second = getattr(one, part.name), getattr(other, part.name)
        if first != second:
            return f"{part.name}: {_of_texts(first, second) if part.name == 'body' else _of_lists(first, second)}"
    return ""


def differences(one: Recording, other: Recording) -> Iterator[str]:
    """Each address that answers differently in two worlds, with where it first does."""
    for address in dict.fromkeys([*one, *other]):
        if address not in one or address not in other:
            yield f"{address}\n    is asked in one world only"
        elif found := difference(one[address], other[address]):
            yield f"{address}\n    {found}"


def _of_texts(first: bytes, second: bytes) -> str:
    at = next((i for i, (a, b) in enumerate(zip(first, second, strict=False)) if a != b), min(len(first), len(second)))
    around = slice(max(0, at - CONTEXT), at + CONTEXT)
    return f"byte {at} ({len(first)} and {len(second)} in all)\n      {first[around]!r}\n      {second[around]!r}"


def _of_lists(first: object, second: object) -> str:
    if not (isinstance(first, tuple) and isinstance(second, tuple)):
        return f"{first} and {second}"
    for number, (a, b) in enumerate(zip_longest(first, second)):
        if a != b:
            return f"no. {number + 1} ({len(first)} and {len(second)} in all)\n      {a}\n      {b}"
    return "equal"
