"""``manage.py serve``: the server, with an up-to-date database and, where asked, the demo company."""

from __future__ import annotations

import datetime as dt
import os
import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from intranet import backups, reach, server
from kit import failures
from people.models import Company, Person
from people.services import first_admin_link


class Command(BaseCommand):
    help = "Serves Parvis until Ctrl+C. Embedded, it brings the database up to date first."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default 127.0.0.1)")
        parser.add_argument(
            "--port", type=int, default=int(os.environ.get("PORT") or 8000), help="default 8000, or PORT"
        )
        parser.add_argument("--demo", action="store_true", help="fill an empty database with the demo company")

    def handle(self, *args: Any, **options: Any) -> None:
        self.check(tags=["parvis"])
        lock = server.ServerLock(settings.DATA_FOLDER)
        try:
            if settings.IS_EMBEDDED:
                lock.take()
            server.listen(options["host"], options["port"]).close()
            if settings.IS_EMBEDDED:
                self.bring_up_to_date()
            elif found := reach.problem(patience=reach.PATIENCE_SECONDS):
                raise server.CannotServe(found)
            self.load_demo(wanted=options["demo"])
            server.serve(host=options["host"], port=options["port"], greeting=greeting(address(options)))
        except server.CannotServe as reason:
            self.stderr.write(str(reason))
            sys.exit(1)
        except OSError as error:
            self.stderr.write(f"The server stopped: {error.strerror or error} ({error.filename or 'no file named'}).")
            sys.exit(1)
        finally:
            lock.release()
        self.stdout.write("Stopped.")
        server.leave()

    def bring_up_to_date(self) -> None:
        """Apply what is missing, after a copy of a database that holds something."""
        try:
            executor = MigrationExecutor(connection)
            missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
        except DatabaseError as error:
            raise server.CannotServe(f"The database doesn't answer: {failures.first_line(error)}") from error
        if not missing:
            return
        if executor.loader.applied_migrations:
            moment = dt.datetime.now(dt.UTC).strftime("%Y%m%d-%H%M%S")
            copy = settings.DATA_FOLDER / f"db-before-{moment}.sqlite3"
            backups.copy_database(copy)
            self.stdout.write(f"The database is being brought up to date; a copy of it as it was: {copy}")
        else:
            self.stdout.write(f"Making the database in {settings.DATA_FOLDER}…")
        call_command("migrate", verbosity=0, interactive=False)

    def load_demo(self, *, wanted: bool) -> None:
        """The demo company, when it is asked for and nobody is here yet."""
        if wanted and "load_demo" in get_commands() and not Person.objects.exists():
            self.stdout.write("Filling the demo company…")
            self.stdout.flush()
            call_command("load_demo")


def address(options: dict[str, Any]) -> str:
    """Where people find this server: what was set, or where it listens; links are made with it from now on."""
    if "PARVIS_URL" not in os.environ:
        host = f"[{options['host']}]" if ":" in options["host"] else options["host"]
        settings.PUBLIC_URL = f"http://{host}:{options['port']}"
    return str(settings.PUBLIC_URL)


def greeting(address: str) -> list[str]:
    """What the person at the keyboard must know: the address, and who to sign in as."""
    lines = [f"Parvis is running: {address}/   (Ctrl+C stops it)"]
    company = Company.objects.filter(pk=1).first()
    link = first_admin_link()
    if company is not None and company.is_demo and settings.LOCAL_SIGN_IN == "yes":
        person = Person.objects.filter(is_administrator=True, is_active=True).order_by("joined_at").first()
        who = f" as {person.display_name}, who is an administrator, or" if person else ""
        lines.append(f"Sign in with one click{who} as anybody else of the demo company {company.name}.")
    elif link:
        lines += ["Nobody is here yet. This link makes you the first administrator, once:", f"  {link}"]
    elif settings.LOCAL_SIGN_IN == "no":
        lines.append(f"Sign in with {settings.OIDC_NAME} (`manage.py sign_in_link` prints another way in).")
    else:
        lines.append("Sign in with your mail address and password (`manage.py create_admin` makes an administrator).")
    return lines
