"""What one wants to be mailed, and the link that stops it from inside a mail."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from kit.fields import takes
from notifications import letters, queries, services
from notifications.forms import MailForm
from notifications.models import Digest, MailKind, Notices
from people.requests import SignedIn

#: what undoing may set: what was wished before
AGAIN = {"digest": {*Digest.values} - {Digest.NEVER}, "notices": {*Notices.values} - {Notices.NEVER}}


@takes(*MailForm.base_fields)
def mail(request: SignedIn) -> HttpResponse:
    """What is mailed at once, when the digest comes, and when it is quiet."""
    form = MailForm(request.POST or None, instance=queries.wish_of(request.user))
    if request.method == "POST" and form.is_valid():
        services.change_mail_wish(person=request.user, **form.cleaned_data)
        messages.success(request, _("Your preferences are saved."))
        return redirect("notifications:mail")
    context = {"form": form, "section": "mail", "has_mail_server": settings.HAS_MAIL_SERVER}
    return render(request, "notifications/mail_wish.html", context)


# SECURITY: signed by us for one person and one kind of mail, and good for nothing but switching it off and on. A mail
# client sends it without cookies (RFC 8058), so that no token of a form can come along. A GET, which scanners of links
# send, changes nothing.
@csrf_exempt
@login_not_required
@require_http_methods(["GET", "POST"])
@takes("List-Unsubscribe", "verb")
def mail_stop(request: HttpRequest, token: str) -> HttpResponse:
    """Ask whether these mails are to stop; a POST stops them, and offers to take it back."""
    meant = letters.meant_by(token)
    if meant is None:
        raise Http404
    person, kind = meant
    wish = queries.wish_of(person)
    name = "digest" if kind == MailKind.DIGEST else "notices"
    was, again = getattr(wish, name), request.POST.get("verb", "")
    if request.method == "POST" and again in AGAIN[name]:
        services.change_mail_wish(person=person, **{name: again})
    elif request.method == "POST":
        services.stop_mails(person=person, kind=kind)
    is_stopped = request.method == "POST" and again not in AGAIN[name]
    with translation.override(person.language):
        context = {
            "kind": kind,
            "is_stopped": is_stopped,
            "was": was if was in AGAIN[name] else "",
            "is_done": request.method == "POST",
        }
        answer = render(request, "notifications/mail_stop.html", context)
        answer.headers["Content-Language"] = person.language
        return answer
