"""What the client did, heard and saw in one round, as plain data: what the checker believes beside the store."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

#: a word that nobody else writes: `zq` and ten letters that search takes for one word
LETTERS = "bcdfghjklmnpqrstvwxz"


def new_word() -> str:
    """A word for one press: it finds the post in the store, on a screen and by search."""
    return "zq" + "".join(secrets.choice(LETTERS) for _ in range(12))


@dataclass(frozen=True, slots=True)
class Answer:
    """One "sent": when it came (seconds of the client's monotonic clock), and which post it named."""

    moment: float
    post: str
    number: int


@dataclass(slots=True)
class Press:
    """One press of Post by ``author``: its key, its word, its whole text, and what was heard of it."""

    key: str
    word: str
    author: str
    text: str
    opens: bool = False
    #: seconds of the client's monotonic clock at which it left first
    sent_at: float = 0.0
    tries: int = 0
    answers: list[Answer] = field(default_factory=list)
    #: the client stopped trying before it heard yes or no: it may be there, once, or not
    is_given_up: bool = False

    @property
    def is_acknowledged(self) -> bool:
        return bool(self.answers)

    @property
    def heard_at(self) -> float:
        """When the first "sent" came."""
        return min(answer.moment for answer in self.answers)


@dataclass(slots=True)
class Seen:
    """One viewer's screen: post ids in order with their words, as they came live, and after a reload."""

    who: str
    live: list[tuple[str, str]] = field(default_factory=list)
    reloaded: list[tuple[str, str]] = field(default_factory=list)


@dataclass(slots=True)
class Ledger:
    """One round, in one thread."""

    thread: str = ""
    presses: list[Press] = field(default_factory=list)
    seen: list[Seen] = field(default_factory=list)
    #: answers that no promise allows: (who, what came)
    bad_answers: list[tuple[str, str]] = field(default_factory=list)
    #: what somebody saw who had no right to: (who, what)
    trespasses: list[tuple[str, str]] = field(default_factory=list)
    #: what was acknowledged beside posts and is not there: "a picture"
    lost: list[str] = field(default_factory=list)
    #: words that search didn't find in time
    not_found: list[str] = field(default_factory=list)
    #: what was not well again in time
    not_healed: list[str] = field(default_factory=list)
    #: seconds by which the clock of a node was off: moments that it wrote down are so much older or younger
    clock_off: float = 0.0

    @property
    def opening(self) -> Press:
        return next(press for press in self.presses if press.opens)

    @property
    def replies(self) -> list[Press]:
        return [press for press in self.presses if not press.opens]


@dataclass(frozen=True, slots=True)
class StoredPost:
    """A post as the database has it."""

    id: str
    number: int
    author: str
    text: str


@dataclass(frozen=True, slots=True)
class StoredFact:
    """A fact of the thread: whether it was heard or given up, and how old it is (seconds)."""

    id: int
    name: str
    attempts: int
    is_heard: bool
    is_dead: bool
    error: str
    age: float


@dataclass(frozen=True, slots=True)
class Told:
    """One line of somebody's inbox about the thread."""

    person: str
    count: int
    facts: tuple[int, ...]


@dataclass(slots=True)
class Stored:
    """The thread in the database, read past everything of ours."""

    posts: list[StoredPost] = field(default_factory=list)
    last_number: int = 0
    reply_count: int = 0
    facts: list[StoredFact] = field(default_factory=list)
    inbox: list[Told] = field(default_factory=list)
