"""What an answer cost, as a stand-in for the time it took: statements asked of the database, rows fetched, calls of
caches."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from typing import Any
from unittest import mock

from django.core.cache import caches
from django.db import connection
from django.db.backends.utils import CursorWrapper

from tests.worlds import normalised

CACHES = ("default", "fragments")
VERBS = ("get", "set", "add", "delete", "incr", "touch", "get_many", "set_many", "has_key")


class Costs:
    """Counts while a request runs."""

    def __init__(self) -> None:
        self.statements: list[str] = []
        self.cache_calls: list[str] = []
        self.rows: list[int] = []

    @contextlib.contextmanager
    def counting(self) -> Iterator[None]:
        """Note every statement, what is fetched at a time, and every cache call of this thread."""
        with contextlib.ExitStack() as stack:
            stack.enter_context(connection.execute_wrapper(self._execute))
            for alias in CACHES:
                stack.enter_context(self._listening(alias))
            stack.enter_context(mock.patch.object(CursorWrapper, "__getattr__", self._fetching))
            yield

    @property
    def _fetching(self) -> Callable[[CursorWrapper, str], Any]:
        find, thread = CursorWrapper.__getattr__, threading.get_ident()

        def found(cursor: CursorWrapper, name: str) -> Any:
            fetch = find(cursor, name)
            if name not in ("fetchone", "fetchmany", "fetchall") or threading.get_ident() != thread:
                return fetch

            def count(*args: Any) -> Any:
                rows = fetch(*args)
                self.rows.append(int(rows is not None) if name == "fetchone" else len(rows))
                return rows

            return count

        return found

    def _execute(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        self.statements.append(normalised.statement(sql))
        return execute(sql, params, many, context)

    @contextlib.contextmanager
    def _listening(self, alias: str) -> Iterator[None]:
        store: Any = caches[alias]

        def noted(verb: str, call: Callable[..., Any]) -> Callable[..., Any]:
            def ask(*args: Any, **words: Any) -> Any:
                self.cache_calls.append(f"{alias}.{verb}")
                return call(*args, **words)

            return ask

        for verb in VERBS:
            setattr(store, verb, noted(verb, getattr(store, verb)))
        try:
            yield
        finally:
            for verb in VERBS:
                delattr(store, verb)
