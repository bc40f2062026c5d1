"""``manage.py migrate``: Django's, past the pooler where DATABASE_DIRECT_URL says how."""

from __future__ import annotations

from typing import Any

from django.core.management.commands import migrate

from intranet.databases import go_direct


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> Any:
        go_direct()
        return super().handle(*args, **options)
