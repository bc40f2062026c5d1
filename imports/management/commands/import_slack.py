"""Bring a Slack export in."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from imports.management.importing import ImportCommand, remark_on_files
from imports.sources import slack


class Command(ImportCommand):
    help = "Import a Slack export: channels become groups, messages posts."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="ZIP", help="the export as Slack writes it")
        self.add_common_arguments(parser)
        parser.add_argument(
            "--visibility",
            choices=["open", "closed", "hidden"],
            default="hidden",
            help="of the groups of public channels; private channels are always hidden",
        )

    def handle(self, *, file: Path, archive: str, **chosen: Any) -> None:
        if not file.is_file():
            raise CommandError(f"{file} is no file. Name the zip itself.")
        options = slack.Options(visibility=chosen["visibility"], missing_file=remark_on_files())
        self.import_archive(f"{slack.SOURCE}/{archive or file.stem}"[:80], Reader(file, options), **chosen)


class Reader:
    """The export and what was chosen for it."""

    def __init__(self, file: Path, options: slack.Options) -> None:
        self.file, self.options = file, options

    def fingerprint(self) -> str:
        return slack.fingerprint(self.file)

    def read(self, place: Path, advance: Callable[[int], object]) -> None:
        slack.read_export(self.file, place, options=self.options, advance=advance)
