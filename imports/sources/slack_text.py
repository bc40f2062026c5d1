"""Slack's own marks become Markdown: mentions, links, channels, bold, code, and the three letters it escapes."""

from __future__ import annotations

import html
import re
from collections.abc import Callable

import emoji

from imports.html_to_markdown import CONVERTER, longest_run
from imports.neutral import reference

BLOCK = re.compile(r"```(.*?)```", re.S)
TOKEN = re.compile(
    r"`(?P<code>[^`\n]+)`|<(?P<link>[^<>\n]{1,3000})>"
    r"|(?<![\w*])\*(?P<bold>[^\s*](?:[^*\n]{0,2000}[^\s*])?)\*(?![\w*])"
    r"|(?<![\w_])_(?P<italic>[^\s_](?:[^_\n]{0,2000}[^\s_])?)_(?![\w_])"
    r"|(?<![\w~])~(?P<struck>[^\s~](?:[^~\n]{0,2000}[^\s~])?)~(?![\w~])"
)
SHORTCODE = re.compile(r":([a-z0-9_+'-]{1,60})(?:::skin-tone-([2-6]))?:")
TONES = ["", "", "🏻", "🏼", "🏽", "🏾", "🏿"]
# Slack's names that no list of others knows.
OWN_NAMES = {"simple_smile": "🙂", "facepunch": "👊", "hankey": "💩"}


def emoji_named(name: str) -> str:
    """The character of an emoji's name, with its skin tone; a name nobody else knows stays as `:name:`."""
    plain, _, tone = name.partition("::skin-tone-")
    character = OWN_NAMES.get(plain) or emoji.emojize(f":{plain}:", language="alias")
    if character == f":{plain}:":
        return f":{name}:"
    return character + (TONES[int(tone)] if tone in ("2", "3", "4", "5", "6") else "")


def to_markdown(text: str, address_of: Callable[[str, str], tuple[str, str] | None], mentions: list[str]) -> str:
    """Markdown of one message. `address_of("person" | "group", id)` answers (source id, name) of what is there.

    People who are named go into `mentions`.
    """
    made = []
    for number, part in enumerate(BLOCK.split(text)):
        if number % 2:
            code = html.unescape(part).strip("\n")
            fence = "`" * max(3, longest_run(code) + 1)
            made.append(f"\n\n{fence}\n{code}\n{fence}\n\n" if code.strip() else "")
        else:
            made.append(_lines(part, address_of, mentions))
    return "".join(made).strip()


def _lines(text: str, address_of: Callable[[str, str], tuple[str, str] | None], mentions: list[str]) -> str:
    out: list[str] = []
    for line in text.split("\n"):
        quoted = line.startswith("&gt;")
        shown = _inline(line.removeprefix("&gt;").strip(), address_of, mentions)
        out.append(f"> {shown}" if quoted else shown)
        if quoted:
            out.append("")
    return "\n".join(out)


def _inline(line: str, address_of: Callable[[str, str], tuple[str, str] | None], mentions: list[str]) -> str:
    made, at = [], 0
    for found in TOKEN.finditer(line):
        made.append(_plain(line[at : found.start()]))
        at = found.end()
        if found["code"]:
            made.append(f"`{html.unescape(found['code'])}`")
        elif found["link"]:
            made.append(_link(found["link"], address_of, mentions))
        else:
            mark, inner = next(
                (mark, found[name]) for name, mark in (("bold", "**"), ("italic", "*"), ("struck", "~~")) if found[name]
            )
            made.append(f"{mark}{_inline(inner, address_of, mentions)}{mark}")
    made.append(_plain(line[at:]))
    return "".join(made)


def _plain(text: str) -> str:
    shown = SHORTCODE.sub(lambda found: emoji_named(found[0].strip(":")), html.unescape(text))
    return CONVERTER.escape(shown, set())


def _link(inner: str, address_of: Callable[[str, str], tuple[str, str] | None], mentions: list[str]) -> str:
    target, _, label = html.unescape(inner).partition("|")
    if target.startswith(("@", "#")):
        noun = "person" if target[0] == "@" else "group"
        known = address_of(noun, target[1:])
        if known is None:
            return CONVERTER.escape(target[0] + (label or target[1:]).lstrip("@#"), set())
        source_id, name = known
        if noun == "person" and source_id not in mentions:
            mentions.append(source_id)
        return f"[{target[0]}{_words(name)}]({reference(noun, source_id)})"
    if target.startswith("!"):
        return CONVERTER.escape((label or "@" + target[1:].partition("^")[0]), set())
    if not re.match(r"(?:https?|mailto|tel):", target):
        return CONVERTER.escape(label or target, set())
    address = re.sub(r"[\s<>()\\]", lambda found: f"%{ord(found[0]):02X}", target)
    if not label or label == target:
        return f"<{address}>"
    return f"[{_words(label)}]({address})"


def _words(text: str) -> str:
    return CONVERTER.escape(text, {"a"})
