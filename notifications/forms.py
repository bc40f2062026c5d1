"""What a person says of how they want to be told."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from kit.forms import Form, ModelForm
from notifications.models import GroupLevel
from people.models import Person


class ToldForm(ModelForm):
    """What is told of everything one reads."""

    class Meta:
        model = Person
        fields = ("notification_level",)
        labels = {"notification_level": _("Tell me about")}
        widgets = {"notification_level": forms.RadioSelect}


class GroupLevelForm(Form):
    """What is told of one group."""

    level = forms.ChoiceField(label=_("Tell me of this group"), choices=GroupLevel.choices)
