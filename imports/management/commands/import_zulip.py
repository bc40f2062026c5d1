"""Bring an archive of a Zulip chat in."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from imports.management.importing import ImportCommand
from imports.sources import zulip


class Command(ImportCommand):
    help = "Import an archive of a Zulip chat: streams become groups, topics threads, messages posts."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="the archive: streams.json and messages/*.jsonl.gz")
        self.add_common_arguments(parser)
        parser.add_argument("--visibility", choices=["open", "closed", "hidden"], default="open", help="of the groups")
        parser.add_argument("--site", default="", metavar="URL", help="address of the old chat, for links back to it")
        parser.add_argument(
            "--topics", choices=["groups", "none"], default="groups", help="what threads are filed under"
        )

    def handle(self, *, folder: Path, archive: str, **chosen: Any) -> None:
        options = zulip.Options(
            visibility=chosen["visibility"], site=chosen["site"].rstrip("/"), topics=chosen["topics"]
        )
        source = f"{zulip.SOURCE}/{archive or urlsplit(options.site).netloc or folder.resolve().name}"[:80]
        self.import_archive(source, Reader(folder, options), **chosen)


class Reader:
    """The archive and what was chosen for it."""

    def __init__(self, folder: Path, options: zulip.Options) -> None:
        self.folder, self.options = folder, options

    def fingerprint(self) -> str:
        return zulip.fingerprint(self.folder)

    def read(self, place: Path, advance: Callable[[int], object]) -> None:
        zulip.read_archive(self.folder, place, options=self.options, advance=advance)
