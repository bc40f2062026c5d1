"""Zulip's rendered HTML becomes plain HTML whose links name people, posts, threads and groups of the same source."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import unquote, urljoin

from selectolax.lexbor import LexborHTMLParser, LexborNode

from imports.html_to_markdown import to_markdown
from imports.neutral import reference

EMOJI_CODES = re.compile(r"emoji-([0-9a-f]{2,6}(?:-[0-9a-f]{2,6})*)$")
NARROW = re.compile(
    r"""^/?\#narrow/(?:stream|channel)/(?P<stream>\d+)(?:-[^/]*)?
        (?:/(?:topic|subject)/(?P<topic>[^/]*))?
        (?:/(?:near|with)/(?P<message>\d+))?""",
    re.VERBOSE,
)
NOT_PLAIN = re.compile(r"<(?:span|a|div|img|time)\b")
PREVIEWS = "div.message_inline_image, div.message_inline_video, div.message_embed"


class Archive(Protocol):
    """What the reader knows of the whole archive when one message is read."""

    site: str

    def person_named(self, *, user_id: str, shown: str) -> str | None: ...
    def post_exists(self, message_id: int) -> bool: ...
    def thread_of(self, stream_id: int, topic: str) -> str | None: ...
    def group_of(self, stream_id: int) -> str | None: ...


@dataclass(slots=True)
class Read:
    """One message as Markdown, with the people and posts it names and what could not be carried over."""

    text: str = ""
    mentions: list[str] = field(default_factory=list)
    quotes: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    notes: Counter[str] = field(default_factory=Counter)


def read_html(html: str, archive: Archive, *, missing_file: str) -> Read:
    """Markdown of one message; `missing_file` is the remark behind the name of a file the archive lacks."""
    found = Read()
    if "<" not in html:
        found.text = to_markdown(html)
        return found
    simple = (
        "<span" not in html and "<a" not in html and "<div" not in html and "<img" not in html and "<time" not in html
    )
    if not simple:
        html = simplified(html, archive, found, missing_file)
    found.text = to_markdown(html)
    return found


def simplified(html: str, archive: Archive, found: Read, missing_file: str) -> str:
    """The same message in HTML that any converter understands; what it names is noted in `found`."""
    tree = LexborHTMLParser(html)
    body = tree.body
    if body is None:
        return html

    def element(name: str, text: str = "", **attributes: str) -> LexborNode:
        node = tree.create_node(name)
        for key, value in attributes.items():
            node.attrs[key.replace("_", "-")] = value
        if text:
            node.insert_child(text)
        return node

    simplify_code(body, element)
    simplify_maths(body, element, found)
    simplify_emoji(body)
    simplify_previews(body, element, found)
    simplify_spoilers(body, element, found)
    for when in body.css("time"):
        moment = (when.attributes.get("datetime") or "").replace("T", " ").replace(":00Z", " UTC").replace("Z", " UTC")
        when.replace_with(moment or when.text())
    simplify_mentions(body, element, archive, found)
    simplify_links(body, element, archive, found, missing_file)
    return body.inner_html or ""


Maker = Callable[..., LexborNode]


def simplify_code(body: LexborNode, element: Maker) -> None:
    """Highlighted code becomes its text, with the language on the `pre`."""
    for block in body.css("div.codehilite"):
        code = block.css_first("code") or block.css_first("pre")
        text = code.text() if code is not None else block.text()
        pre = element("pre", "\n" + text, data_language=block.attributes.get("data-code-language") or "")
        block.replace_with(pre)


def simplify_maths(body: LexborNode, element: Maker, found: Read) -> None:
    """Formulas go back to the TeX they were written in: $`…`$ in a line, a `math` block on its own."""
    for display in body.css("span.katex-display"):
        tex = tex_of(display)
        paragraph = display.parent
        pre = element("pre", "\n" + tex, data_language="math")
        if paragraph is not None and paragraph.tag == "p" and paragraph.text().strip() == display.text().strip():
            paragraph.replace_with(pre)
        else:
            display.replace_with(pre)
        found.notes["formula"] += 1
    for formula in body.css("span.katex"):
        code = element("code", " ".join(tex_of(formula).split()))
        formula.insert_before("$")
        formula.insert_after("$")
        formula.replace_with(code)
        found.notes["formula"] += 1
    for broken in body.css("span.tex-error"):
        broken.replace_with(element("code", broken.text()))


def tex_of(node: LexborNode) -> str:
    """The TeX source that KaTeX keeps beside its drawing."""
    annotation = node.css_first("annotation")
    return (annotation.text() if annotation is not None else node.text()).strip()


def simplify_emoji(body: LexborNode) -> None:
    """Standard emoji become characters; a house emoji stays as its :name:."""
    for emoji in body.css("span.emoji"):
        code = EMOJI_CODES.search(emoji.attributes.get("class") or "")
        emoji.replace_with("".join(chr(int(part, 16)) for part in code[1].split("-")) if code else emoji.text())
    for picture in body.css("img.emoji"):
        picture.replace_with(picture.attributes.get("alt") or picture.attributes.get("title") or "")


def simplify_previews(body: LexborNode, element: Maker, found: Read) -> None:
    """Previews that Zulip adds below a link go; one whose link is nowhere else in the message stays as that link."""
    for tweet in body.css("div.inline-preview-twitter"):
        quote = element("blockquote")
        for part in tweet.css("p, span"):
            quote.insert_child(element("p", part.text().strip()))
        tweet.replace_with(quote)
        found.notes["preview kept as a quote"] += 1
    for preview in body.css(PREVIEWS):
        link = preview.css_first("a")
        address = (link.attributes.get("href") or "") if link is not None else ""
        title = (link.attributes.get("title") or address.rsplit("/", 1)[-1]) if link is not None else ""
        preview.insert_before("\n")
        elsewhere = any(
            a.attributes.get("href") == address for a in body.css("a") if a.parent is not None and a.parent != preview
        )
        if elsewhere or not address:
            preview.decompose()
        else:
            paragraph = element("p")
            paragraph.insert_child(element("a", title, href=address))
            preview.replace_with(paragraph)
        found.notes["preview left out"] += 1


def simplify_spoilers(body: LexborNode, element: Maker, found: Read) -> None:
    """A spoiler becomes its heading in bold and its content as a quote."""
    while (spoiler := body.css_first("div.spoiler-block")) is not None:
        header, content = spoiler.css_first("div.spoiler-header"), spoiler.css_first("div.spoiler-content")
        title, quote = element("p"), element("blockquote")
        title.insert_child(element("strong", (header.text().strip() if header is not None else "") or "Spoiler"))
        if content is not None:
            quote.insert_child(content)
        # What is inserted is a copy: whole before it goes in.
        spoiler.insert_before(title)
        spoiler.insert_before(quote)
        spoiler.decompose()
        found.notes["spoiler shown as a quote"] += 1


def simplify_mentions(body: LexborNode, element: Maker, archive: Archive, found: Read) -> None:
    """A mention of a person becomes a link to that person of the source; mentions of crowds stay text."""
    for mention in body.css("span.user-mention, span.user-group-mention, span.topic-mention"):
        shown = mention.text().strip()
        user_id = mention.attributes.get("data-user-id") or ""
        person = archive.person_named(user_id=user_id, shown=shown.removeprefix("@")) if user_id.isdigit() else None
        if person is None or is_inside_link(mention):
            mention.replace_with(shown)
            found.notes["mention kept as text"] += 1
            continue
        mention.replace_with(element("a", shown, href=reference("person", person)))
        if person not in found.mentions:
            found.mentions.append(person)


def is_inside_link(node: LexborNode) -> bool:
    """Whether a link stands round this node; Markdown has no link inside a link."""
    above = node.parent
    while above is not None:
        if above.tag == "a":
            return True
        above = above.parent
    return False


def simplify_links(body: LexborNode, element: Maker, archive: Archive, found: Read, missing_file: str) -> None:
    """Links inside the source become references, other relative ones absolute; files the archive lacks become text."""
    for link in body.css("a"):
        address = (link.attributes.get("href") or "").strip()
        if address.startswith("import:"):
            continue
        local = address.removeprefix(archive.site) if archive.site else address
        if match := NARROW.match(local):
            target = narrowed(match, archive)
            if target is not None:
                kind, source_id = target
                link.attrs["href"] = reference(kind, source_id)
                if kind == "post" and is_quote(link):
                    found.quotes.append(source_id)
                else:
                    found.links.append(reference(kind, source_id))
                continue
        elif local.startswith("/user_uploads/") or local.startswith("user_uploads/"):
            name = link.text().strip() or unquote(local.rsplit("/", 1)[-1])
            remark = element("em", f"({missing_file})")
            link.insert_before(name + " ")
            link.replace_with(remark)
            found.notes["file not in the archive"] += 1
            continue
        if re.match(r"[a-z][a-z0-9+.-]*:", local):
            continue
        if archive.site:
            link.attrs["href"] = urljoin(archive.site + "/", address)
        else:
            link.replace_with(link.text())
            found.notes["link inside the source kept as text"] += 1


def narrowed(match: re.Match[str], archive: Archive) -> tuple[str, str] | None:
    """What a Zulip permalink points at, as far as it is in this archive."""
    if match["message"] and archive.post_exists(int(match["message"])):
        return "post", match["message"]
    stream = int(match["stream"])
    if match["topic"]:
        thread = archive.thread_of(stream, unquote(match["topic"].replace(".", "%")))
        return ("thread", thread) if thread else None
    group = archive.group_of(stream)
    return ("group", group) if group and not match["message"] else None


def is_quote(link: LexborNode) -> bool:
    """Whether this link stands in the line "Name said:" above a quoted block."""
    paragraph = link.parent
    if paragraph is None or paragraph.tag != "p":
        return False
    following = paragraph.next
    while following is not None and following.is_text_node and not (following.text() or "").strip():
        following = following.next
    return following is not None and following.tag == "blockquote" and paragraph.text().rstrip().endswith(":")
