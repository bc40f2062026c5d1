"""Mail on the administrator's page of health."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kit import clock
from kit.health import GOOD, LATE, HealthLine
from kit.models import Fact
from notifications.models import Mail, Outcome

#: so long a mail may wait before somebody should look
PATIENCE = dt.timedelta(minutes=10)


def lines() -> list[HealthLine]:
    """How many mails went out, and whether some wait; those given up stand among the facts below."""
    if not settings.HAS_MAIL_SERVER:
        advice = _("Invitations and links to a new password are kept as files; notices and digests are not written.")
        return [HealthLine(name=_("Mail"), found=_("No mail server is set (EMAIL_URL)."), state=LATE, advice=advice)]
    now = clock.now()
    sent = Mail.objects.filter(planned_at__gt=now - dt.timedelta(days=1), outcome=Outcome.SENT).count()
    waiting = Mail.objects.filter(outcome=Outcome.WAITING, planned_at__lt=now - PATIENCE).count()
    dead = Fact.objects.filter(name="mail.planned", dead_at__isnull=False).count()
    found = ngettext("%(count)d mail sent in a day", "%(count)d mails sent in a day", sent) % {"count": sent}
    if waiting:
        late = ngettext("%(count)d mail waits", "%(count)d mails wait", waiting) % {"count": waiting}
        found = f"{found}, {late}"
    is_bad = bool(waiting or dead)
    advice = _("The mail server refuses or does not answer: look at EMAIL_URL and its log.") if is_bad else ""
    return [HealthLine(name=_("Mail"), found=found, state=LATE if is_bad else GOOD, advice=advice)]
