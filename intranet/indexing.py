"""The search index of a company that was just put into a database: no backup and no move brings one along."""

from __future__ import annotations

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError


def rebuild_index(command: BaseCommand) -> None:
    """Make it anew, or say in one sentence why it wasn't: the company is whole without, and the servers make one up."""
    try:
        call_command("rebuild_index", quiet=True, stdout=command.stdout)
    except CommandError as error:
        command.stderr.write(f"The search index was not made yet ({error}). Run `manage.py rebuild_index` later.")
