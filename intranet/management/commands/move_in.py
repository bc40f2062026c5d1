"""``manage.py move_in FOLDER``: an embedded company into this installation of the server profile."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from intranet.indexing import rebuild_index
from intranet.moving import CannotMove, Moved, move_in


class Command(BaseCommand):
    help = (
        "Moves an embedded company (its data folder) into this server profile: an empty, migrated database. "
        "May be interrupted and started again. Compares every table and file by checksum."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="the data folder of the embedded company (PARVIS_DATA)")

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        self.show_bar = self.stderr.isatty() or bool(options.get("force_color"))
        folder = folder.expanduser().resolve()
        try:
            moved = move_in(folder, bar=self.bar, say=self.stdout.write)
        except (CannotMove, OSError) as reason:
            raise CommandError(f"The company did not move in. {reason}") from None
        self.print_sums(moved)
        self.stdout.write(
            f"The company moved in: {len(moved.after)} tables with {sum(t['rows'] for t in moved.after.values())} rows "
            f"and {len(moved.files_after)} files, each as it was. Making the search index anew…"
        )
        self.stdout.flush()
        rebuild_index(self)
        self.stdout.write(f"Start the servers now. Keep {folder} as a backup, and don't serve it again.")

    def print_sums(self, moved: Moved) -> None:
        """A line per table and file: what, rows, its checksum before and after."""
        for name, before in sorted(moved.before.items()):
            after = moved.after[name]
            self.stdout.write(f"table {name} {before['rows']} {before['sha256']} {after['sha256']} equal")
        for name, sha256 in sorted(moved.files_before.items()):
            self.stdout.write(f"file {name} {sha256} {moved.files_after[name]} equal")

    def bar(self, what: str, total: int) -> tqdm:
        return tqdm(desc=what, total=total, unit="", disable=not self.show_bar, mininterval=0.5, file=self.stderr)
