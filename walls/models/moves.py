"""Where a thread once stood: what its old wall and the thread itself say to those who may know both."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from groups.models import Space
from kit import clock
from walls.models.threads import Thread


class Move(models.Model):
    """A thread was put on another wall. Readable only with the thread *as it stands now*; see ``walls.moves``."""

    SPACE_PATH = "thread__space"
    LABEL_PATH = "thread__label"

    thread = models.ForeignKey(Thread, models.CASCADE, related_name="moves")
    from_space = models.ForeignKey(Space, models.CASCADE, related_name="moves_away")
    moved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    moved_at = models.DateTimeField(default=clock.now)

    class Meta:
        indexes = [models.Index(fields=["from_space", "-moved_at"], name="move_wall")]

    def __str__(self) -> str:
        return f"{self.thread_id} from {self.from_space_id}"
