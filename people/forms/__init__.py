"""Forms about people, in the look of the house."""

from people.forms.administration import AccountForm, CompanyForm, InviteForm, LogoForm, ManyForm
from people.forms.own import PhotoForm, PreferencesForm, ProfileForm, offered_languages
from people.forms.sign_in import AcceptForm, ConnectForm, NewPasswordForm, PasswordChangeForm, ResetForm, SignInForm

__all__ = [
    "AcceptForm",
    "AccountForm",
    "CompanyForm",
    "ConnectForm",
    "InviteForm",
    "LogoForm",
    "ManyForm",
    "NewPasswordForm",
    "PasswordChangeForm",
    "PhotoForm",
    "PreferencesForm",
    "ProfileForm",
    "ResetForm",
    "SignInForm",
    "offered_languages",
]
