"""Forms of the administration of topics and tags."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kit.forms import Form
from topics import queries
from topics.models import Topic
from topics.services import TAG_LENGTH

LABEL_LIMIT = 80


def topic_choices(*, top: str, without: Topic | None = None) -> list[tuple[str, str]]:
    """Every topic in use under its full label; ``top`` says what an empty choice means; without one branch."""
    kept = [branch for branch in queries.tree() if without is None or not branch.topic.path.startswith(without.path)]
    return [("", top), *((branch.topic.public_id, branch.full_label) for branch in kept)]


class TopicChoice(forms.ChoiceField):
    """A topic in use, or None."""

    def clean(self, value: Any) -> Topic | None:
        chosen = super().clean(value)
        return Topic.objects.in_use().filter(public_id=chosen).first() if chosen else None


class LabelForm(Form):
    """The two labels of a topic."""

    label_en = forms.CharField(label=_("Label in English"), max_length=LABEL_LIMIT)
    label_fr = forms.CharField(label=_("Label in French"), max_length=LABEL_LIMIT)


class TopicForm(LabelForm):
    """A new topic and its place."""

    parent = TopicChoice(label=_("Below"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["parent"].choices = topic_choices(top=_("At the top"))


class MoveForm(Form):
    """Another place in the tree."""

    parent = TopicChoice(label=_("Hang it below"), required=False)

    def __init__(self, *args: Any, topic: Topic, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["parent"].choices = topic_choices(top=_("At the top"), without=topic)


class MergeForm(Form):
    """The topic that lives on."""

    into = TopicChoice(label=_("File everything under"))

    def __init__(self, *args: Any, topic: Topic, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["into"].choices = topic_choices(top=_("Choose a topic"), without=topic)


class TagForm(Form):
    """The word a tag is to be."""

    name = forms.CharField(label=_("New word"), max_length=TAG_LENGTH)
