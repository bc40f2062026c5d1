"""The one way from anywhere in the product to the open sockets."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings

from live import listeners, sending
from live.hub import running_hub
from live.streams import EVERY_HUB, StreamState, group_name

REVOCATION_SECONDS = 2.0


def wanted(kind: str, keys: Iterable[int]) -> list[int]:
    """Those of ``keys`` that somebody may watch: in this process's hub, or, on a server, in any node's."""
    hub = running_hub()
    asked = list(keys)
    here = {key for key in asked if hub is not None and (kind, key) in hub.streams}
    if settings.REDIS_URL:
        names = {group_name(kind, key): key for key in asked if key not in here}
        here |= {names[group] for group in listeners.listened_to(names)}
    return [key for key in asked if key in here]


def is_wanted(kind: str, key: int) -> bool:
    """False when it is certain that nobody watches."""
    return bool(wanted(kind, [key]))


def push(kind: str, state: StreamState, frames: Mapping[str, dict[str, Any]]) -> None:
    """Send an event of one stream to its watchers everywhere.

    ``state`` is read after the commit of what it tells; ``frames`` holds one frame per language ('' for all). May be
    called from any thread; never raises, for a lost frame is made up by the poll.
    """
    message = {
        "type": "live.event",
        "kind": kind,
        "key": state.key,
        "rights": list(state.rights),
        "version": state.version,
        "frames": dict(frames),
    }
    hub = running_hub()
    sending.send(group_name(kind, state.key), message, loop=hub.loop if hub is not None else None)


def close_session(session_key: str) -> None:
    """Close this process's sockets of a session that ends now; other nodes see it gone when the epoch has risen."""
    hub = running_hub()
    if hub is not None and session_key:
        asyncio.run_coroutine_threadsafe(hub.close_session(session_key), hub.loop).result(timeout=REVOCATION_SECONDS)


def revoke_now(*, person_ids: list[int] | None = None) -> None:
    """Have every hub look again at rights: this process's before the answer of a revocation, the others at once.

    A node that the message does not reach sees the raised epoch in its next poll, within a second.
    """
    hub = running_hub()
    look = {"type": "live.look", "node": hub.presence.node if hub is not None else ""}
    sending.send(EVERY_HUB, look, loop=hub.loop if hub is not None else None)
    if hub is None:
        return
    work = hub.recheck_people(person_ids) if person_ids else hub.recheck_streams()
    asyncio.run_coroutine_threadsafe(work, hub.loop).result(timeout=REVOCATION_SECONDS)
