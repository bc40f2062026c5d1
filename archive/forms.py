"""What an administrator fills in to read what they are not in."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from archive.services import HOURS, REASON_LIMIT
from kit.forms import Form


class AccessForm(Form):
    """Where, why and for how long."""

    address = forms.CharField(
        label=_("Address of the group, the thread or the post"),
        max_length=300,
        widget=forms.TextInput({"autocomplete": "off", "dir": "ltr", "spellcheck": "false"}),
        help_text=_("The link that somebody gave you. Whether it leads anywhere shows when it is approved."),
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=REASON_LIMIT,
        widget=forms.Textarea({"rows": 3, "dir": "auto"}),
        help_text=_("Another administrator decides by it, and the managers of the group read it. It stays in the log."),
    )
    hours = forms.TypedChoiceField(
        label=_("For how long"),
        choices=lambda: [(hours, hours_words(hours)) for hours in HOURS],
        coerce=int,
        widget=forms.RadioSelect,
        initial=HOURS[1],
    )


def hours_words(hours: int) -> str:
    """ "4 hours", in the language of the moment."""
    return ngettext("%(count)d hour", "%(count)d hours", hours) % {"count": hours}
