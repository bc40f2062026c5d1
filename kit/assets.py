"""Addresses of the built front-end files: names with a hash of their content, kept by browsers for a year."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from django.conf import settings
from django.templatetags.static import static


def _dist() -> Path:
    return Path(settings.BASE_DIR) / "static" / "dist"


@cache
def _manifest(_changed: float) -> dict[str, str]:
    return json.loads((_dist() / "manifest.json").read_text())


def hashed_name(name: str) -> str:
    """The current file name of ``name`` ("parvis.css"), or ``name`` itself before the first build."""
    try:
        changed = (_dist() / "manifest.json").stat().st_mtime if settings.DEBUG else 0.0
        return _manifest(changed).get(name, name)
    except FileNotFoundError:
        return name


def asset_url(name: str) -> str:
    """The address of a built file."""
    return static(hashed_name(name))
