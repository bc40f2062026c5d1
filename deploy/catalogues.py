"""Message catalogues without gettext on the machine: compile them, and say what is missing in them.

Usage: catalogues.py compile | check
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parent.parent
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|\{(\w*)\}|%[sd]")


def catalogues() -> list[Path]:
    """Every catalogue of the product."""
    return sorted((ROOT / "locale").rglob("*.po"))


def compile_all() -> int:
    """Write each `.mo`; a fuzzy or empty entry falls back to English."""
    for path in catalogues():
        polib.pofile(str(path)).save_as_mofile(str(path.with_suffix(".mo")))
    return 0


def faults_of(path: Path) -> list[str]:
    """What is missing, doubtful or broken in one catalogue, a line each."""
    faults = []
    for entry in polib.pofile(str(path), check_for_duplicates=True):
        if entry.obsolete:
            continue
        said = [entry.msgstr] if not entry.msgid_plural else list(entry.msgstr_plural.values())
        if not said or not all(text.strip() for text in said):
            faults.append(f"not translated: {entry.msgid!r}")
        elif entry.fuzzy:
            faults.append(f"fuzzy: {entry.msgid!r}")
        else:
            # one form of a plural may leave the number out ("one thread"), no form may name what the original doesn't
            wanted = names_in(entry.msgid) | names_in(entry.msgid_plural)
            for text in said:
                if names_in(text) - wanted or (not entry.msgid_plural and names_in(text) != wanted):
                    faults.append(f"placeholders differ: {entry.msgid!r} -> {text!r}")
    return faults


def names_in(text: str) -> set[str]:
    """The placeholders of a message."""
    return {found.group(0) for found in PLACEHOLDER.finditer(text)}


def check_all() -> int:
    """Print the faults of every catalogue; 1 when there is any."""
    found = [f"{path.relative_to(ROOT)}: {fault}" for path in catalogues() for fault in faults_of(path)]
    for line in found:
        print(line)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit({"compile": compile_all, "check": check_all}[sys.argv[1]]())
