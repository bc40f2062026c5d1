"""Verbs of the archive."""

from archive.services.log import write_down

__all__ = ["write_down"]
