"""Unsent text kept on the server: for places whose text must not stay on the device, and for people without script."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from kit import clock
from people.models import Person
from walls.models import Draft
from walls.models.posts import POST_LIMIT

# What a draft may hold of a form; anything else is dropped.
FIELDS = ("kind", "title", "source", "topic", "tags", "label", "spaces", "readers", "praised", "quotes")
DRAFTS_LIMIT = 100


@transaction.atomic
def keep_draft(*, author: Person, place: str, fields: dict[str, Any], reason: str = "") -> Draft:
    """Keep what is typed at ``place`` (``thread:<id>``, ``space:<id>``, ``home``, ``edit:<id>``), one draft a place."""
    kept = {name: fields[name] for name in FIELDS if fields.get(name)}
    if "source" in kept:
        kept["source"] = str(kept["source"])[: 2 * POST_LIMIT]
    draft, _ = Draft.objects.update_or_create(
        author=author, place=place[:80], defaults={"fields": kept, "reason": reason[:200], "kept_at": clock.now()}
    )
    stale = Draft.objects.filter(author=author).order_by("-kept_at").values_list("pk", flat=True)[DRAFTS_LIMIT:]
    Draft.objects.filter(pk__in=list(stale)).delete()
    return draft


@transaction.atomic
def drop_draft(*, author: Person, place: str) -> None:
    """Forget the draft at ``place``; quiet when there is none."""
    Draft.objects.filter(author=author, place=place[:80]).delete()
