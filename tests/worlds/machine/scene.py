"""What there is, as far as those who act know: places, threads and posts of the company and of hidden groups."""

from __future__ import annotations

from dataclasses import dataclass, field

INSIDERS = ("hanna", "hugo", "nora")
EMPLOYEES = ("emil", "mona", "ada", "bruno", "lea", *INSIDERS)
EVERYBODY = (*EMPLOYEES, "gus")
ADMINISTRATORS = ("ada", "bruno")


@dataclass(eq=False)
class Place:
    """A wall, a group or a conversation; ``type`` as the product calls it."""

    name: str
    key: str
    type: str
    members: set[str] = field(default_factory=set)
    managers: set[str] = field(default_factory=set)
    is_inside: bool = False

    @property
    def writers(self) -> list[str]:
        """Those who may write there, in order."""
        if self.type in ("common", "personal"):
            return list(EMPLOYEES)
        return [who for who in EVERYBODY if who in self.members]

    @property
    def is_group(self) -> bool:
        return self.type in ("open", "closed", "hidden")


@dataclass(eq=False)
class Thread:
    """``readers``: who may read it, where that isn't everybody of its place."""

    title: str
    key: str
    place: Place
    author: str
    is_inside: bool = False
    readers: tuple[str, ...] = ()
    is_harmless: bool = False  # in a hidden group, but to be moved out of it

    @property
    def writers(self) -> list[str]:
        found = self.place.writers
        return [who for who in found if who in self.readers] if self.readers else found


@dataclass(eq=False)
class Post:
    key: str
    thread: Thread
    author: str
    revision: int = 1

    @property
    def is_inside(self) -> bool:
        return self.thread.is_inside


@dataclass(eq=False)
class Invitation:
    key: str
    place: Place
    person: str
    is_request: bool = False

    @property
    def is_inside(self) -> bool:
        return self.place.is_inside


@dataclass(eq=False)
class Shown:
    """A picture or a draft: by kind, who has it."""

    kind: str
    key: str
    owner: str
    is_inside: bool = False


@dataclass(eq=False)
class Request:
    """An administrator's wish to read at an address."""

    key: str
    asked_by: str
    is_inside: bool


@dataclass
class Scene:
    """Everything, from the beginning on. ``people``: public ids, ``names``: how they are shown."""

    people: dict[str, str]
    names: dict[str, str]
    topics: list[str] = field(default_factory=list)
    may_publish: bool = False
    places: list[Place] = field(default_factory=list)
    threads: list[Thread] = field(default_factory=list)
    posts: list[Post] = field(default_factory=list)
    invitations: list[Invitation] = field(default_factory=list)
    shown: list[Shown] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)

    @classmethod
    def of(cls, things: dict[str, str], people: dict[str, str], names: dict[str, str], *, may_publish: bool) -> Scene:
        """After the chapters of the company, and those of the hidden group where they were played.

        ``may_publish``: threads may be moved out of a hidden group, for both worlds have one.
        """
        scene = cls(people, names, [things["topic"]], may_publish)
        common = Place("the company's wall", things["common"], "common")
        inside_open = {"mona", "emil", "hanna", "hugo", "gus", "lea"}
        open_ = Place("Moulds", things["open"], "open", inside_open, {"mona"})
        closed = Place("Prices", things["closed"], "closed", {"mona", "hanna"}, {"mona"})
        talk = Place("a talk", things["conversation"], "direct", {"emil", "hanna"})
        scene.places += [common, open_, closed, talk]
        question = Thread("Porosity in the new mould?", things["question"], open_, "hanna")
        scene.threads += [question, Thread("A gantry for hall two", things["idea"], common, "emil")]
        scene.threads += [
            Thread("", things["said"], talk, "emil"),
            Thread("Prices of May", things["price"], closed, "mona"),
        ]
        scene.posts.append(Post(things["answer"], question, "hugo", 2))
        scene.shown.append(Shown("draft", things["draft"], "emil"))
        if "hidden space" in things:
            scene._with_secret(things, open_)
        return scene

    def _with_secret(self, things: dict[str, str], open_: Place) -> None:
        both = {"hanna", "hugo"}
        space = Place("Aurum takeover", things["hidden space"], "hidden", set(both), {"hanna"}, is_inside=True)
        namesake = Place("Moulds", things["namesake"], "hidden", {"hanna"}, {"hanna"}, is_inside=True)
        talk = Place("a hidden talk", things["hidden talk"], "direct", set(both), is_inside=True)
        self.places += [space, namesake, talk]
        offer = Thread("Offer for Aurum", things["hidden thread"], space, "hanna", is_inside=True)
        few = Thread(
            "zirconium for few", things["hidden restricted"], open_, "hanna", is_inside=True, readers=tuple(both)
        )
        self.threads += [offer, few]
        self.posts.append(Post(things["hidden post"], offer, "lea"))
        self.invitations.append(Invitation(things["hidden invitation"], space, "nora"))
        self.shown.append(Shown("picture", things["hidden picture"], "hanna", is_inside=True))
        self.shown.append(Shown("draft", things["hidden draft"], "hugo", is_inside=True))

    def mention(self, who: str) -> str:
        """A mention, as the editor writes it."""
        return f"[@{self.names[who]}](person:{self.people[who]})"

    def hidden(self) -> dict[str, str]:
        """Keys of hidden things by the names that ``addresses`` gives them; the newest of each kind."""
        found: dict[str, str] = {}
        for place in self.places:
            if place.is_inside:
                found["hidden talk" if place.type == "direct" else "hidden space"] = place.key
        for thread in self.threads:
            if thread.is_inside:
                found["hidden restricted" if thread.readers else "hidden thread"] = thread.key
        for post in self.posts:
            if post.is_inside:
                found["hidden post"] = post.key
        for invitation in self.invitations:
            if invitation.is_inside:
                found["hidden invitation"] = invitation.key
        for one in self.shown:
            if one.is_inside:
                found[f"hidden {one.kind}"] = one.key
        return found
