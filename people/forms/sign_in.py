"""What one fills in to come in."""

from __future__ import annotations

from typing import Any

from allauth.account import forms as account_forms
from django import forms
from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from kit.forms import Form, LooksLikeOurs
from people.models import NAME_LIMIT, Person


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


class ConnectForm(Form):
    """The present password, before the ways into an account change."""

    password = forms.CharField(
        label=_("Your present password"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "current-password"}),
    )

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person = person

    def clean_password(self) -> str:
        if not self.person.check_password(self.cleaned_data.get("password", "")):
            raise ValidationError(_("That is not your present password."))
        return self.cleaned_data["password"]


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
