"""Many new people from a table of text: read, judged line by line, and only then invited."""

from __future__ import annotations

import csv
import datetime as dt
import io
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from kit import clock
from people.models import NAME_LIMIT, AccountInvitation, Language, Person, fold_name
from people.services.checks import tidy_mail

LINES_LIMIT = 500

# What a column may be called, in both languages, without accents.
_COLUMNS = {
    "email": {"mail", "email", "e-mail", "work email", "adresse", "courriel", "adresse mail"},
    "display_name": {"name", "nom", "display name", "full name", "nom complet"},
    "kind": {"kind", "type", "nature"},
    "employer": {"employer", "employeur", "company", "societe", "entreprise"},
    "ends_on": {"until", "last day", "ends on", "jusqu'au", "jusqu’au", "fin", "dernier jour"},
    "language": {"language", "langue", "lang"},
}
_ORDER = ("email", "display_name", "kind", "employer", "ends_on", "language")
_GUESTS = {"guest", "invite", "invité", "invitee", "invitée", "partner", "partenaire"}
_EMPLOYEES = {"", "employee", "salarie", "salarié", "salariee", "salariée"}


@dataclass(slots=True)
class Line:
    """One line of the table: its number, what it says, and why it can't be invited ("" when it can)."""

    number: int
    email: str = ""
    display_name: str = ""
    is_employee: bool = True
    employer: str = ""
    ends_on: dt.date | None = None
    language: str = Language.ENGLISH
    refusal: str = ""
    said: dict[str, str] = field(default_factory=dict)


def read(text: str, *, language: str) -> list[Line]:
    """The lines of ``text`` (comma, semicolon or tab; with or without a line of titles), each judged.

    Raises ValidationError when there are more than ``LINES_LIMIT``. Three queries, whatever their number.
    """
    rows = [
        row for row in csv.reader(io.StringIO(text), delimiter=_delimiter(text)) if any(cell.strip() for cell in row)
    ]
    columns = _columns(rows[0]) if rows else {}
    start = 1 if columns else 0
    columns = columns or {name: index for index, name in enumerate(_ORDER)}
    if len(rows) - start > LINES_LIMIT:
        raise ValidationError(
            _("The list has %(found)d lines; the limit is %(limit)d. Send it in parts.")
            % {"found": len(rows) - start, "limit": LINES_LIMIT}
        )
    lines = [_line(number, row, columns, language) for number, row in enumerate(rows[start:], start + 1)]
    _refuse_known(lines)
    return lines


def _delimiter(text: str) -> str:
    first = text.lstrip().split("\n", 1)[0]
    return max(",;\t", key=first.count)


def _columns(row: list[str]) -> dict[str, int]:
    """Where each column stands, when the first row is one of titles; else nothing."""
    if any("@" in cell for cell in row):
        return {}
    found = {}
    for index, cell in enumerate(row):
        title = cell.strip().casefold().translate(str.maketrans("éèêà", "eeea"))
        for name, titles in _COLUMNS.items():
            if title in titles:
                found.setdefault(name, index)
    return found if "email" in found else {}


def _line(number: int, row: list[str], columns: dict[str, int], language: str) -> Line:
    said = {name: row[index].strip() for name, index in columns.items() if index < len(row)}
    line = Line(number=number, said=said, language=language)
    line.email = tidy_mail(said.get("email", ""))
    line.display_name = fold_name(said.get("display_name", ""))[:NAME_LIMIT]
    line.employer = fold_name(said.get("employer", ""))[:NAME_LIMIT]
    kind = said.get("kind", "").casefold()
    line.is_employee = kind not in _GUESTS
    wished = said.get("language", "").casefold()[:2]
    if wished in Language.values:
        line.language = wished
    line.refusal = _refusal(line, kind, said.get("ends_on", ""))
    return line


def _refusal(line: Line, kind: str, ends_on: str) -> str:
    try:
        validate_email(line.email)
    except ValidationError:
        return _("This is not a mail address.")
    if kind not in _GUESTS | _EMPLOYEES:
        return _("The kind is neither employee nor guest.")
    if line.is_employee:
        return ""
    if not line.employer:
        return _("A guest needs an employer.")
    line.ends_on = _day(ends_on)
    if line.ends_on is None:
        return _("A guest needs a last day, as 2027-03-31 or 31/03/2027.")
    if line.ends_on < clock.today():
        return _("The last day is in the past.")
    return ""


def _day(text: str) -> dt.date | None:
    for form in ("%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y"):
        try:
            return dt.datetime.strptime(text, form).date()
        except ValueError:
            continue
    return None


def _refuse_known(lines: list[Line]) -> None:
    """Refuse who has an account, who is invited already, and who stands twice in the list."""
    mails = {line.email for line in lines}
    known = set(Person.objects.filter(email__in=mails).values_list("email", flat=True))
    waiting = AccountInvitation.objects.filter(
        email__in=mails, accepted_by=None, withdrawn_at=None, expires_at__gt=clock.now()
    )
    invited, seen = set(waiting.values_list("email", flat=True)), set()
    for line in lines:
        if line.refusal:
            continue
        if line.email in known:
            line.refusal = _("Already has an account.")
        elif line.email in invited:
            line.refusal = _("Already invited; the link still works.")
        elif line.email in seen:
            line.refusal = _("Stands in this list already.")
        seen.add(line.email)
