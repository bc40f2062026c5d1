"""What outsiders may learn of a hidden group: the one reviewed list.

``docs/privacy.md`` is printed from it, and the two worlds leave out of their comparison the pages that stand here, and
no others.

``make privacy`` (``python -m tests.worlds.may_learn``) writes the table into the page; a test compares them.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "docs" / "privacy.md"
BEGINS = "<!-- what outsiders may learn: written by `make privacy` from tests/worlds/may_learn.py -->"
ENDS = "<!-- end of the table -->"
HEAD = ("who", "may learn", "because", "how the proof treats it")


@dataclass(frozen=True)
class Line:
    """One thing that may be learned. ``pages`` are addresses of which only the status is compared.

    ``is_of_a_look``: only where an administrator has looked into a group by break-glass.
    """

    who: str
    what: str
    because: str
    proof: str
    pages: tuple[str, ...] = ()
    is_of_a_look: bool = False


MAY_LEARN = (
    Line(
        "a person who is invited",
        "the name and purpose of the group, and who invites them, until the invitation is withdrawn or over",
        "somebody decided to tell them",
        "they are not among those compared",
    ),
    Line(
        "a former member",
        "what they read while they were in, until the moment they left or were removed; what they wrote down of it",
        "nobody can take back what was seen; from then on they are outside",
        "compared from that moment on, for one who left and one who was removed",
    ),
    Line(
        "everybody who reads where it goes",
        "a thread that a member moves out of the group, with its posts and authors; not where it was",
        "a member published it",
        "played: moved out of two different groups, the pages are the same",
    ),
    Line(
        "everybody who reads the other place",
        "a message that a member posts in the group and elsewhere at once; not that it went to a second place",
        "a member published it",
        "played: tied to two different groups, the pages are the same",
    ),
    Line(
        "everybody",
        "that a group exists, and from then on what its new type shows, when its manager makes it closed or open",
        "the page says so before it is done",
        "not played: from then on it is not hidden",
    ),
    Line(
        "everybody",
        "that a word was in use as a tag, when an administrator who reads it there makes it another name of a tag that"
        " is known outside: who types or looks for the old word gets the new one",
        "an administrator decided that both are one word",
        "not played: nobody outside the group can do it",
    ),
    Line(
        "an administrator",
        "how many hidden groups there are and how much they store together (page “Health”): no name, no"
        " number of members",
        "whoever runs the server must see when it is full",
        "the content of this page is left out",
        ("/admin/health/",),
    ),
    Line(
        "an administrator",
        "how large the whole company's database is, how many rows are indexed, and how many tasks wait or failed, of"
        " which kind, and how many there ever were",
        "the same; nothing is told apart by group",
        "it stands on that page",
    ),
    Line(
        "an administrator for whom another decided so",
        "what stands in a group whose address they were given, for a time, by [break-glass](break-glass.md)",
        "it is written in a log that nobody can change unseen; the group's managers are told",
        "played; that administrator is not among those compared, the one who approved is",
    ),
    Line(
        "all administrators",
        "that one of them asked for such access: address, reason, time, who decided, and whether something stands"
        " there; not the name of the group",
        "nobody is to look in without others knowing",
        "the contents of these pages are left out where it was asked for",
        ("/admin/access/", "/admin/log/"),
        is_of_a_look=True,
    ),
    Line(
        "everybody",
        "that the server is busier at one time than at another",
        "all groups work on the same machine; what is asked for one answer is the same, how long the machine takes"
        " for it depends on everybody",
        "steps are compared, and times of a guessed and an unused address beside each other",
    ),
    Line(
        "whoever owns the server",
        "everything",
        "disks, backups and databases are theirs; Parvis cannot hide from them what it stores there",
        "not played",
    ),
)


def pages_left_out(*, after_a_look: bool = False) -> dict[str, str]:
    """Pages of administrators of which only the status is compared, with what they may tell."""
    lines = [line for line in MAY_LEARN if after_a_look or not line.is_of_a_look]
    return {page: line.what for line in lines for page in line.pages}


def table() -> str:
    """The list as the page has it."""
    rows = [HEAD, ("---",) * len(HEAD), *((line.who, line.what, line.because, line.proof) for line in MAY_LEARN)]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def page_with_table(page: str) -> str:
    """``page`` with the table of this moment. Raises ValueError where the page has no place for it."""
    before, begins, rest = page.partition(BEGINS)
    _old, ends, after = rest.partition(ENDS)
    if not (begins and ends):
        raise ValueError(f"{PAGE.name} has no place for the table: {BEGINS}")
    return f"{before}{BEGINS}\n\n{table()}\n\n{ENDS}{after}"


def main() -> None:
    """Write the table into the page."""
    PAGE.write_text(page_with_table(PAGE.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
