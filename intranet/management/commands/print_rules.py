"""``manage.py print_rules``: the page of the rule, from the table in code."""

from typing import Any

from django.core.management.base import BaseCommand

from intranet import rulebook


class Command(BaseCommand):
    help = "Prints docs/rules.md from the table of the rule in code."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(rulebook.as_page(), ending="")
