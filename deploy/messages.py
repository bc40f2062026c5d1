"""`make messages`: gather every text of the code and the templates into the catalogues; `--check` says what they lack.

Texts are gathered by Django's makemessages, which needs gettext on the machine. Nothing is translated by guessing.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parent.parent
LANGUAGES = ("fr",)
SKIPPED = (".venv", "node_modules", "tests", "bench", "deploy", "static", "data-local")


def gather(into: Path) -> int:
    """Run makemessages in `into`, a checkout of the project; its exit code."""
    ignored = [word for name in SKIPPED for word in ("--ignore", name)]
    languages = [word for name in LANGUAGES for word in ("--locale", name)]
    command = [
        sys.executable,
        "manage.py",
        "makemessages",
        *languages,
        "--no-location",
        "--no-wrap",
        "--verbosity",
        "0",
        *ignored,
    ]
    return subprocess.run(command, cwd=into, check=False).returncode


def drop_guesses(path: Path) -> None:
    """Empty what msgmerge guessed from a similar text: a wrong translation is worse than a missing one."""
    catalogue = polib.pofile(str(path), wrapwidth=0)
    for entry in catalogue:
        # The text it was guessed from: half of it left behind is a syntax error for gettext.
        entry.previous_msgctxt = entry.previous_msgid = entry.previous_msgid_plural = None
        if entry.fuzzy:
            entry.flags.remove("fuzzy")
            entry.msgstr = ""
            entry.msgstr_plural = dict.fromkeys(entry.msgstr_plural, "")
    for entry in catalogue.obsolete_entries():
        catalogue.remove(entry)
    catalogue.save()


def missing() -> list[str]:
    """Texts in the code that the catalogues don't hold, found in a copy so that nothing is changed."""
    names = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split("\0")
    wanted = [
        name
        for name in names
        if name.endswith((".py", ".html", ".txt", ".po"))
        and not name.startswith(tuple(f"{skipped}/" for skipped in SKIPPED))
    ]
    found = []
    with tempfile.TemporaryDirectory(prefix="parvis-messages-") as folder:
        for name in wanted:
            if (ROOT / name).is_file():
                (Path(folder) / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(ROOT / name, Path(folder) / name)
        if gather(Path(folder)):
            return ["makemessages failed"]
        for path in sorted(Path(folder, "locale").rglob("*.po")):
            before = keys(ROOT / path.relative_to(folder))
            found += [
                f"{path.relative_to(folder)}: run make messages and translate {key[1]!r}"
                for key in sorted(keys(path) - before)
            ]
    return found


def keys(path: Path) -> set[tuple[str, str]]:
    """Context and text of every live entry."""
    if not path.exists():
        return set()
    return {(entry.msgctxt or "", entry.msgid) for entry in polib.pofile(str(path)) if not entry.obsolete}


def main() -> int:
    """Gather, or check."""
    if shutil.which("xgettext") is None:
        print(
            "Gathering the texts needs gettext: install the package gettext."
            + (" The check of the catalogues themselves was made." if "--check" in sys.argv else "")
        )
        return 0 if "--check" in sys.argv else 1
    if "--check" in sys.argv:
        lines = missing()
        print("\n".join(lines))
        return 1 if lines else 0
    for language in LANGUAGES:
        (ROOT / "locale" / language / "LC_MESSAGES").mkdir(parents=True, exist_ok=True)
    code = gather(ROOT)
    for path in (ROOT / "locale").rglob("*.po"):
        drop_guesses(path)
    return code


if __name__ == "__main__":
    sys.exit(main())
