"""``manage.py backup FOLDER`` or ``FILE.tar.gz``: the whole company, while people work."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from intranet import backups


class Command(BaseCommand):
    help = "Writes the company into a folder, or into one file (name.tar.gz). The server may be running."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("target", type=Path, metavar="FOLDER|FILE.tar.gz")

    def handle(self, *args: Any, target: Path, **options: Any) -> None:
        try:
            made = backups.back_up(target.expanduser().resolve())
        except (backups.BackupFailed, OSError) as error:
            raise CommandError(f"No backup was made. {error}") from None
        self.stdout.write(
            f"Backed up to {target}: {len(made.tables)} tables with {made.rows} rows, {len(made.blobs)} files. "
            "It holds the secrets of this installation: keep it as safe as the data folder."
        )
