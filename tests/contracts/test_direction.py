"""Words of people run in their own direction and nowhere else: each place a template shows them is isolated.

"Edited by אורית 7" may not turn the sentence round it. In a template a text is somebody's unless ``OURS`` says that it
is made by the product; what is somebody's stands in an element with ``dir`` or ``bdi``, or passes the filter ``bdi``
(inside a sentence of ours) or ``isolated`` (where no element can stand).
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.utils.text import smart_split

from kit.templatetags.parvis import bdi, isolated

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
#: what the product itself says: sentences and labels of the catalogue (their names isolated where they are made),
#: numbers, drawn parts of other templates, fields of forms
OURS = frozenset(
    """
    actions asides audience.rest audience.strong block block.empty_text block.label block.more_label choice.op
    count|default:30 cut_text cut_title decides_from draft.reason emoji empty_title entry.others entry.sentence
    entry.text error facet.legend fact.attempts fact.last_error fact.name feed.unread_count field
    field.help_text field.label filter.text form.default_label form.default_label.label form.level form.level.label
    line.keys sections.needs_unread wish.form.level form.remember form.remember.label form.type.label
    frame.guests frame.members hand_over.to hand_over.to.label key label limit line.advice line.did line.found
    greeting headline parts.posts parts.private rhythm when line.says request.user.time_zone
    line.hash line.name line.number line.refusal line.state_words log.broken.number log.broken.says log.looked_at
    matching members message message.message moment more_guests n names navigation.own_keys navigation.preferences
    navigation.suggest news.elsewhere news.posts news.threads place.more place.posts thread.new_posts until
    number one.text operator option.choice_label option.tag page.audience.rest page.audience.strong
    page.better_count page.error.message page.found.milliseconds page.found.total page.limit page.opening.fragment
    page.readers_words page.rebuilding.percent page.reply.quotes_name|default:"" page.wait part part.count
    part.fragment part.title person.density person.public_id person.theme person.time_zone post.fragment post.number
    preview.after.rest preview.after.strong preview.before.rest preview.before.strong preview.gaining preview.guests
    preview.losing preview.requests rebuilding_text rebuilding_title refused.sentence row row.device row.hours
    row.does section.title share.percent tab.text text there thread.reply_count thread.vote_count title total type.text
    unread_posts up verb wait wait_text wait_title wall where words written
    """.split()
) | {'preview.contents|join:", "', 'mail_words|join:" "'}
ISOLATING = ("bdi", "isolated")
#: placeholders that somebody's words fill, in the apps whose sentences people read
NAMING = ("name", "names", "group", "title", "topic", "into", "tag", "mail")
PAGES = ("archive", "groups", "notifications", "people/views", "profiles", "topics", "walls")
VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())
#: attributes that are shown, and whose direction is that of their element
SHOWN = ("title", "placeholder")
UNSEEN = ("hidden", "radio", "checkbox", "submit")
#: filters whose answer is the product's: numbers, days, words for keys
SAYS = ("number", "length", "day", "date", "kind_words", "label_words", "place_word", "thumbs", "linebreaksbr")
CHOSEN = "_display"
#: what a partial shows as a sentence of ours: who includes it isolates the names in it
SENTENCES = ("title", "text", "verb")
#: elements that hold text and no elements: in them stand isolates
TEXT_ONLY = ("title", "option", "textarea")
_TOKEN = re.compile(r"{%.*?%}|{{.*?}}|{#.*?#}", re.S)
_FIRST = 0xE000


def _arguments(tag: str) -> dict[str, str]:
    """``with`` of a tag: name → expression."""
    return dict(pair.split("=", 1) for pair in smart_split(tag) if "=" in pair)


def _is_ours(expression: str) -> bool:
    name, *filters = expression.split("|")
    last = filters[-1].partition(":")[0] if filters else ""
    return last in ISOLATING + SAYS or name[0] in "\"'" or name.isdigit() or expression in OURS or name.endswith(CHOSEN)


@dataclass
class _Reader(HTMLParser):
    """Reads a template as the HTML it makes; ``loose`` collects what is shown without isolation."""

    tokens: list[str]
    loose: list[str] = field(default_factory=list)
    open: list[tuple[str, bool]] = field(default_factory=list)
    bound: dict[str, str] = field(default_factory=dict)
    sentence: int = 0
    place: str = ""

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def __hash__(self) -> int:
        return id(self)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = dict(attrs)
        isolates = tag == "bdi" or "dir" in names
        for name, value in attrs:
            is_typed = name == "value" and tag == "input" and names.get("type") not in UNSEEN
            self.place = "attribute"
            self._look(value or "", isolates or not (is_typed or name in SHOWN))
            self._look(name, True)
            self.place = ""
        if tag not in VOID:
            self.open.append((tag, isolates))

    def handle_endtag(self, tag: str) -> None:
        if tag in (names := [name for name, _isolates in self.open]):
            del self.open[len(names) - 1 - names[::-1].index(tag) :]

    def handle_data(self, data: str) -> None:
        self._look(data)

    def _look(self, text: str, is_isolated: bool | None = None) -> None:
        for character in text:
            if 0 <= (place := ord(character) - _FIRST) < len(self.tokens):
                self._meet(self.tokens[place], is_isolated)

    def _meet(self, token: str, is_isolated: bool | None) -> None:
        inside = token[2:-2].strip()
        if token.startswith("{%"):
            if inside.startswith("blocktranslate"):
                self.bound = _arguments(inside)
                self.sentence = len(self.open)
            elif inside.startswith("endblocktranslate"):
                self.bound, self.sentence = {}, 0
            elif inside.startswith("include") and inside.split()[1][0] in "\"'":
                given = _arguments(inside)
                self.loose += [given[name] for name in SENTENCES if name in given and not _is_ours(given[name])]
            return
        name = self.bound.get(inside, inside)
        if name.endswith("|bdi") and (self.place or (self.open[-1:] and self.open[-1][0] in TEXT_ONLY)):
            self.loose.append(f"{name} where no element can stand")
        if is_isolated is None:
            # Of a sentence only what stands in an element inside it: that round it runs as the sentence does.
            is_isolated = any(isolates for _tag, isolates in self.open[self.sentence :])
        if not is_isolated and not _is_ours(name):
            self.loose.append(name)


def shown_loosely(text: str) -> list[str]:
    """Expressions of a template that are somebody's words and stand in no element of their own direction."""
    # What fills the block "title" stands in the element of that name, also where another template does it.
    text = re.sub(r"({% block title %})(.*?)({% endblock)", r"\1<title>\2</title>\3", text)
    text = re.sub(r"{% comment %}.*?{% endcomment %}|{#.*?#}", "", text, flags=re.S)
    tokens: list[str] = []

    def kept(found: re.Match[str]) -> str:
        tokens.append(found[0])
        return chr(_FIRST + len(tokens) - 1)

    # A sentence of the catalogue under a name of its own: what stands in it was looked at where it is made.
    made = set(re.findall(r"{% (?:translate|blocktranslate)\s[^%]*\bas(?:var)? (\w+)", text))
    reader = _Reader(tokens)
    reader.feed(_TOKEN.sub(kept, text))
    reader.close()
    return [shown for shown in reader.loose if shown not in made]


