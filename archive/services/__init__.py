"""Verbs of the archive: each asks who may, writes, and writes down what it did, in one transaction."""

from archive.services.accesses import (
    HOURS,
    REASON_LIMIT,
    approve_access,
    ask_for_access,
    end_access,
    hear_person_changed,
    put_away,
    refuse_access,
    withdraw_access_request,
)
from archive.services.administrators import decides_from, hear_administrators
from archive.services.log import write_down

__all__ = [
    "HOURS",
    "REASON_LIMIT",
    "approve_access",
    "ask_for_access",
    "decides_from",
    "end_access",
    "hear_administrators",
    "hear_person_changed",
    "put_away",
    "refuse_access",
    "withdraw_access_request",
    "write_down",
]
