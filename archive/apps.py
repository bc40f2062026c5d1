from django.apps import AppConfig


class ArchiveConfig(AppConfig):
    """The log, and access by break-glass."""

    name = "archive"
