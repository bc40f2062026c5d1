"""The search index of a company that was just put into a database: no backup and no move brings one along."""

from __future__ import annotations

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connection

from search.engines.postgres import state


def rebuild_index(command: BaseCommand) -> None:
    """Make it anew, or say in one sentence why it wasn't: the company is whole without, and the servers make one up."""
    if connection.vendor == "postgresql":
        # Should this end half-way: an index that is not known to be whole is made whole by the first server.
        state.forget()
    try:
        call_command("rebuild_index", quiet=True, stdout=command.stdout)
    except (CommandError, DatabaseError, OSError) as error:
        command.stderr.write(f"The search index was not made yet ({error}). Run `manage.py rebuild_index` later.")
