"""The one Markdown renderer: page, mail, feed, preview and notification show what it made, and nothing else.

CommonMark with tables, strike-through, task lists and bare links; no HTML is taken over. The *final* HTML goes
through an allow-list (nh3). What is Parvis's own are link schemes chosen in the editor, each by public id:

``[@Claire Delmas](person:ID)``   a mention
``[a thread](thread:ID)``         a link to a thread
``[a group](group:ID)``           a link to a group
``[Priya, 12:31](post:ID)``       the source of a quote
``![words](picture:ID)``          a picture; pictures of other hosts become links, so no reader is counted elsewhere
``::: quoted words`` … ``:::``    a fold, closed when it is shown: what a mail quoted whole under its answer; the words
                                  stand on its closed side. ``::: signed words`` holds a signature the same way.

The result is the same for every viewer: it is rendered once and kept with the post.
"""

from __future__ import annotations

import html as html_module
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import nh3
from linkify_it import LinkifyIt
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline.linkify import linkify
from markdown_it.token import Token
from mdit_py_plugins.container import container_plugin
from mdit_py_plugins.tasklists import tasklists_plugin

from kit.ids import ALPHABET, LENGTH

# Where the things behind our schemes stand; a contract test holds this against the URL table.
ADDRESSES = {
    "person": "/people/{id}/",
    "thread": "/threads/{id}/",
    "group": "/groups/{id}/",
    "post": "/posts/{id}/",
    "picture": "/pictures/{id}/",
}
_OWN = re.compile(rf"^(person|thread|group|post|picture):([{ALPHABET}]{{{LENGTH}}})$")
_SCHEME = re.compile(r"(?:https?|ftp)$", re.IGNORECASE)
_PLAIN_SCHEMES = re.compile(r"^(https?|mailto|tel):", re.IGNORECASE)

MAX_NESTING = 20
_FOLDS = ("quoted", "signed")
# Between cells of a table and items of a list, until the plain text is put together.
_APART = "\x1f"
MENTION_LIMIT = 50
# PERF: a word longer than this is no address: linkify works with the square of it (40 s for 50,000 signs).
ADDRESS_LIMIT = 1_000
# PERF: 50,000 opening brackets are looked after for 2.7 s; a text with more than this is shown as it was typed.
BRACKETS_LIMIT = 5_000

_TAGS = {
    *("p", "br", "hr", "h3", "h4", "h5", "h6", "strong", "em", "s", "code", "pre", "blockquote"),
    *("ul", "ol", "li", "input", "table", "thead", "tbody", "tr", "th", "td", "a", "img", "div", "details", "summary"),
}
_ATTRIBUTES = {
    "a": {"href", "class", "data-person", "title"},
    "img": {"src", "alt", "loading", "decoding"},
    "code": {"class"},
    "ol": {"start"},
    "li": {"class"},
    "ul": {"class"},
    "div": {"class", "tabindex"},
    "details": {"class"},
    "input": {"type", "checked", "disabled", "class"},
    "th": {"align"},
    "td": {"align"},
}


@dataclass(slots=True)
class Rendered:
    """What came of one source: safe HTML, its plain words, and the public ids it cites."""

    html: str
    text: str
    people: list[str] = field(default_factory=list)
    threads: list[str] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)
    posts: list[str] = field(default_factory=list)
    pictures: list[str] = field(default_factory=list)


