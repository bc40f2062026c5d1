"""What was deleted is forgotten for good once it can no longer be brought back."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Exists, OuterRef

from kit import clock
from walls.models import Picture, Post, Reaction, Revision
from walls.services.posts import RESTORE_WITHIN


@transaction.atomic
def erase_deleted(limit: int = 500) -> int:
    """Forget texts, revisions, reactions and pictures of posts deleted more than an hour ago; how many posts."""
    before = clock.now() - RESTORE_WITHIN
    gone = Post.objects.filter(Exists(Revision.objects.filter(post=OuterRef("pk"))), deleted_at__lt=before)
    # Locked, or one that is brought back at this very moment would lose its pictures and its history.
    keys = list(gone.select_for_update(skip_locked=True).values_list("pk", flat=True)[:limit])
    Revision.objects.filter(post_id__in=keys).delete()
    Reaction.objects.filter(post_id__in=keys).delete()
    Picture.objects.filter(post_id__in=keys).delete()
    Post.objects.filter(pk__in=keys).update(tally={}, reaction_count=0)
    return len(keys)
