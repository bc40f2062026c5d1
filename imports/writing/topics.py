"""Topics that threads are filed under: those of the company's tree, or new ones below "Imported discussions"."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext, override

from people.models import Person
from topics import services
from topics.models import Topic


class Topics:
    """Finds or adds topics by their label; each is looked up once."""

    def __init__(self, robot: Person) -> None:
        self.robot = robot
        self.found: dict[str, Topic | None] = {"": None}

    def labelled(self, label: str) -> Topic | None:
        """The topic in use with this label in either language; an unknown one is added below the root of imports."""
        if label not in self.found:
            known = Topic.objects.in_use().filter(Q(label_en__iexact=label) | Q(label_fr__iexact=label))
            self.found[label] = known.order_by("depth", "path").first() or self.added(label)
        return self.found[label]

    @transaction.atomic
    def added(self, label: str) -> Topic:
        labels = {language: self.root_label(language) for language in ("en", "fr")}
        root = Topic.objects.in_use().filter(depth=1, label_en=labels["en"]).first() or services.add_topic(
            administrator=self.robot, label_en=labels["en"], label_fr=labels["fr"]
        )
        return services.add_topic(administrator=self.robot, label_en=label, label_fr=label, parent=root)

    @staticmethod
    def root_label(language: str) -> str:
        with override(language):
            return gettext("Imported discussions")
