"""Where outsiders look: every address of the product, with keys of their own, guessed keys of hidden things, and none.

The lists of ``tests/contracts/test_urls.py`` say which things an address takes; a new address without a line there or
here fails ``test_nothing_forgotten``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote

from django.urls import reverse

from kit import ids
from tests.contracts import test_urls as contract
from tests.worlds.world import World

UNUSED = "0" * ids.LENGTH

#: addresses whose things everybody may know of: they are asked with keys of the company, and with unused ones
ALSO: dict[str, dict[str, str]] = {
    "profiles:person": {"public_id": "person"},
    "topics:topic-detail": {"public_id": "topic"},
    "topics:topic-follow": {"public_id": "topic"},
    "topics:tag-detail": {"name": "tag"},
    "topics:admin-topic": {"public_id": "topic"},
    "topics:admin-topic-do": {"public_id": "topic", "verb": "=look"},
    "people:admin-person": {"public_id": "person"},
    "people:admin-person-do": {"public_id": "person", "verb": "=look"},
    "topics:admin-tag-merge": {"name": "tag"},
    "profiles:photo": {"public_id": "person", "version": "=0123456789abcdef"},
    "people:logo": {"version": "=0123456789abcdef"},
}
#: asked in neither world, and why
LEFT_OUT = {
    "people:invitation": "a secret of one person that no group knows; tests/people compare its answers",
    "people:entry": "the same",
    "people:sign-on-link": "the same",
    "account_reset_password_from_key": "the same; allauth's",
    "notifications:mail-stop": "a signed link of one person that no group knows; tests/notifications forge it",
    "people:demo-enter": "people of an invented company, who have no hidden group of their own making",
    "people:sign-on": "leads to the provider of identities; knows no group",
    "people:sign-on-callback": "comes from there",
    "account_logout": "a page with one button; a POST ends the session that everything else is asked with",
    "styleguide": "components with invented content, off in the product",
}
#: which things answer to which need of an address; those of a world without a secret are guessed from the other
KINDS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "space": (("open", "closed"), ("hidden space", "namesake")),
    "thread": (("question", "idea", "own wall"), ("hidden thread", "hidden restricted")),
    "post": (("answer",), ("hidden post",)),
    "picture": (("picture",), ("hidden picture",)),
    "invitation": ((), ("hidden invitation",)),
    "conversation": (("conversation",), ("hidden talk",)),
    "draft": (("draft",), ("hidden draft",)),
    "entry": (("entry",), ("hidden entry",)),
    "topic": (("topic",), ()),
    "tag": (("tag",), ("hidden tag",)),
    "person": (("person",), ()),
    "member": (("person",), ("member",)),
    "absent": ((), ()),
}


@dataclass(frozen=True)
class Known:
    """The keys there are: ``own`` things of the company, and ``hidden`` ones of whichever world has them."""

    own: dict[str, str]
    hidden: dict[str, str]

    @classmethod
    def of(cls, world: World, hidden: dict[str, str]) -> Known:
        people = {"person": world.people["hanna"].public_id, "member": world.people["hugo"].public_id}
        return cls({**world.things, **people, "tag": "porosity"}, {**hidden, "member": people["member"]})


def plain() -> list[str]:
    """Addresses without a thing in them."""
    return [reverse(name) for name in contract.OPENS if name not in LEFT_OUT]


def needs(name: str) -> dict[str, str]:
    """Which things the address called ``name`` takes, by parameter; {} for none."""
    return ALSO.get(name) or contract._needs(name)


def with_keys(known: Known, which: str) -> Iterator[tuple[str, str]]:
    """Name and address of everything that takes keys, with ``own``, ``guessed`` or ``unused`` ones."""
    for name in contract.WITH_THINGS:
        wanted = needs(name)
        if name in LEFT_OUT or not wanted:
            continue
        for given in _given(wanted, known, which):
            yield name, reverse(name, kwargs=given)


def _given(wanted: dict[str, str], known: Known, which: str) -> Iterator[dict[str, str]]:
    fixed = {key: need[1:] for key, need in wanted.items() if need.startswith("=")}
    kinds = {key: need for key, need in wanted.items() if not need.startswith("=")}
    if which == "unused" or not kinds:
        if which == "unused" or fixed:
            yield {**fixed, **dict.fromkeys(kinds, UNUSED)}
        return
    keys = known.own if which == "own" else known.hidden
    place = 0 if which == "own" else 1
    for number in range(max(len(KINDS[kind][place]) for kind in kinds.values())):
        names = {key: KINDS[kind][place] for key, kind in kinds.items()}
        found = {key: keys.get(all_[min(number, len(all_) - 1)], "") if all_ else UNUSED for key, all_ in names.items()}
        if all(found.values()):
            yield {**fixed, **found}


# Questions ----------------------------------------------------------------------------------------------------------
#: what is looked for everywhere: words both worlds use, words of the secret, and slips of them
WORDS = ("porosity", "casting mould", "zirconium", "zirconum", "aurum", "takeover", "beryllium", "moulds", "41")
#: addresses with a question; {word} is each of WORDS in turn, {space} … a guessed key
ASKED = (
    "/search/?q={word}",
    "/search/suggest/?q={word}",
    "/groups/?q={word}",
    "/compose/similar/?title={word}+porosity+gate",
    "/tags/{word}/",
)
ASKED_ONCE = (
    "/search/?q=porosity&order=newest",
    "/search/?q=porosity&filters=1",
    "/search/?q=tag:zirconium",
    "/search/?q=porosity+-zirconium",
    '/search/?q=in:"Aurum takeover"',
    "/search/?q=in:moulds",
    "/search/?q=from:hanna",
    "/search/?q=from:hugo+porosity",
    "/search/?q=kind:praise",
    "/search/?q=has:file",
    "/search/?q=is:archived",
    "/search/?q=topic:casting",
    "/search/?q=label:confidential",
    "/search/?q=*",
    "/search/suggest/?visited=/groups/{space}/&visited=/threads/{thread}/&visited=/people/{member}/",
    "/threads/new/?kind=question&title=zirconium",
    "/groups/?show=hidden",
    "/groups/?show=mine",
    "/groups/?show=archived",
    "/?tab=all",
    "/?tab=company",
    "/?tab=unanswered",
    "/rows/?id={thread}",
    "/people/?q=hugo",
    "/people/?department=Finance",
    "/people/{member}/?tab=groups",
    "/compose/people/?q=h&space={space}",
    "/compose/people/?q=h&thread={thread}",
    "/compose/named/?q=h",
    "/compose/named/?q=h&as=praised",
    "/compose/audience/?spaces={space}",
    "/compose/audience/?spaces={space}&label=confidential",
    "/threads/new/?space={space}",
    "/threads/new/?draft={draft}",
    "/threads/{own}/?post=2",
    "/threads/{own}/changes/?since=1",
    "/admin/people/?q=hugo",
    "/nowhere/{space}/",
    "/groups/{space}",
)


#: parts of pages that htmx asks for by where they go, with an address whose answer has one
PARTS = (
    ("people", "/people/?q=h"),
    ("people", "/people/?page=2"),
    ("hits", "/search/?q=porosity"),
    ("found", "/search/?q=zirconium"),
    ("found", "/search/?q=porosity"),
    ("group-list", "/groups/?q=moulds"),
    ("group-list", "/groups/?show=mine"),
    ("member-list", "/groups/{open}/members/?q=h"),
    ("member-list", "/groups/{space}/members/?q=h"),
    ("accounts", "/admin/people/?q=h"),
    ("tag-list", "/admin/tags/?q=z"),
)
#: what a browser may say beside an address
HTMX = {"HX-Request": "true"}
DIALOG = {"X-Requested-With": "dialog"}
RANGE = {"Range": "bytes=0-9"}


def parts(known: Known) -> Iterator[tuple[str, dict[str, str]]]:
    """Addresses with the headers by which a part of their page is asked for."""
    keys = {"space": known.hidden.get("hidden space", UNUSED), "open": known.own["open"]}
    for target, form in PARTS:
        yield form.format(**keys), {**HTMX, "HX-Target": target}


def questions(known: Known) -> Iterator[str]:
    """Addresses that ask for something in words or by guessed keys."""
    for form in ASKED:
        for word in WORDS:
            yield form.format(word=quote(word))
    hidden = known.hidden
    keys = {
        "thread": hidden.get("hidden thread", UNUSED),
        "space": hidden.get("hidden space", UNUSED),
        "draft": hidden.get("hidden draft", UNUSED),
        "member": known.own["person"],
        "own": known.own.get("question", UNUSED),
    }
    for form in ASKED_ONCE:
        yield form.format(**keys)
