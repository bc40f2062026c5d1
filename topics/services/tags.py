"""Free words: made by whoever uses one, merged by administrators."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from kit import facts
from kit.direction import isolated
from people.models import Person
from people.services.checks import require_administrator
from topics.models import Tag

TAGS_LIMIT = 10
TAG_LENGTH = 40


def fold_tag(name: str) -> str:
    """A tag as it is stored: lower case, one form, hyphens for spaces, no leading #."""
    folded = unicodedata.normalize("NFKC", name).casefold().strip().lstrip("#")
    return re.sub(r"[^\w.+-]+", "-", folded).strip("-")


@transaction.atomic
def tags_named(names: Iterable[str]) -> list[Tag]:
    """The tags called ``names``, made where missing, merged ones followed; ValidationError past a limit."""
    folded = list(dict.fromkeys(name for name in map(fold_tag, names) if name))
    if len(folded) > TAGS_LIMIT:
        raise ValidationError(
            _("A thread carries at most %(limit)s tags."), code="too-many-tags", params={"limit": TAGS_LIMIT}
        )
    for name in folded:
        _refuse_long(name)
    # SECURITY: written whether they are there or not: who makes a word that only a hidden group has waits no shorter.
    # By the alphabet: two who use the same new words in different orders would each wait for the other's first.
    Tag.objects.bulk_create([Tag(name=name) for name in sorted(folded)], ignore_conflicts=True)
    found = {tag.name: tag for tag in Tag.objects.filter(name__in=folded).select_related("merged_into")}
    return list(dict.fromkeys(found[name].merged_into or found[name] for name in folded))


@transaction.atomic
def merge_tag(*, administrator: Person, tag: Tag, name: str) -> Tag:
    """Let everything tagged ``tag`` carry ``name`` instead; whoever types the old word gets the new one.

    SECURITY: renaming and merging are one verb: a refusal "that tag exists" would tell of tags of hidden groups.
    """
    require_administrator(administrator)
    folded = fold_tag(name)
    if not folded:
        raise ValidationError(_("Give the tag a name."), code="name")
    _refuse_long(folded)
    # SECURITY: the same steps whether the word is used where nobody may look, is new or was merged.
    Tag.objects.bulk_create([Tag(name=folded)], ignore_conflicts=True)
    into = Tag.objects.select_related("merged_into").get(name=folded)
    if into == tag:
        return tag
    # The way back: the old word lives again.
    Tag.objects.filter(pk=into.pk, merged_into=tag).update(merged_into=None)
    if into.merged_into is not None and into.merged_into != tag:
        into = into.merged_into
    Tag.objects.filter(merged_into=tag).exclude(pk=into.pk).update(merged_into=into)
    Tag.objects.filter(pk=tag.pk).update(merged_into=into)
    into.refresh_from_db()
    facts.tell("tag.merged", tag=tag.pk, into=into.pk, by=administrator.pk)
    return into


def _refuse_long(name: str) -> None:
    if len(name) > TAG_LENGTH:
        raise ValidationError(
            _("A tag holds at most %(limit)s characters; “%(tag)s” has more."),
            code="tag-too-long",
            params={"limit": TAG_LENGTH, "tag": isolated(name[:TAG_LENGTH])},
        )
