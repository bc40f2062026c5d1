"""What can be asked of threads and posts; ``readable_by`` comes first."""

from __future__ import annotations

from django.db import models

from groups import policy


class ThreadQuerySet(models.QuerySet):
    def readable_by(self, viewer):
        """Every thread ``viewer`` may read; ask this before any other filter."""
        return policy.scope(self, viewer, "read")

    def newest_activity_first(self):
        """The order of every wall and feed; nothing is ranked."""
        return self.order_by("-active_at", "-id")


class PostQuerySet(models.QuerySet):
    def readable_by(self, viewer):
        """Every post ``viewer`` may read, deleted ones included (they show as a line, without their text)."""
        return policy.scope(self, viewer, "read")

    def standing(self):
        """Posts that were not deleted."""
        return self.filter(deleted_at=None)


class PictureQuerySet(models.QuerySet):
    def readable_by(self, viewer):
        """Every posted picture ``viewer`` may see; unsent ones belong to nobody's reading."""
        return policy.scope(self.exclude(thread=None), viewer, "read")
