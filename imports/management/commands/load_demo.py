"""``manage.py load_demo``: Corvanne, an invented company, into an empty installation."""

from __future__ import annotations

import time
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from imports.demo.loading import NotEmpty, load


class Command(BaseCommand):
    help = "Fill an empty installation with the demo company Corvanne. Changes nothing when it is there already."

    def handle(self, *args: Any, **options: Any) -> None:
        began = time.monotonic()
        try:
            loaded = load(done=self.show_progress)
        except NotEmpty:
            raise CommandError(
                "There are people here already. The demo company only goes into an empty data folder: set "
                "PARVIS_DATA (or DATABASE_URL) to another place. Nothing was changed."
            ) from None
        if loaded is None:
            self.stdout.write("The demo company is here already. Nothing was changed.")
            return
        if settings.IS_EMBEDDED:
            call_command("rebuild_index", quiet=True, stdout=self.stdout)
        self.stdout.write(
            f"Corvanne is here: {loaded.people} people, {loaded.groups} groups, {loaded.topics} topics, "
            f"{loaded.threads} threads with {loaded.posts} posts, in {time.monotonic() - began:.0f} s."
        )

    def show_progress(self, so_far: int, total: int) -> None:
        """One line that counts along on a terminal; nothing in a file."""
        if self.stdout.isatty() and (so_far % 25 == 0 or so_far == total):
            end = "\n" if so_far == total else ""
            self.stdout.write(f"\rLiving through fourteen months: {100 * so_far // total:3d} %", ending=end)
            self.stdout.flush()
