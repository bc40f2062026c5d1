"""Forms in the look of the house: what ``_field.html`` expects of a widget."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

_PLAIN = (
    forms.CheckboxInput,
    forms.RadioSelect,
    forms.CheckboxSelectMultiple,
    forms.HiddenInput,
    forms.MultipleHiddenInput,
)


class LooksLikeOurs:
    """Mixin for forms: gives text fields, selects and files the class ``input``, and drops the label's colon."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        dress(self)


def accepts(form: forms.BaseForm, act: Callable[[], object]) -> bool:
    """Do ``act`` when ``form`` is good; False when it is not, or was refused: the reason then stands in ``form``."""
    if not form.is_valid():
        return False
    try:
        act()
    except ValidationError as refusal:
        form.add_error(None, refusal)
        return False
    return True


def dress(form: Any) -> None:
    """Give every widget of ``form`` its class."""
    for field in form.fields.values():
        if not isinstance(field.widget, _PLAIN):
            classes = field.widget.attrs.get("class", "")
            field.widget.attrs["class"] = f"{classes} input".strip()


class Form(LooksLikeOurs, forms.Form):
    """A form in the look of the house."""


class ModelForm(LooksLikeOurs, forms.ModelForm):  # type: ignore[type-arg]
    """A form of a model in the look of the house."""
