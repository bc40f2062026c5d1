"""HTML of other products becomes Markdown that renders to the same text.

markdownify walks the tree; this class says what it escapes and how code, quotes and tables are fenced, so that
`kit.markdown` reads back exactly what was written (`tests/imports/test_html_to_markdown.py` compares both ways).
"""

import re

from bs4 import BeautifulSoup
from bs4.element import NavigableString, PageElement, Tag
from markdownify import ATX, MarkdownConverter

BLOCKS = {"blockquote", "div", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "ol", "p", "pre", "table", "ul"}
BACKTICKS = re.compile(r"`+")
LANGUAGE = re.compile(r"[^a-z0-9+#._-]+")
ADDRESS = re.compile(r"(https?://[^\s<>\[\]*`]+)")
# Backslashes that Markdown would eat, emphasis and code marks, the start of a link, an entity, an autolink, a strike.
INLINE_MARKS = re.compile(
    r"""
      \\(?=[!-/:-@\[-`{-~\n])          # a backslash before punctuation or at the end of a line
    | \\$
    | [*`\[]
    | (?<![^\W_])_|_(?![^\W_])        # an underscore inside a word means nothing
    | <(?=[A-Za-z/!?])
    | &(?=\#?\w+;)
    | ~(?=~)|(?<=~)~
    """,
    re.VERBOSE,
)
LINE_MARKS = re.compile(
    r"^([ \t]*)(?:(\#{1,6})(?=\s|$)|([-+])(?=\s|$|[-+])|(>)|(={2,})(?=\s*$)|(:?-+:?\s*\|)|(\|))", re.M
)
LINE_NUMBERS = re.compile(r"^([ \t]*\d{1,9})([.)])(?=\s|$)", re.M)


class Converter(MarkdownConverter):
    """markdownify with our escapes: what it writes is plain to read in the editor and exact when rendered."""

    class Options:
        heading_style = ATX
        bullets = "-"
        escape_asterisks = False
        escape_underscores = False

    def escape(self, text: str, parent_tags: set[str]) -> str:
        """Escape only what would otherwise be read as Markdown."""
        text = "".join(
            part if i % 2 else INLINE_MARKS.sub(r"\\\g<0>", part) for i, part in enumerate(ADDRESS.split(text))
        )
        text = LINE_MARKS.sub(lambda m: f"{m[1]}\\{m[0][len(m[1]) :]}", text)
        text = LINE_NUMBERS.sub(r"\1\\\2", text)
        if "a" in parent_tags:
            text = text.replace("]", "\\]")
        if "td" in parent_tags or "th" in parent_tags:
            text = text.replace("|", "\\|")
        return text

    def process_text(self, el: NavigableString, parent_tags: set[str] | None = None) -> str:
        text = str(super().process_text(el, parent_tags))  # type: ignore[misc]
        before, following = el.previous_sibling, el.next_sibling
        if isinstance(before, Tag) and before.name == "br":
            text = text.lstrip(" \t\n")
        if text.endswith("!") and isinstance(following, Tag) and following.name == "a":
            text = text[:-1] + "\\!"  # "!" before a link would make it a picture
        return text

    def convert_del(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return self.marked(el, text, "~~", parent_tags)

    def convert_em(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return self.marked(el, text, "*", parent_tags)

    def convert_strong(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return self.marked(el, text, "**", parent_tags)

    convert_i, convert_b, convert_s = convert_em, convert_strong, convert_del

    def marked(self, el: Tag, text: str, mark: str, parent_tags: set[str]) -> str:
        """Text between two marks; a space is put where Markdown would not see the mark inside a word."""
        inner = text.strip()
        if not inner or "_noformat" in parent_tags:
            return text
        before, after = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
        if not before and not inner[0].isalnum() and last_character(el.previous_sibling).isalnum():
            before = " "
        if not after and not inner[-1].isalnum() and first_character(el.next_sibling).isalnum():
            after = " "
        return f"{before}{mark}{inner}{mark}{after}"

    def convert_a(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        if "_noformat" in parent_tags:
            return text
        address = str(el.get("href") or "")
        if not address or not text.strip():
            return text
        if el.get_text() == address and re.match(r"https?://[^\s<>]+$", address):
            return f"<{address}>"
        before, after = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
        if re.search(r"[\s<>()\\]", address):
            address = "<" + re.sub(r"[\s<>\\]", lambda m: f"%{ord(m[0]):02X}", address) + ">"
        return f"{before}[{text.strip()}]({address}){after}"

    def convert_pre(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        code = el.get_text().removeprefix("\n").removesuffix("\n")  # HTML drops the line break after <pre>
        if "_inline" in parent_tags:
            return fenced_inline(" ".join(code.split()))
        language = LANGUAGE.sub("", str(el.get("data-language") or "").lower())
        fence = "`" * max(3, longest_run(code) + 1)
        return f"\n\n{fence}{language}\n{code}\n{fence}\n\n" if code else ""

    def convert_code(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        if "_noformat" in parent_tags:
            return text
        code = el.get_text().replace("\n", " ")
        if "td" in parent_tags or "th" in parent_tags:
            code = code.replace("|", "\\|")
        return fenced_inline(code)

    def convert_br(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        if "_inline" in parent_tags:
            return " "
        if at_an_edge(el.next_sibling, forward=True) or at_an_edge(el.previous_sibling, forward=False):
            return ""
        # `kit.markdown` shows a line break as one; an empty line between two breaks needs a mark to stand on.
        return "\\\n" if is_break(el.previous_sibling) else "\n"


def at_an_edge(node: PageElement | None, *, forward: bool) -> bool:
    """Whether nothing, or a block, stands on this side: a line break there would show as a stray backslash."""
    while isinstance(node, NavigableString) and not node.strip():
        node = node.next_sibling if forward else node.previous_sibling
    return node is None or (isinstance(node, Tag) and node.name in BLOCKS)


def is_break(node: PageElement | None) -> bool:
    """Whether the thing before this one is a line break too."""
    while isinstance(node, NavigableString) and not node.strip():
        node = node.previous_sibling
    return isinstance(node, Tag) and node.name == "br"


def last_character(node: PageElement | None) -> str:
    """The character right before a mark, or nothing."""
    return node.get_text()[-1:] if node is not None else ""


def first_character(node: PageElement | None) -> str:
    """The character right after a mark, or nothing."""
    return node.get_text()[:1] if node is not None else ""


def longest_run(text: str) -> int:
    """Length of the longest run of backticks: a fence must be longer."""
    return max((len(run) for run in BACKTICKS.findall(text)), default=0)


def fenced_inline(code: str) -> str:
    """A code span that holds any text, backticks and outer spaces included."""
    if not code:
        return ""
    fence = "`" * (longest_run(code) + 1)
    if code[0] in "` " or code[-1] in "` ":
        code = f" {code} " if code.strip() else code
    return f"{fence}{code}{fence}"


CONVERTER = Converter()


def to_markdown(html: str) -> str:
    """Markdown of a fragment of HTML; code blocks take their language from `<pre data-language>`."""
    if "<" not in html and "&" not in html:
        return CONVERTER.escape(html, set()).strip()
    return str(CONVERTER.convert_soup(BeautifulSoup(html, "html.parser"))).strip("\n")
