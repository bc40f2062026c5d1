"""Bring mail in: lists become groups, conversations threads, mails posts."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from imports.management.importing import ImportCommand, remark_on_files
from imports.sources import mail


class Command(ImportCommand):
    help = "Import mail from mbox files: lists become groups, conversations threads, mails posts."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", type=Path, nargs="+", metavar="FILE", help="mbox, plain or gzipped")
        self.add_common_arguments(parser)
        kinds = ["open", "closed", "hidden"]
        parser.add_argument("--visibility", choices=kinds, default="hidden", help="of the groups of lists")
        parser.add_argument(
            "--private", choices=kinds, default="hidden", help="visibility of the group for mail that came by no list"
        )
        parser.add_argument(
            "--group", default="", metavar="NAME", help="put every mail into one group of this name, lists or not"
        )

    def handle(self, *, files: list[Path], archive: str, **chosen: Any) -> None:
        for path in files:
            if not path.is_file():
                raise CommandError(f"{path} is no file. Name the mbox files themselves.")
        name = archive or (files[0].name.partition(".")[0] if len(files) == 1 else files[0].resolve().parent.name)
        options = mail.Options(
            visibility=chosen["visibility"],
            private=chosen["private"],
            group=" ".join(chosen["group"].split())[:80],
            private_name=name[:80] or "Mail",
            missing_file=remark_on_files(),
        )
        self.import_archive(f"{mail.SOURCE}/{name}"[:80], Reader(files, options), **chosen)


class Reader:
    """The files and what was chosen for them."""

    def __init__(self, files: list[Path], options: mail.Options) -> None:
        self.files, self.options = files, options

    def fingerprint(self) -> str:
        return mail.fingerprint(self.files)

    def read(self, place: Path, advance: Callable[[int], object]) -> None:
        mail.read_boxes(self.files, place, options=self.options, advance=advance)
