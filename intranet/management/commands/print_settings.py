"""``manage.py print_settings``: the page of settings, from the table in code."""

from typing import Any

from django.core.management.base import BaseCommand

from intranet import variables


class Command(BaseCommand):
    help = "Prints docs/settings.md from the table of variables in code."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(variables.as_page(), ending="")
