"""``manage.py rebuild_index``: the whole index anew, beside the one that is served, then swapped in."""

from __future__ import annotations

import time

from django.core.management.base import BaseCommand, CommandError
from haystack import connections

from search.engines.rebuild import Busy

BAR = 30


class Command(BaseCommand):
    help = "Build the search index anew from the database. May run while the server runs: it swaps over by itself."

    def add_arguments(self, parser):
        parser.add_argument("--quiet", action="store_true", help="show no progress")
        # Haystack's command asks before it clears the index; ours clears nothing, so there is nothing to ask.
        parser.add_argument("--noinput", action="store_true", help="accepted for habit's sake; nothing is asked")

    def handle(self, *args, **options):
        backend = connections["default"].get_backend()
        began = time.monotonic()
        try:
            done = backend.rebuild((lambda done, total: None) if options["quiet"] else self._show)
        except Busy:
            raise CommandError("Another process rebuilds the search index already.") from None
        if not options["quiet"]:
            self.stdout.write("")
            self.stdout.write(f"{done} rows indexed in {time.monotonic() - began:.1f} s.")

    def _show(self, done: int, total: int) -> None:
        filled = done * BAR // total if total else BAR
        line = f"\r[{'#' * filled}{'.' * (BAR - filled)}] {done} of {total}"
        self.stdout.write(line, ending="")
        self.stdout.flush()
