"""What a person says of themselves and wishes."""

from __future__ import annotations

import zoneinfo
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kit.forms import Form, LooksLikeOurs
from people.models import Company, Language, Person


class ProfileForm(LooksLikeOurs, forms.ModelForm):
    """What a person says of themselves."""

    class Meta:
        model = Person
        fields = ["display_name", "headline", "about", "department", "place", "phone"]
        widgets = {
            "about": forms.Textarea({"rows": 5}),
            "phone": forms.TextInput({"type": "tel", "autocomplete": "tel"}),
        }
        labels = {
            "display_name": _("Name"),
            "headline": _("Headline"),
            "about": _("About you"),
            "department": _("Department"),
            "place": _("Place"),
            "phone": _("Phone"),
        }
        help_texts = {"headline": _("One line under your name: what you do, what to ask you.")}

    manager = forms.ModelChoiceField(
        Person.objects.none(), required=False, label=_("Manager"), to_field_name="public_id", empty_label=_("Nobody")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        person = self.instance
        self.fields["manager"].queryset = (
            Person.objects.active().real().employees().exclude(pk=person.pk).order_by("display_name")
        )
        if person.manager_id and not self.is_bound:
            self.initial["manager"] = person.manager.public_id
        if person.is_guest:
            del self.fields["manager"]


class PhotoForm(Form):
    """One picture."""

    photo = forms.FileField(
        label=_("Photo"),
        widget=forms.FileInput({"accept": "image/jpeg,image/png,image/webp,image/gif,image/heic"}),
        help_text=_("JPEG, PNG, WebP, GIF or HEIC, up to 25 MB. Where and with what it was taken is removed."),
    )


def _zones() -> list[tuple[str, str]]:
    """Every place of the zone database, without its technical entries."""
    places = sorted(
        zone
        for zone in zoneinfo.available_timezones()
        if "/" in zone and not zone.startswith(("Etc/", "SystemV/", "US/", "posix/", "right/"))
    )
    return [("UTC", "UTC"), *((zone, zone.replace("_", " ")) for zone in places)]


class PreferencesForm(LooksLikeOurs, forms.ModelForm):
    """How a person is shown things."""

    class Meta:
        model = Person
        fields = ["language", "time_zone", "theme", "density", "has_single_keys"]
        labels = {
            "language": _("Language"),
            "time_zone": _("Time zone"),
            "theme": _("Theme"),
            "density": _("Rows of a wall"),
            "has_single_keys": _("Single-key shortcuts"),
        }
        help_texts = {
            "has_single_keys": _("For instance c for a new thread, j and k for the next and the previous row.")
        }
        widgets = {
            "theme": forms.RadioSelect,
            "density": forms.RadioSelect,
            "language": forms.RadioSelect,
        }

    def __init__(self, *args: Any, company: Company | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["time_zone"] = forms.ChoiceField(
            label=_("Time zone"), choices=_zones, widget=forms.Select({"class": "input"})
        )
        if company is not None:
            offered = offered_languages(company)
            self.fields["language"].choices = [row for row in Language.choices if row[0] in offered]


def offered_languages(company: Company) -> list[str]:
    """The languages this company offers."""
    pairs = [(Language.ENGLISH, company.has_english), (Language.FRENCH, company.has_french)]
    return [str(code) for code, is_offered in pairs if is_offered]
