"""What the palette offers to do with one's own account, and to who administers."""

from __future__ import annotations

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from kit import slots
from kit.navigation import Action
from people.models import Person


def actions_of(person: Person) -> list[Action]:
    """Pages about oneself; the pages of the administration for an administrator."""
    own = [
        Action(url=reverse("people:key-list"), text=_("Keyboard shortcuts"), icon="list-checks", keys="?"),
        Action(
            url=reverse("people:preferences"),
            text=_("Preferences"),
            icon="settings",
            words=_("language theme dark light time zone density"),
        ),
        Action(
            url=reverse("people:profile"), text=_("Change my profile"), icon="user", words=_("photo headline phone")
        ),
        Action(url=reverse("usersessions_list"), text=_("Where I am signed in"), icon="monitor", words=_("sessions")),
        Action(url=reverse("account_logout"), text=_("Sign out"), icon="log-out", words=_("leave quit")),
    ]
    return [*own, *_administration()] if person.may_act and person.is_administrator else own


def _administration() -> list[Action]:
    actions = []
    for url_name, text in slots.filled("admin.pages"):
        try:
            url = reverse(url_name)
        except NoReverseMatch:
            continue
        said = _("Administration: %(page)s") % {"page": text}
        actions.append(Action(url=url, text=said, icon="shield", words="admin"))
    return actions
