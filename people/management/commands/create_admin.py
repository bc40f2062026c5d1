"""Make an administrator from the keyboard, or make one of somebody who is here."""

from __future__ import annotations

import getpass
import os
from typing import Any

from django.conf import settings
from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from people import queries, services
from people.models import Person


class Command(BaseCommand):
    help = "Make an administrator. The password is asked for, or read from PARVIS_ADMIN_PASSWORD."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", nargs="?", help="the mail address to sign in with")
        parser.add_argument("--name", default="", help="the name people see")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            email = options["email"] or input("Mail address: ")
            person = queries.by_mail(email)
            if person is not None:
                services.make_administrator(by=services.robot(), person=person)
                self.stdout.write(f"{person.display_name} administers the company now.")
                return
            name = options["name"] or input("Name: ") or email.split("@", 1)[0]
            password = os.environ.get("PARVIS_ADMIN_PASSWORD") or getpass.getpass("Password: ")
            password_validation.validate_password(password, Person(email=email, display_name=name))
            services.create_person(
                by=services.robot(), display_name=name, email=email, password=password, is_administrator=True
            )
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        except (EOFError, KeyboardInterrupt):
            raise CommandError("Nothing was made.") from None
        if settings.LOCAL_SIGN_IN != "yes":
            self.stdout.write(f"Local sign-in is switched off. For a way in: manage.py sign_in_link {email}")
        self.stdout.write(f"{name} can sign in as {email} and administers the company.")
