"""Readers: each turns the archive of one kind of system into the neutral form."""


class SourceError(ValueError):
    """The source is nothing this reader knows; the sentence says what is missing."""
