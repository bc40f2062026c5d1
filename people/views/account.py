"""Before one is in: the language of the page, a reset link, the doors of a demo company."""

from __future__ import annotations

from typing import Any

from allauth.account.views import LoginView, PasswordChangeView, PasswordResetFromKeyView, PasswordResetView
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse_lazy
from django.utils.decorators import method_decorator
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

from kit.fields import takes
from people import limits, queries, services
from people.forms import offered_languages
from people.models import Person
from people.requests import SignedIn

language_set = takes("language", "next")(login_not_required(require_POST(set_language)))


def require_passwords() -> None:
    """Return quietly where a password opens somebody's account; else there is nothing at this address."""
    if settings.LOCAL_SIGN_IN == "no":
        raise Http404


class SignInView(LoginView):
    """The door; a demo company shows its people beside it."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The form, and who can be entered with one click."""
        company = queries.company()
        return super().get_context_data(
            demo_people=queries.demo_people(company),
            languages=offered_languages(company),
            sign_on=settings.OIDC_NAME if settings.HAS_SIGN_ON else "",
            has_passwords=settings.LOCAL_SIGN_IN != "no",
            is_alone=settings.LOCAL_SIGN_IN == "no",
            **kwargs,
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Nothing is here to be filled in where nobody signs in with a password."""
        require_passwords()
        return super().post(request, *args, **kwargs)


class ResetView(PasswordResetView):
    """Asks for a reset link; what happens for a known and an unknown address is the same to the last query."""

    @method_decorator(login_not_required)
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Only where passwords count."""
        require_passwords()
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form: Form) -> HttpResponse:
        """Count the try, write down that a link was asked for, say the same."""
        email = form.cleaned_data["email"]
        limits.take(self.request, "reset_password", key=email)
        # SECURITY: nobody is looked up here; background work does, and sends or sends not.
        services.ask_reset_link(email=email, language=get_language() or "")
        return HttpResponseRedirect(self.get_success_url())


class NewPasswordView(PasswordResetFromKeyView):
    """Sets a new password from a reset link, and ends every session there was."""

    success_url = reverse_lazy("account_login")

    @method_decorator(login_not_required)
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Only where passwords count."""
        require_passwords()
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form: Form) -> HttpResponse:
        """Say it on the sign-in page."""
        answer = super().form_valid(form)
        messages.success(self.request, _("Your password is changed. Sign in with it."))
        return answer


class ChangeView(PasswordChangeView):
    """A new password for who knows the present one; every other session ends."""

    success_url = reverse_lazy("people:preferences")

    def dispatch(self, request: SignedIn, *args: Any, **kwargs: Any) -> HttpResponse:
        """Only for who has a password, and for whom it counts."""
        person = request.user
        if person.is_authenticated and not (person.may_use_password and person.has_usable_password()):
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def post(self, request: SignedIn, *args: Any, **kwargs: Any) -> HttpResponse:
        """Tries are counted as those at the door are."""
        usage = limits.take(request, "login_failed", key=f"change:{request.user.pk}")
        answer = super().post(request, *args, **kwargs)
        if answer.status_code == 302:
            usage.rollback()
            messages.success(request, _("Your password is changed. You were signed out everywhere else."))
        return answer

    def get_success_url(self) -> str:
        """Back to the preferences."""
        return str(self.success_url)


@login_not_required
@require_POST
def demo_enter(request: HttpRequest, public_id: str) -> HttpResponse:
    """Sign in as one of the people of a demo company; in any other company there is nothing at this address."""
    company = queries.company()
    person = get_object_or_404(Person.objects.active().real(), public_id=public_id)
    if person not in queries.demo_people(company):
        raise Http404
    login(request, person, backend="people.backends.MailBackend")
    request.session.set_expiry(0)
    return redirect("/")


@login_not_required
def no_sign_up(request: HttpRequest) -> HttpResponse:
    """Accounts are made by invitation: nothing is here."""
    raise Http404
