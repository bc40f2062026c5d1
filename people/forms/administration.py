"""What an administrator fills in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from kit import clock
from kit.forms import Form, LooksLikeOurs
from people.models import NAME_LIMIT, Company, Language, Person

CSV_LIMIT = 1_000_000


class AccountForm(LooksLikeOurs, forms.ModelForm):
    """What an administrator may change of an account; the last day only of a guest."""

    class Meta:
        model = Person
        fields = ["display_name", "email", "department", "place", "employer", "ends_on"]
        labels = {
            "display_name": _("Name"),
            "email": _("Work email"),
            "employer": _("Employer"),
            "ends_on": _("Last day"),
        }
        widgets = {"ends_on": forms.DateInput({"type": "date"}, format="%Y-%m-%d")}
        help_texts = {"ends_on": _("At the end of this day everything of theirs closes at once.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance.is_guest:
            del self.fields["employer"], self.fields["ends_on"]


class LogoForm(Form):
    """One picture for the company."""

    logo = forms.FileField(
        label=_("Logo"),
        widget=forms.FileInput({"accept": "image/jpeg,image/png,image/webp,image/gif"}),
        help_text=_("Shown on the sign-in page. Up to 25 MB."),
    )


class InviteForm(Form):
    """One new person."""

    email = forms.EmailField(label=_("Work email"), max_length=254)
    display_name = forms.CharField(label=_("Name"), max_length=NAME_LIMIT, required=False)
    kind = forms.ChoiceField(
        label=_("They are"),
        choices=[("employee", _("an employee")), ("guest", _("a guest"))],
        initial="employee",
        widget=forms.RadioSelect,
    )
    employer = forms.CharField(label=_("Employer"), max_length=NAME_LIMIT, required=False)
    ends_on = forms.DateField(
        label=_("Last day"), required=False, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )
    language = forms.ChoiceField(label=_("Language of the mail"), choices=Language.choices)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("kind") == "guest":
            if not cleaned.get("employer"):
                self.add_error("employer", _("Say who the guest works for."))
            if not cleaned.get("ends_on"):
                self.add_error("ends_on", _("Give a guest a last day."))
            elif cleaned["ends_on"] < clock.today():
                self.add_error("ends_on", _("The last day can’t be in the past."))
        return cleaned


class ManyForm(Form):
    """A list of new people as a file or as pasted text."""

    file = forms.FileField(
        label=_("CSV file"), required=False, widget=forms.FileInput({"accept": ".csv,text/csv,text/plain"})
    )
    text = forms.CharField(
        label=_("or paste the lines"), required=False, max_length=CSV_LIMIT, widget=forms.Textarea({"rows": 8})
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        file = cleaned.get("file")
        if file is not None and file.size > CSV_LIMIT:
            raise ValidationError(_("The file has %(found)d kB; the limit is 1,000 kB.") % {"found": file.size // 1000})
        if file is not None:
            raw = file.read()
            try:
                cleaned["text"] = raw.decode("utf-8-sig")
            except UnicodeDecodeError:
                cleaned["text"] = raw.decode("cp1252", "replace")
        if not (cleaned.get("text") or "").strip():
            raise ValidationError(_("Choose a file or paste at least one line."))
        return cleaned


class CompanyForm(LooksLikeOurs, forms.ModelForm):
    """What an administrator sets for everybody."""

    class Meta:
        model = Company
        fields = ["name", "language", "has_english", "has_french", "group_creators"]
        labels = {
            "name": _("Name"),
            "language": _("The company’s own language"),
            "has_english": _("English is offered"),
            "has_french": _("French is offered"),
            "group_creators": _("Who may create groups"),
        }
        widgets = {"group_creators": forms.RadioSelect, "language": forms.RadioSelect}
