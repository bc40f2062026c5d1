"""Forms about groups; what may be chosen depends on the type, what holds is decided by the services."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from groups.models import GROUP_TYPES, Label, Membership, Role, Space, SpaceType
from groups.services.requests import MESSAGE_LIMIT
from kit.forms import Form
from people.models import NAME_LIMIT, Person


def labels_for(space_type: str, *, has_guests: bool) -> list[tuple[str, str]]:
    """The labels a group of this type may give its new threads."""
    labels = [Label.INTERNAL, Label.CONFIDENTIAL]
    if space_type != SpaceType.HIDDEN and has_guests:
        labels.insert(0, Label.SHARED)
    return [(str(label), str(label.label)) for label in labels]


class _AboutGroup(Form):
    name = forms.CharField(
        label=_("Name"),
        max_length=NAME_LIMIT,
        help_text=_("A project, a product or a speciality. Not a department: those change."),
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}),
    )
    purpose = forms.CharField(
        label=_("What is it for?"),
        max_length=1000,
        required=False,
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}),
    )
    has_guest_invitations = forms.BooleanField(label=_("Invite guests from other companies"), required=False)
    default_label = forms.ChoiceField(label=_("Label on new threads"))

    def _offer(self, space_type: str, *, has_guests: bool) -> None:
        """Show only what this type of group has."""
        self.fields["default_label"].choices = labels_for(space_type, has_guests=has_guests)
        guests = self.fields["has_guest_invitations"]
        if space_type == SpaceType.HIDDEN:
            guests.widget.attrs["disabled"] = True
            guests.help_text = _("Not possible in a hidden group. Choose Closed to work with partners.")
        else:
            guests.help_text = _("Managers invite them one by one. Guests read only what is shared with them.")


class GroupForm(_AboutGroup):
    """A new group."""

    type = forms.ChoiceField(
        label=_("Who can see it and read it?"),
        choices=[(kind, kind.label) for kind in GROUP_TYPES],
        initial=SpaceType.OPEN,
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._offer(self.chosen_type, has_guests=self.has_guests)
        if self.has_guests and not self.is_bound:
            self.fields["default_label"].initial = Label.SHARED

    @property
    def chosen_type(self) -> str:
        """The type as it stands in the form now, sent or not."""
        wanted = self.data.get("type") if self.is_bound else self.initial.get("type")
        return wanted if wanted in GROUP_TYPES else str(SpaceType.OPEN)

    @property
    def has_guests(self) -> bool:
        """Whether guests may be invited, as the form stands now."""
        wanted = self.data.get("has_guest_invitations") if self.is_bound else self.initial.get("has_guest_invitations")
        return bool(wanted) and self.chosen_type != SpaceType.HIDDEN

    @property
    def shown_name(self) -> str:
        """What stands in the name field now."""
        return str(self.data.get("name", "") if self.is_bound else self.initial.get("name", "")).strip()[:NAME_LIMIT]

    def clean_has_guest_invitations(self) -> bool:
        return self.has_guests


class GroupEditForm(_AboutGroup):
    """What a manager changes of a group that exists; visibility has a page of its own."""

    def __init__(self, *args: Any, space: Space, **kwargs: Any) -> None:
        kwargs["initial"] = {
            "name": space.name,
            "purpose": space.purpose,
            "default_label": space.default_label,
            "has_guest_invitations": space.has_guest_invitations,
            **kwargs.get("initial", {}),
        }
        super().__init__(*args, **kwargs)
        self.fields["name"].help_text = ""
        # "Shared" stays on offer beside the check box that allows it: both are saved at once.
        self._offer(space.type, has_guests=True)


class AskForm(Form):
    """A word to the managers of a closed group."""

    message = forms.CharField(
        label=_("A word to its managers"),
        max_length=MESSAGE_LIMIT,
        required=False,
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}),
    )


class VisibilityForm(Form):
    """The type a group is to have."""

    type = forms.ChoiceField(choices=[(kind, kind.label) for kind in GROUP_TYPES])


class HandOverForm(Form):
    """Who manages the group from now on."""

    to = forms.ModelChoiceField(
        label=_("Hand over to"), queryset=Person.objects.none(), to_field_name="public_id", empty_label=None
    )

    def __init__(self, *args: Any, space: Space, manager: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        inside = Membership.objects.filter(space=space).exclude(role=Role.GUEST).values("person_id")
        heirs = Person.objects.active().employees().filter(pk__in=inside).exclude(pk=manager.pk)
        self.fields["to"].queryset = heirs.order_by("display_name")
