"""``manage.py verify_log``: is the log as it was written?"""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from archive.models import LogEntry
from archive.verifying import Head, is_guarded, verify


class Command(BaseCommand):
    help = (
        "Walks through the log, hashes every entry again and names the first that is not as it was written "
        "(exit code 1). Prints the head: keep it outside this machine, and give it back with --head."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--head", default="", metavar="NUMBER:HASH", help="a head kept elsewhere: still in here?")

    def handle(self, *args: Any, head: str, **options: Any) -> None:
        try:
            known = Head.read(head) if head else None
        except ValueError:
            raise CommandError("A head is a number, a colon and 64 hex digits, as this command prints it.") from None
        show = self.stderr.isatty() or bool(options.get("force_color"))
        with tqdm(total=LogEntry.objects.count(), unit=" entries", disable=not show, file=self.stderr) as bar:
            verdict = verify(known=known, advance=bar.update)
        if verdict.broken:
            raise CommandError(f"The log is broken: entry {verdict.broken.number} {verdict.broken.says}.")
        if not is_guarded():
            raise CommandError("The chain is whole, but the database no longer refuses changes: its triggers are gone.")
        self.stdout.write(f"The log is whole: {verdict.count} entries.")
        if verdict.head:
            self.stdout.write(f"Head: {verdict.head}")
