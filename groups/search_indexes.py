"""Groups as search sees them: name and purpose, for whoever may know of them."""

from __future__ import annotations

from haystack import indexes

from groups import policy
from groups.models import Space, SpaceType


class GroupIndex(indexes.SearchIndex, indexes.Indexable):
    text = indexes.CharField(document=True, model_attr="purpose")
    title = indexes.CharField(model_attr="name")
    space = indexes.IntegerField(model_attr="pk")
    space_type = indexes.CharField(model_attr="type")
    is_shared = indexes.BooleanField(default=True)

    finds = "group"
    visited = ("/groups/", "public_id")
    action = "know"
    hears = dict.fromkeys(
        ("space.created", "space.changed", "space.visibility-changed", "space.archived", "space.unarchived"),
        lambda ids: [ids["space"]],
    )

    def get_model(self):
        return Space

    def index_queryset(self, using=None):
        return Space.objects.groups()

    def rows(self, viewer):
        return policy.spaces_for(viewer, "know").groups()

    def prepare_is_shared(self, space):
        return True

    def option(self, space):
        """Address, text, icon and detail of one line of a list."""
        drawing = {SpaceType.CLOSED: "lock", SpaceType.HIDDEN: "eye-off"}.get(space.type, "hash")
        return f"/groups/{space.public_id}/", space.name, drawing, space.get_type_display()
