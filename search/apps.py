from django.apps import AppConfig


class SearchConfig(AppConfig):
    name = "search"

    def ready(self) -> None:
        """Let the engine hear whatever findable rows depend on."""
        from search import hearing

        hearing.begin()
