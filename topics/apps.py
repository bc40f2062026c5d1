from django.apps import AppConfig


class TopicsConfig(AppConfig):
    """Two pages of the administration, and a block of the side bar."""

    name = "topics"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy

        from kit import slots
        from kit.navigation import BLOCKS
        from topics import navigation

        slots.fill(BLOCKS, "topics", navigation.block_of_topics, order=30)
        slots.fill("admin.pages", "topics", ("topics:admin-topics", gettext_lazy("Topics")), order=30)
        slots.fill("admin.pages", "tags", ("topics:admin-tags", gettext_lazy("Tags")), order=40)
