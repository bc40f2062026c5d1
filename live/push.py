"""The one way from anywhere in the product to the open sockets."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from typing import Any

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.conf import settings

from live.hub import running_hub
from live.streams import StreamState, group_name

log = logging.getLogger("parvis.live")

REVOCATION_SECONDS = 2.0


def is_wanted(kind: str, key: int) -> bool:
    """False when it is certain that nobody watches: an embedded server whose hub has no such stream."""
    if settings.REDIS_URL:
        return True
    hub = running_hub()
    return hub is not None and (kind, key) in hub.streams


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
    try:
        if hub is not None:
            # WHY: the in-memory layer does not wake the server's loop from another thread by itself.
            send = hub.layer.group_send(group_name(kind, state.key), message)
            asyncio.run_coroutine_threadsafe(send, hub.loop)
        elif settings.REDIS_URL:
            async_to_sync(get_channel_layer().group_send)(group_name(kind, state.key), message)
    except Exception as error:
        log.warning("an event was not pushed: %s", type(error).__name__)


def close_session(session_key: str) -> None:
    """Close this process's sockets of a session that ends now; other nodes see it gone when the epoch has risen."""
    hub = running_hub()
    if hub is not None and session_key:
        asyncio.run_coroutine_threadsafe(hub.close_session(session_key), hub.loop).result(timeout=REVOCATION_SECONDS)


def revoke_now(*, person_ids: list[int] | None = None) -> None:
    """Make this process's hub look again at rights, and wait for it: called before the answer of a revocation.

    Other nodes see the raised epoch in their poll, within a second.
    """
    hub = running_hub()
    if hub is None:
        return
    work = hub.recheck_people(person_ids) if person_ids else hub.recheck_streams()
    asyncio.run_coroutine_threadsafe(work, hub.loop).result(timeout=REVOCATION_SECONDS)
