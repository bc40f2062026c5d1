"""A way in that needs neither the provider nor a password: a link that works once, for fifteen minutes."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from people import one_time, queries


class Command(BaseCommand):
    help = "Print a link that signs one person in, once, within fifteen minutes; also when the provider is down."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="the mail address of the account")
        parser.add_argument(
            "--connect",
            action="store_true",
            help="print a link that connects the account with the company account instead; it works for a day",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        person = queries.by_mail(options["email"])
        if person is None or not person.may_sign_in:
            raise CommandError(f"Nobody can sign in as {options['email']}.")
        self.stdout.write(one_time.address_for(person, one_time.BIND if options["connect"] else one_time.ENTER))
