"""What a person says of how they want to be told."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from kit.forms import Form, ModelForm
from notifications.models import GroupLevel, MailWish
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


def _hours() -> list[tuple[int, str]]:
    return [(hour, f"{hour:02}:00") for hour in range(24)]


class MailForm(ModelForm):
    """What is mailed at once, when the digest comes, and when it is quiet."""

    digest_hour = forms.TypedChoiceField(label=_("Hour of the digest"), choices=_hours, coerce=int)
    quiet_from = forms.TypedChoiceField(label=_("Quiet from"), choices=_hours, coerce=int)
    quiet_until = forms.TypedChoiceField(
        label=_("Quiet until"),
        choices=_hours,
        coerce=int,
        help_text=_("In between nothing is mailed at once. The same hour twice: never quiet."),
    )

    class Meta:
        model = MailWish
        fields = (
            "notices",
            "digest",
            "digest_hour",
            "digest_weekday",
            "quiet_from",
            "quiet_until",
            "is_quiet_on_weekends",
        )
        labels = {
            "notices": _("By mail at once"),
            "digest": _("Digest"),
            "digest_weekday": _("Day of the weekly digest"),
            "is_quiet_on_weekends": _("Quiet on Saturdays and Sundays"),
        }
        help_texts = {"digest": _("What was not mailed at once, and what is new in your groups, in one mail.")}
        widgets = {"notices": forms.RadioSelect, "digest": forms.RadioSelect}