def test_words_of_people_keep_their_direction_to_themselves():
    loose = {str(path.relative_to(ROOT)): found for path in TEMPLATES if (found := shown_loosely(path.read_text()))}
    assert not loose, "put |bdi behind it, or dir=auto on its own element"


def test_nothing_is_listed_as_ours_that_no_template_shows():
    shown = "".join(path.read_text() for path in TEMPLATES)
    assert not [said for said in OURS if said not in shown]


@pytest.mark.parametrize(
    "text",
    [
        "<p>{{ space.name }}</p>",
        "<p>{% blocktranslate with name=post.author %}By {{ name }}{% endblocktranslate %}</p>",
        '<p dir="auto">{% blocktranslate with name=post.author %}By {{ name }}{% endblocktranslate %}</p>',
        '{% include "_notice.html" with title=space.name only %}',
        '<a title="{{ space.name }}">x</a>',
        '<input name="q" value="{{ q }}">',
        "<option>{{ space.name }}</option>",
        "<option>{{ space.name|bdi }}</option>",
        "{% block title %}{{ space.name|bdi }}{% endblock %}",
    ],
)
def test_the_contract_finds_what_is_not_isolated(text):
    assert shown_loosely(text)


def test_the_two_filters_isolate_and_escape():
    assert bdi("<אורית>") == "<bdi>&lt;אורית&gt;</bdi>"
    assert bdi(["a", "<b>"]) == "<bdi>a</bdi>, <bdi>&lt;b&gt;</bdi>"
    assert isolated("אורית") == "\u2068אורית\u2069" and isolated("") == ""


def _sentences_of(path: Path) -> Iterator[tuple[int, str]]:
    """Line and placeholder of each value that goes into a sentence of ours as it is."""
    for node in ast.walk(ast.parse(path.read_text())):
        values: ast.expr | None = None
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod):
            values = node.right
        elif isinstance(node, ast.keyword) and node.arg == "params":
            values = node.value
        if isinstance(values, ast.Dict):
            for key, value in zip(values.keys, values.values, strict=True):
                if isinstance(key, ast.Constant) and key.value in NAMING and not _isolates(value):
                    yield node.lineno if hasattr(node, "lineno") else 0, str(key.value)


def _isolates(value: ast.expr) -> bool:
    return isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id in ("isolated", "joined")


def test_sentences_made_in_python_isolate_the_names_in_them():
    found = [
        f"{path.relative_to(ROOT)}:{line} {name}"
        for folder in PAGES
        for path in sorted((ROOT / folder).rglob("*.py"))
        for line, name in _sentences_of(path)
    ]
    assert not found
