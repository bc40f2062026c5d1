"""The keys of one's shortcuts."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kit.forms import Form
from people import shortcuts


class KeysForm(Form):
    """A field for each shortcut, called as it is, and whether any of them works. The verb says what can't be."""

    has_single_keys = forms.BooleanField(
        required=False,
        label=_("Single-key shortcuts"),
        help_text=_("Switch them off where speech or another aid types for you."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for section in shortcuts.SECTIONS:
            for shortcut in section.shortcuts:
                self.fields[shortcut.name] = _field(shortcut)

    @property
    def sections(self) -> list[dict[str, Any]]:
        """What ``people/keys.html`` draws: titles and bound fields."""
        return [
            {"title": section.title, "fields": [self[shortcut.name] for shortcut in section.shortcuts]}
            for section in shortcuts.SECTIONS
        ]

    @property
    def keys(self) -> dict[str, str]:
        """What was written, by shortcut."""
        return {name: self.cleaned_data[name] for name in shortcuts.SHORTCUTS}


def _field(shortcut: shortcuts.Shortcut) -> forms.CharField:
    attributes = {
        "class": "input keyfield",
        "autocomplete": "off",
        "autocapitalize": "none",
        "spellcheck": "false",
        "dir": "ltr",
    }
    return forms.CharField(
        label=shortcut.does, required=False, max_length=shortcuts.KEYS_LENGTH, widget=forms.TextInput(attributes)
    )


FIELDS = ("has_single_keys", *shortcuts.SHORTCUTS)
