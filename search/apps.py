from django.apps import AppConfig
from django.conf import settings


class SearchConfig(AppConfig):
    name = "search"

    def ready(self) -> None:
        """Let the one writer hear whatever findable rows depend on; the server starts and stops its thread."""
        if "whoosh" in settings.HAYSTACK_CONNECTIONS["default"]["ENGINE"]:
            from search import hearing

            hearing.begin()
