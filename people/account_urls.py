"""Sign-in and out: the addresses django-allauth knows by name, and only those we use."""

from __future__ import annotations

from allauth.account import views as account
from django.urls import path, re_path

from kit.fields import takes
from people.views import account as own
from people.views import preferences

urlpatterns = [
    path("login/", takes("login", "password", "remember", "next")(own.SignInView.as_view()), name="account_login"),
    path("logout/", takes("next")(account.logout), name="account_logout"),
    path("signup/", own.no_sign_up, name="account_signup"),
    path(
        "password/change/",
        takes("oldpassword", "password1")(own.ChangeView.as_view()),
        name="account_change_password",
    ),
    path("password/reset/", takes("email", "next")(own.ResetView.as_view()), name="account_reset_password"),
    path("password/reset/done/", account.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        takes("password1")(own.NewPasswordView.as_view()),
        name="account_reset_password_from_key",
    ),
    path("sessions/", preferences.sessions, name="usersessions_list"),
]
