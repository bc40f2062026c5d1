"""What nobody cites any more is removed, never what somebody is just putting there."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Collection

from kit import clock, slots
from kit.blobs.stores import Store

UNUSED_FOR = dt.timedelta(days=1)
AT_ONCE = 500

Cited = Callable[[Collection[str]], set[str]]


def sweep(kept: Store, unused_for: dt.timedelta) -> int:
    """Remove from a store what nobody cites; how many. Two sweeps at least ``unused_for`` apart have to find the same.

    The slot ``blobs.cited`` holds callables that, given names, say which of them their rows cite. What was put within
    ``unused_for`` stays, for its row may not be written yet; and between the two sweeps a backup that copied the rows
    finds the blobs they cite. Where nobody fills the slot nothing is removed. Raises StoreAway.
    """
    askers = slots.filled("blobs.cited")
    if not askers or not kept.may_remove():
        return 0
    now = clock.now().timestamp()
    kept.tidy(now - UNUSED_FOR.total_seconds())
    before = now - unused_for.total_seconds()
    old = [name for name, written_at in kept.written() if written_at < before]
    unused = _uncited(askers, old)
    found = {name: since for name, since in _found_unused(kept.notes()).items() if name in unused}
    gone = {name for name in unused if found.get(name, now) <= before and kept.remove(name, before)}
    kept.keep_notes(json.dumps({name: found.get(name, now) for name in unused - gone}).encode())
    return len(gone)


def _uncited(askers: list[Cited], kept: list[str]) -> set[str]:
    unused = set(kept)
    for start in range(0, len(kept), AT_ONCE):
        some = kept[start : start + AT_ONCE]
        for ask in askers:
            unused -= ask(some)
    return unused


def _found_unused(notes: bytes) -> dict[str, float]:
    """Since when (seconds since 1970) each blob has been found unused by every sweep."""
    try:
        kept = json.loads(notes)
    except ValueError:
        return {}
    return {str(name): float(since) for name, since in kept.items()} if isinstance(kept, dict) else {}
