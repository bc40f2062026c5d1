"""What the health page says of hidden groups and of the log."""

from __future__ import annotations

import math

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from archive.reading import state_of_log
from groups.models import Space, SpaceType
from kit import slots
from kit.health import BAD, GOOD, HealthLine

MEGABYTE = 1_000_000


def lines() -> list[HealthLine]:
    """Two lines."""
    return [hidden_groups_line(), log_line()]


def hidden_groups_line() -> HealthLine:
    """How many hidden groups there are and what they take up: all that an administrator learns without break-glass.

    SECURITY: in whole megabytes, so that nobody watches a group write.
    """
    hidden = Space.objects.groups().filter(type=SpaceType.HIDDEN)
    count = hidden.count()
    megabytes = math.ceil(sum(ask(hidden) for ask in slots.filled("spaces.storage")) / MEGABYTE)
    groups = ngettext("%(count)d hidden group", "%(count)d hidden groups", count) % {"count": count}
    return HealthLine(
        name=_("Hidden groups"),
        found=_("%(groups)s, together less than %(size)d MB") % {"groups": groups, "size": max(1, megabytes)}
        if count
        else _("There is none."),
    )


def log_line() -> HealthLine:
    """Whether the log is as it was written."""
    state = state_of_log()
    if state.broken:
        found = _("Entry %(number)d %(says)s.") % {"number": state.broken.number, "says": state.broken.says}
        return HealthLine(name=_("Log"), found=found, state=BAD, advice=_("Run manage.py verify_log."))
    if not state.is_guarded:
        found = _("The database no longer refuses changes to it.")
        return HealthLine(name=_("Log"), found=found, state=BAD, advice=_("Run manage.py verify_log."))
    found = ngettext("%(count)d entry, the chain is whole", "%(count)d entries, the chain is whole", state.count)
    return HealthLine(name=_("Log"), found=found % {"count": state.count}, state=GOOD)
