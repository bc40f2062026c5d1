"""Many keys as one parameter of a statement, so that its text stays the same however many they are."""

from __future__ import annotations

import json
from collections.abc import Iterable

from django.db import connection
from django.db.models.expressions import RawSQL

from kit.prepared import Given

_KEYS = {
    "sqlite": "SELECT value FROM json_each(%s)",
    "postgresql": "SELECT value::bigint FROM jsonb_array_elements_text(%s::jsonb)",
}


def keys_in(keys: Iterable[int] | Given) -> RawSQL:
    """``keys`` as a subquery of one column; for a prepared query a ``Given``, run with :func:`written` keys."""
    parameter = keys if isinstance(keys, Given) else written(keys)
    return RawSQL(_KEYS[connection.vendor], [parameter])  # noqa: S611 - constant text, one parameter


def written(keys: Iterable[int]) -> str:
    """``keys`` as one parameter."""
    return json.dumps(list(keys))