class _Renderer(RendererHTML):
    """Headings start below the page's own; wide tables scroll in a box of their own."""

    def heading_open(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        return f"<h{_level(tokens[idx])}>"

    def heading_close(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        return f"</h{_level(tokens[idx])}>\n"

    def table_open(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        return '<div class="scroll" tabindex="0"><table>\n'

    def table_close(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        return "</table></div>\n"


class _Addresses(LinkifyIt):
    """Finds bare addresses, and looks for none in a text with a word that nobody types."""

    def match(self, text: str) -> Any:
        return None if any(len(word) > ADDRESS_LIMIT for word in text.split()) else super().match(text)

    def match_at_start(self, text: str) -> Any:
        words = text[: ADDRESS_LIMIT + 1].split(maxsplit=1)
        return super().match_at_start(words[0]) if words and len(words[0]) <= ADDRESS_LIMIT else None


def _address_here(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 - markdown-it's own signature
    """markdown-it's rule for addresses, asked only where one begins: it looks through all that was written before."""
    scheme = _SCHEME.search(state.pending[-5:]) if state.src.startswith("://", state.pos) else None
    if scheme is None:
        return False
    word = state.src[state.pos - len(scheme[0]) : state.pos + ADDRESS_LIMIT + 3]
    return bool(_ADDRESSES.match_at_start(word)) and linkify(state, silent)


def _fold(_renderer: RendererHTML, tokens: Sequence[Token], idx: int, _options: Any, _env: Any) -> str:
    """The opening or closing tag of a fold; its words are its own, so they need no language of the viewer."""
    if tokens[idx].nesting != 1:
        return "</details>\n"
    name, words = _fold_words(tokens[idx])
    return f'<details class="fold {name}"><summary>{html_module.escape(words) or "…"}</summary>\n'


def _fold_words(token: Token) -> tuple[str, str]:
    name, _, words = token.info.strip().partition(" ")
    return name, words.strip()


def _level(token: Token) -> int:
    return min(6, int(token.tag[1]) + 2)


def _allowed_link(url: str) -> bool:
    return bool(_OWN.match(url) or _PLAIN_SCHEMES.match(url) or url.startswith(("/", "#")))


def _make_parser() -> MarkdownIt:
    parser = MarkdownIt(
        "commonmark",
        {"html": False, "linkify": True, "typographer": False, "breaks": True, "maxNesting": MAX_NESTING},
        renderer_cls=_Renderer,
    )
    parser.enable(["table", "strikethrough", "linkify"])
    parser.use(tasklists_plugin)
    for name in _FOLDS:
        parser.use(container_plugin, name, render=_fold)
    parser.linkify = _ADDRESSES
    parser.inline.ruler.at("linkify", _address_here)
    parser.validateLink = _allowed_link  # type: ignore[method-assign]
    return parser


_ADDRESSES = _Addresses()
_parser = _make_parser()


def render(source: str) -> Rendered:
    """Safe HTML, plain text and cited ids of ``source`` (Markdown, at most a post long).

    Never raises on any text; what is no allowed link stays as the text that was typed.
    """
    source = source.replace("\x00", "").replace(_APART, " ")
    if source.count("[") > BRACKETS_LIMIT:
        return Rendered(f"<p>{as_plain_html(source)}</p>", _plain(source))
    # The plugin of folds looks at the sign after the blanks of the last line: there has to be one.
    tokens = _parser.parse(source + "\n" if ":::" in source else source)
    result = Rendered("", "")
    words: list[str] = []
    _walk(tokens, result, words)
    dirty = _parser.renderer.render(tokens, _parser.options, {})
    result.html = nh3.clean(
        dirty,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel="noopener noreferrer nofollow",
    )
    result.text = _plain("".join(words))
    return result


def _plain(words: str) -> str:
    """One line of ``words``, with a dot between cells and items that do not end a sentence."""
    line = ""
    for part in words.split(_APART):
        if part := " ".join(part.split()):
            line += (" " if line[-1] in ".,:;!?…" else " · ") + part if line else part
    return line


def _walk(tokens: Sequence[Token], result: Rendered, words: list[str]) -> None:
    """Turn our schemes into addresses, foreign pictures into links, and collect words and ids."""
    for token in tokens:
        if token.type == "inline" and token.children:
            token.children = [new for child in token.children for new in _resolve(child, result)]
            _collect(token.children, words)
            words.append("\n")
        elif token.type in ("th_close", "td_close", "list_item_open", "list_item_close"):
            words.append(_APART)
        elif token.type in ("fence", "code_block"):
            words.append(token.content + "\n")
        elif token.type.startswith("container_") and token.nesting == 1:
            words.append(_fold_words(token)[1] + "\n")


def _collect(children: Sequence[Token], words: list[str]) -> None:
    for child in children:
        if child.type == "image":
            words.append(child.content)
        elif child.type in ("softbreak", "hardbreak"):
            words.append("\n")
        elif child.type != "html_inline":
            words.append(child.content)


def _resolve(token: Token, result: Rendered) -> list[Token]:
    if token.type == "link_open":
        _resolve_link(token, result)
    elif token.type == "image":
        return _resolve_picture(token, result)
    return [token]


def _resolve_link(token: Token, result: Rendered) -> None:
    own = _OWN.match(str(token.attrs.get("href", "")))
    if not own:
        return
    scheme, public_id = own.groups()
    token.attrs["href"] = ADDRESSES[scheme].format(id=public_id)
    cited = {
        "person": result.people,
        "thread": result.threads,
        "group": result.groups,
        "post": result.posts,
        "picture": result.pictures,
    }[scheme]
    if public_id not in cited:
        cited.append(public_id)
    if scheme == "person":
        token.attrs["class"] = "mention"
        token.attrs["data-person"] = public_id
    elif scheme == "post":
        token.attrs["class"] = "from"


def _resolve_picture(token: Token, result: Rendered) -> list[Token]:
    source = str(token.attrs.get("src", ""))
    own = _OWN.match(source)
    if own and own.group(1) == "picture":
        if own.group(2) not in result.pictures:
            result.pictures.append(own.group(2))
        token.attrs.update(src=ADDRESSES["picture"].format(id=own.group(2)), loading="lazy", decoding="async")
        return [token]
    opening = Token("link_open", "a", 1, attrs={"href": source})
    text = Token("text", "", 0, content=token.content or source)
    return [opening, text, Token("link_close", "a", -1)]


def mention(display_name: str, public_id: str) -> str:
    """The source of a mention, as the editor writes it."""
    name = re.sub(r"[\[\]\\]", " ", display_name)
    return f"[@{name}](person:{public_id})"


def excerpt(text: str, limit: int = 300) -> str:
    """The first words of plain ``text``, at most ``limit`` characters, cut between words."""
    if len(text) <= limit:
        return text
    cut = text[: limit - 1]
    return f"{cut[: cut.rfind(' ')] if ' ' in cut[limit // 2 :] else cut}…"


def as_plain_html(text: str) -> str:
    """``text`` escaped, with line breaks: for places that show plain words."""
    return html_module.escape(text).replace("\n", "<br>")
