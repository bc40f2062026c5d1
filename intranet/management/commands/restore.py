"""``manage.py restore FOLDER`` or ``FILE.tar.gz``: a backup into an empty data folder."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from intranet import backups


class Command(BaseCommand):
    help = "Puts a backup into an empty data folder (PARVIS_DATA), after checking every table and file of it."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("source", type=Path, metavar="FOLDER|FILE.tar.gz")

    def handle(self, *args: Any, source: Path, **options: Any) -> None:
        try:
            made = backups.restore(source.expanduser().resolve())
        except (backups.BackupFailed, OSError) as error:
            raise CommandError(f"Nothing was restored. {error}") from None
        rows = sum(table["rows"] for table in made.tables.values())
        self.stdout.write(
            f"Restored the company as it was at {made.taken_at}: {len(made.tables)} tables with {rows} rows and "
            f"{len(made.blobs)} files, each compared with its checksum. The search index is made anew."
        )
