"""HTML of mail becomes Markdown: without style, hidden parts and pictures that count readers; the tail in a fold."""

from __future__ import annotations

import re
from collections.abc import Callable

from selectolax.lexbor import LexborHTMLParser, LexborNode

from imports.html_to_markdown import to_markdown
from imports.sources.mail import quoting
from imports.sources.mail.charsets import clean

# PERF: markdownify takes 1 s for some 300 kB; what is larger, or nested deeper than anybody writes, is read as text.
HTML_LIMIT, DEPTH_LIMIT = 300_000, 150
UNSEEN = "script, style, head, title, meta, link, base, object, embed, iframe, input, button, select, svg, noscript"
HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all|font-size\s*:\s*0", re.I)
TAILS = (
    "div.gmail_quote, div.gmail_quote_container, div#divRplyFwdMsg, div#appendonsend, div.yahoo_quoted,"
    " div.moz-cite-prefix, blockquote[type=cite]"
)
SIGNATURES = "div.gmail_signature, pre.moz-signature, div.moz-signature, div#Signature"
# Private signs, which `charsets.clean` takes out of every text that comes in.
TAIL, SIGNATURE = "\ue000", "\ue001"
INVISIBLE = re.compile("[\u200b-\u200f\u2060\ufeff\u00ad]+")


def html_to_markdown(html: str, note: Callable[[str], object]) -> str:
    """Markdown of a mail in HTML. A picture that came along is `![…](cid:…)`; those of other hosts are left out."""
    tree = LexborHTMLParser(html)
    body = tree.body
    if body is None:
        return quoting.to_markdown(clean(html))
    for node in body.css(UNSEEN):
        node.decompose()
    for node in body.css("[style]"):
        if HIDDEN.search((node.attributes.get("style") or "")[:2_000]):
            node.decompose()
    _pictures(tree, body, note)
    if len(html) > HTML_LIMIT or _depth(body) > DEPTH_LIMIT:
        note("HTML too large or too deep: its text taken")
        return quoting.to_markdown(body.text(separator="\n"))
    _tables(tree, body)
    has_signature = _mark(tree, body.css_first(SIGNATURES), SIGNATURE)
    has_tail = _mark(tree, _tail(body), TAIL)
    try:
        markdown = INVISIBLE.sub("", to_markdown(body.inner_html or ""))
    except RecursionError:
        note("HTML too large or too deep: its text taken")
        return quoting.to_markdown(body.text(separator="\n"))
    return _folded(markdown, has_tail=has_tail, has_signature=has_signature, note=note)


def _folded(markdown: str, *, has_tail: bool, has_signature: bool, note: Callable[[str], object]) -> str:
    above, _, tail = markdown.partition(TAIL) if has_tail else (markdown, "", "")
    tail, signature = tail.replace(SIGNATURE, "").strip("\n"), ""
    if has_signature:
        above, _, signature = above.partition(SIGNATURE)
    above = above.replace(SIGNATURE, "").strip()
    if not above:
        return "\n\n".join(part for part in (signature.strip(), tail) if part)
    made = [above]
    for kind, part in (("signed", signature.strip("\n")), ("quoted", tail)):
        if part.strip():
            note({"signed": "signature folded", "quoted": "quoted tail folded"}[kind])
            shown = re.sub(r"\]\([^)\n]{0,500}\)|[*_`>#\\\[\]]", "", part)
            made.append(quoting.fold(kind, quoting.summary_of(kind, shown.strip().split("\n")), part))
    return "\n\n".join(made)


def _mark(tree: LexborHTMLParser, node: LexborNode | None, sign: str) -> bool:
    """Put a sign before this node that stays to be found in the Markdown."""
    if node is None:
        return False
    mark = tree.create_node("p")
    mark.insert_child(sign)
    node.insert_before(mark)
    return True


def _tail(body: LexborNode) -> LexborNode | None:
    """The outermost node from which on only what is answered stands."""
    for node in body.css(TAILS):
        if node.attributes.get("id") in ("divRplyFwdMsg", "appendonsend"):
            return node
        after, is_last = node, True
        while after is not None and after.tag != "body":
            following = after.next
            while following is not None:
                quoted = following.tag == "blockquote" or "quote" in (following.attributes.get("class") or "")
                if not quoted and (following.text() or "").strip():
                    is_last = False
                following = following.next
            after = after.parent
        if is_last:
            return node
    return None


def _pictures(tree: LexborHTMLParser, body: LexborNode, note: Callable[[str], object]) -> None:
    for picture in body.css("img"):
        source = (picture.attributes.get("src") or "").strip()
        words = " ".join((picture.attributes.get("alt") or "").split())[:200]
        if source.lower().startswith("cid:"):
            continue
        # SECURITY: a picture of another host tells that host who reads.
        note("picture of another host left out")
        picture.replace_with(words)


def _tables(tree: LexborHTMLParser, body: LexborNode) -> None:
    """Tables that only lay a mail out become what they hold, a line for each cell."""
    for table in reversed(body.css("table")):
        cells = table.css("td, th")
        is_layout = len(cells) < 4 or table.css_first("table, p, div, ul, blockquote, h1, h2, h3") is not None
        if is_layout:
            for cell in cells:
                cell.insert_before(tree.create_node("br"))
                cell.unwrap()
            for part in table.css("tr, tbody, thead, tfoot, colgroup, col, caption"):
                part.unwrap()
            table.unwrap()


def _depth(body: LexborNode) -> int:
    deepest, waiting = 0, [(body, 0)]
    while waiting:
        node, depth = waiting.pop()
        deepest = max(deepest, depth)
        if deepest > DEPTH_LIMIT:
            break
        child = node.child
        while child is not None:
            waiting.append((child, depth + 1))
            child = child.next
    return deepest
