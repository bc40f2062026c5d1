"""What is read from the environment, the table of variables and the page of settings say the same."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from intranet import variables

ROOT = Path(__file__).resolve().parents[2]
READ = re.compile(r"""\b(?:env(?:\.\w+)?\(|environ\.get\(|environ\[|getenv\()\s*f?["']([A-Z][A-Z_]+)["']""")
# Read by tools or set by ourselves, not settings of the product.
NOT_SETTINGS = {"DJANGO_SETTINGS_MODULE", "DJANGO_ALLOW_ASYNC_UNSAFE", "PATH", "HOME", "CI", "PYTEST_XDIST_WORKER"}


def code() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "*.py"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).exists()]


def test_every_variable_that_is_read_stands_in_the_table():
    known = {variable.name for variable in variables.VARIABLES} | NOT_SETTINGS
    for path in code():
        for name in READ.findall(path.read_text()):
            if path.is_relative_to(ROOT / "tests") and name.startswith("PARVIS_TEST_"):
                continue
            assert name in known, f"{path.relative_to(ROOT)} reads {name}: give it a line in intranet/variables.py"


def test_every_variable_of_the_table_is_read():
    files = [path for path in code() if path.name != "variables.py"]
    text = "\n".join(path.read_text() for path in [*files, ROOT / ".ci" / "run"])
    for variable in variables.VARIABLES:
        said = variable.name.replace("PARVIS_SECRET_DJANGO", "PARVIS_SECRET_")
        assert said in text, f"nobody reads {variable.name}"


def test_the_page_of_settings_is_printed_from_the_table():
    assert (ROOT / "docs" / "settings.md").read_text() == variables.as_page(), (
        "run manage.py print_settings > docs/settings.md"
    )
