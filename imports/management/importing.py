"""What every command that brings an archive in does: read, check, write, report; only reading differs."""

from __future__ import annotations

import shutil
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext, override
from tqdm import tqdm

from imports import report, services
from imports.neutral import read_form
from imports.sources import SourceError
from imports.validate import Checked, validate
from people.models import Person


class ImportCommand(BaseCommand):
    """A command calls `import_archive` with a reader that answers `fingerprint()`, `options` and `read(place, bar)`."""

    def add_common_arguments(self, parser: ArgumentParser) -> None:
        """What can be said of any archive."""
        parser.add_argument("--dry-run", action="store_true", help="read and check everything, write nothing")
        parser.add_argument("--as", dest="email", default="", metavar="EMAIL", help="the administrator who orders it")
        parser.add_argument(
            "--archive", default="", metavar="NAME", help="a name that stays the same for later imports"
        )

    def import_archive(self, source: str, reader: Any, *, dry_run: bool, email: str, **chosen: Any) -> None:
        """Bring it in and report; every way this can fail is a sentence."""
        ordered_by = None if dry_run else self.administrator(email)
        self.show_bar = self.stderr.isatty() or bool(chosen.get("force_color"))
        try:
            with services.alone(source):
                outcome = self.bring_in(source, reader, ordered_by)
        except (SourceError, OSError) as problem:
            raise CommandError(str(problem)) from problem
        except services.ImportBusy as problem:
            raise CommandError(f"{source} is being imported by another command now. Let it finish.") from problem
        except PermissionDenied as problem:
            raise CommandError("Only an administrator with an open account may order an import.") from problem
        path = report.write_report(outcome)
        self.stdout.write(report.summary(outcome))
        self.stdout.write(f"The whole report, with every refusal: {path}")
        if not outcome.balances:
            raise CommandError(
                "The figures do not add up: rows in are not rows stored plus rows refused. See the report."
            )

    def bring_in(self, source: str, reader: Any, by: Person | None) -> services.Outcome:
        """Read, check, write; the form is read again only when the archive or the options have changed."""
        place = services.work_folder(source) / "form"
        if not is_read(place, reader.fingerprint(), reader.options.as_strings()):
            with self.bar("Reading", None) as bar:
                reader.read(place, bar.update)
        with self.bar("Checking", None) as bar, validate(place, advance=bar.update) as checked:
            bar.close()
            outcome = self.write(source, checked, by)
        # SECURITY: no second copy of what people wrote stays behind: a post deleted later would live on in it.
        shutil.rmtree(place)
        return outcome

    def write(self, source: str, checked: Checked, by: Person | None) -> services.Outcome:
        if by is None:
            return services.dry_run(source=source, checked=checked)
        with self.bar("Writing", checked.count("post")) as bar:
            return services.import_form(ordered_by=by, source=source, checked=checked, advance=bar.update)

    def bar(self, what: str, total: int | None) -> tqdm:
        return tqdm(desc=what, total=total, unit=" rows", disable=not self.show_bar, mininterval=0.5, file=self.stderr)

    def administrator(self, email: str) -> Person:
        """Whoever orders the import: the one named, or the only administrator there is."""
        administrators = Person.objects.active().filter(is_administrator=True, is_robot=False)
        found: list[Person] = list(administrators.filter(email__iexact=email) if email else administrators[:2])
        if not found and email:
            raise CommandError(f"{email} is no administrator with an open account.")
        if not found:
            raise CommandError("There is no administrator yet: make one with manage.py create_admin.")
        if len(found) > 1:
            raise CommandError("There are several administrators: say who orders the import, with --as EMAIL.")
        return found[0]


def is_read(place: Path, fingerprint: str, options: dict[str, str]) -> bool:
    """Whether the form that lies there is of this archive, with these options, and whole."""
    try:
        form = read_form(place)
    except ValueError:
        return False
    return form.fingerprint == fingerprint and form.options == options


def remark_on_files() -> str:
    """What stands behind the name of a file that is not taken over, in the language of the company."""
    with override(settings.LANGUAGE_CODE):
        return gettext("file not taken over")
