"""Threads close to a text: "Already asked?" beside the composer, "Close to this" beside a thread."""

from __future__ import annotations

import re

from people.models import Person
from search import limits
from search import queries as search
from search import words as language
from search.language import QueryError, parse
from walls.models import Thread

WORDS_ASKED = 8
_WORD = re.compile(r"[^\W_]{3,30}")


def similar_threads(viewer: Person, text: str, *, but: Thread | None = None, limit: int = 5) -> list[Thread]:
    """Readable threads whose title or first words share at least two word stems with ``text``, best first.

    Empty while there is no index, and for who asks without end: help beside the work never stands in its way.
    """
    wanted = _stems(text)
    # PERF: each is a search of up to a second, which whoever writes fast asks for as often as the palette does.
    if len(wanted) < 2 or limits.seconds_to_wait(viewer, "similar", limits.SUGGESTIONS):
        return []
    try:
        found = search.search(viewer=viewer, query=parse(" OR ".join(list(wanted)[:WORDS_ASKED])), beside=False)
    except QueryError:
        return []
    keys = [hit.row.thread_id for hit in found.hits if hit.row is not None]
    # SECURITY: asked of the rule again, as every list is.
    rows = (
        Thread.objects.readable_by(viewer).filter(pk__in=keys, deleted_at=None).select_related("space__owner", "author")
    )
    close = [(len(set(wanted.values()) & _stem_set(f"{row.title} {row.excerpt}")), row) for row in rows]
    close = [(common, row) for common, row in close if common >= 2 and not _is_the_same(row, but)]
    close.sort(key=lambda pair: (-pair[0], keys.index(pair[1].pk)))
    return [row for _common, row in close[:limit]]


def _is_the_same(row: Thread, but: Thread | None) -> bool:
    """True for ``but`` itself and for the same message in another place, to which its page leads anyway."""
    return but is not None and (row.pk == but.pk or (bool(but.tie) and row.tie == but.tie))


def _stems(text: str) -> dict[str, str]:
    """The telling words of ``text`` in order, each with its stem."""
    found: dict[str, str] = {}
    for word in _WORD.findall(text[:2000]):
        folded = language.fold(word)
        if folded not in language.STOP_WORDS and not folded.isdigit():
            found.setdefault(folded, next(iter(language.stems(folded)), folded))
    return found


def _stem_set(text: str) -> set[str]:
    return set(_stems(text).values())
