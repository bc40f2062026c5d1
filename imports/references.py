"""What a text of a form names becomes what kit.markdown links: people, threads, posts and groups of this company."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import unquote

# Link text may hold escaped brackets; a bracket that is itself escaped opens no link.
NAMED = re.compile(r"(?<!\\)\[((?:\\.|[^\[\]\\])*)\]\(import:(person|group|thread|post)/([^)\s]+)\)")
SHOWN = re.compile(r"!\[((?:\\.|[^\[\]\\])*)\]\(import:picture/([0-9a-f]{64})\)")


def resolved(text: str, address_of: Callable[[str, str], str | None]) -> str:
    """``text`` with every reference linked to what `address_of(noun, source id)` answers, or as its words alone."""

    def link(found: re.Match[str]) -> str:
        shown, noun, source_id = found.groups()
        address = address_of(noun, unquote(source_id))
        return f"[{shown}]({address})" if address else shown

    return NAMED.sub(link, text) if "](import:" in text else text
