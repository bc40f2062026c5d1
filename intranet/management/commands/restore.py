"""``manage.py restore FOLDER`` or ``FILE.tar.gz``: a backup where no company is yet."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from intranet import backups, keys
from intranet.indexing import rebuild_index


class Command(BaseCommand):
    help = (
        "Puts a backup into an empty data folder (PARVIS_DATA) or, on the server profile, an empty database, "
        "and compares every table and file."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("source", type=Path, metavar="FOLDER|FILE.tar.gz")

    def handle(self, *args: Any, source: Path, **options: Any) -> None:
        try:
            made = backups.restore(source.expanduser().resolve())
        except backups.RestoreUnfinished as error:
            raise CommandError(f"The database was filled, but don't use it. {error} Empty it and try again.") from None
        except (backups.BackupFailed, OSError) as error:
            raise CommandError(f"Nothing was restored. {error}") from None
        if not settings.IS_EMBEDDED:
            # What a newer code needs; and the index, which no backup holds (embedded, the server does both).
            call_command("migrate", verbosity=0, interactive=False)
            rebuild_index(self)
        self.stdout.write(
            f"Restored the company as it was at {made.taken_at}: {len(made.tables)} tables with {made.rows} rows and "
            f"{len(made.blobs)} files, each compared with its checksum. The search index is made anew."
        )
        for variable in keys.overruled(keys.read(settings.DATA_FOLDER / keys.FILE)):
            self.stderr.write(
                f"{variable} is set to something else than the company had: people sign in anew, and links in mails "
                f"sent before no longer work. What it had is in {settings.DATA_FOLDER / keys.FILE}."
            )
