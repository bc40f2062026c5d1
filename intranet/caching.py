"""The cache of a server: in Redis, and in this process while Redis is away. A page never fails for its cache.

SECURITY: limits (tries to sign in, searches a minute) go on counting while Redis is away, each process for itself:
dropping the counters would open a door to whoever can push Redis over.
"""

from __future__ import annotations

import json
import logging
import time
from typing import Any

from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError, ResponseError, TimeoutError
from redis.retry import Retry

log = logging.getLogger("parvis.caching")

#: seconds for which Redis isn't asked again after it did not answer
LEFT_ALONE = 3.0
#: seconds one question may take
PATIENCE = 0.5
# A Redis that answers but refuses (no memory, no room for its snapshot, read only, loading) is as good as away.
_AWAY = (ConnectionError, TimeoutError, ResponseError)
# Of the process, by address: each thread has a cache object of its own.
_back_at: dict[str, float] = {}


class PlainValues:
    """Values as JSON. SECURITY: Django's pickles would let whoever writes into Redis run code in every process."""

    def dumps(self, value: Any) -> bytes:
        """Text for Redis; what JSON can't hold is refused with TypeError."""
        return json.dumps(value, separators=(",", ":")).encode()

    def loads(self, text: bytes) -> Any:
        """The value again; a tuple comes back as a list."""
        return json.loads(text)


class RedisElseHere(RedisCache):
    """Django's Redis cache; what Redis doesn't answer within half a second is answered by this process's memory."""

    def __init__(self, server: Any, params: dict[str, Any]) -> None:
        options = {
            "socket_connect_timeout": PATIENCE,
            "socket_timeout": PATIENCE,
            # One more try, at once: a connection kept from before a restart of Redis is dead, Redis is not.
            "retry": Retry(NoBackoff(), 1),
        }
        params = {**params, "OPTIONS": {**options, **params.get("OPTIONS", {})}}
        super().__init__(server, params)
        self.server_name = str(server)
        self.here = LocMemCache("while-redis-is-away", {})

    def ask(self, verb: str, *args: Any, **words: Any) -> Any:
        """Ask Redis, or this process while Redis is left alone."""
        now = time.monotonic()
        if now >= _back_at.get(self.server_name, 0.0):
            try:
                answer = getattr(super(), verb)(*args, **words)
            except _AWAY as error:
                if self.server_name not in _back_at:
                    log.warning("Redis is away (%s): this process keeps its own cache.", type(error).__name__)
                _back_at[self.server_name] = now + LEFT_ALONE
            else:
                if _back_at.pop(self.server_name, None) is not None:
                    log.warning("Redis is back.")
                return answer
        return getattr(self.here, verb)(*args, **words)

    def add(self, *args: Any, **words: Any) -> Any:
        return self.ask("add", *args, **words)

    def get(self, *args: Any, **words: Any) -> Any:
        return self.ask("get", *args, **words)

    def set(self, *args: Any, **words: Any) -> Any:
        return self.ask("set", *args, **words)

    def touch(self, *args: Any, **words: Any) -> Any:
        return self.ask("touch", *args, **words)

    def delete(self, *args: Any, **words: Any) -> Any:
        return self.ask("delete", *args, **words)

    def get_many(self, *args: Any, **words: Any) -> Any:
        return self.ask("get_many", *args, **words)

    def has_key(self, *args: Any, **words: Any) -> Any:
        return self.ask("has_key", *args, **words)

    def incr(self, *args: Any, **words: Any) -> Any:
        return self.ask("incr", *args, **words)

    def set_many(self, *args: Any, **words: Any) -> Any:
        return self.ask("set_many", *args, **words)

    def delete_many(self, *args: Any, **words: Any) -> Any:
        return self.ask("delete_many", *args, **words)

    def clear(self) -> Any:
        return self.ask("clear")
