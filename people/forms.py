"""Forms about people, in the look of the house."""

from __future__ import annotations

import zoneinfo
from typing import Any

from allauth.account import forms as account_forms
from django import forms
from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from kit import clock
from kit.forms import Form, LooksLikeOurs
from people.models import NAME_LIMIT, Company, Language, Person

CSV_LIMIT = 1_000_000


class SignInForm(LooksLikeOurs, account_forms.LoginForm):
    """Mail address and password; what does not match is said at the password, whatever it was."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("Work email")
        self.fields["login"].widget.attrs = {"autocomplete": "username", "class": "input", "maxlength": "254"}
        self.fields["password"].widget.attrs = {"autocomplete": "current-password", "class": "input"}
        self.fields["password"].help_text = ""
        self.fields["remember"].label = _("Keep me signed in on this device for 14 days")
        self.fields["remember"].initial = True

    def _clean_with_password(self, credentials: dict[str, str]) -> dict[str, Any]:
        try:
            return super()._clean_with_password(credentials)
        except ValidationError:
            # SECURITY: one sentence for unknown, wrong, closed and ended.
            self.add_error("password", _("Email and password don’t match. Check both and try again."))
            return self.cleaned_data


class _TwoPasswords:
    """One field for the new password is enough where it can be shown; the second of the library is dropped."""

    def _keep_one(self) -> None:
        del self.fields["password2"]
        field = self.fields["password1"]
        field.label = _("New password")
        field.help_text = _("At least 10 characters. Three words you can remember are better than one you can’t.")
        field.widget.attrs = {"autocomplete": "new-password", "class": "input"}


class PasswordChangeForm(LooksLikeOurs, _TwoPasswords, account_forms.ChangePasswordForm):
    """The present password and a new one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._keep_one()
        self.fields["oldpassword"].label = _("Your present password")
        self.fields["oldpassword"].help_text = ""
        self.fields["oldpassword"].widget.attrs = {"autocomplete": "current-password", "class": "input"}

    def clean_oldpassword(self) -> str:
        if not self.user.check_password(self.cleaned_data.get("oldpassword", "")):
            raise ValidationError(_("That is not your present password."))
        return self.cleaned_data["oldpassword"]


class NewPasswordForm(LooksLikeOurs, _TwoPasswords, account_forms.ResetPasswordKeyForm):
    """A new password, reached by a link."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._keep_one()


class ResetForm(Form):
    """Where to send a reset link; nothing is looked up here."""

    email = forms.EmailField(
        label=_("Work email"), max_length=254, widget=forms.EmailInput({"autocomplete": "username"})
    )


class AcceptForm(Form):
    """What a new person says of themselves to make the account a link promises."""

    display_name = forms.CharField(
        label=_("Your name"), max_length=NAME_LIMIT, widget=forms.TextInput({"autocomplete": "name"})
    )
    email = forms.EmailField(
        label=_("Work email"), max_length=254, widget=forms.EmailInput({"autocomplete": "username"})
    )
    password = forms.CharField(
        label=_("Password"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
        help_text=_("At least 10 characters. Three words you can remember are better than one you can’t."),
    )

    def __init__(self, *args: Any, invited_mail: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if invited_mail:
            del self.fields["email"]
        self.invited_mail = invited_mail

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if password := cleaned.get("password"):
            who = Person(email=cleaned.get("email", self.invited_mail), display_name=cleaned.get("display_name", ""))
            try:
                password_validation.validate_password(password, who)
            except ValidationError as error:
                self.add_error("password", error)
        return cleaned


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
    """How a person is shown things and told of them."""

    class Meta:
        model = Person
        fields = ["language", "time_zone", "theme", "density", "notification_level", "has_single_keys"]
        labels = {
            "language": _("Language"),
            "time_zone": _("Time zone"),
            "theme": _("Theme"),
            "density": _("Rows of a wall"),
            "notification_level": _("Tell me about"),
            "has_single_keys": _("Single-key shortcuts"),
        }
        help_texts = {
            "has_single_keys": _("For instance c for a new thread, j and k for the next and the previous row.")
        }
        widgets = {
            "theme": forms.RadioSelect,
            "density": forms.RadioSelect,
            "notification_level": forms.RadioSelect,
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
            elif cleaned["ends_on"] < clock.now().date():
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
