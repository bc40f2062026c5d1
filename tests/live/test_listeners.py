"""Nothing is drawn for nobody: who listens is asked of Redis."""

from __future__ import annotations

import asyncio

import pytest
from channels.layers import get_channel_layer
from django.conf import settings

from live import listeners, push
from live.streams import group_name

pytestmark = pytest.mark.skipif(not settings.REDIS_URL, reason="Embedded, the hub of the process knows.")


def test_a_stream_is_wanted_while_some_process_listens_to_it():
    async def listen() -> tuple[list[int], list[int]]:
        layer = get_channel_layer()
        channel = await layer.new_channel()
        await layer.group_add(group_name("inbox", 7), channel)
        before = await asyncio.to_thread(push.wanted, "inbox", [7, 8])
        await layer.group_discard(group_name("inbox", 7), channel)
        after = await asyncio.to_thread(push.wanted, "inbox", [7, 8])
        return before, after

    assert asyncio.run(listen()) == ([7], [])


def test_redis_that_is_away_is_not_asked_twice(settings, monkeypatch, caplog):
    monkeypatch.setattr(listeners, "_back_at", 0.0)
    listeners._client.cache_clear()
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    try:
        assert push.wanted("inbox", [7]) == push.wanted("inbox", [7]) == []
        assert len([line for line in caplog.messages if "nobody can say" in line]) == 1
    finally:
        listeners._client.cache_clear()
        monkeypatch.setattr(listeners, "_back_at", 0.0)
