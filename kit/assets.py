"""Addresses of the built front-end files: names with a hash of their content, kept by browsers for a year."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.templatetags.static import static


def _dist() -> Path:
    return Path(settings.BASE_DIR) / "static" / "dist"


@cache
def _manifest(_changed: float) -> dict[str, Any]:
    return json.loads((_dist() / "manifest.json").read_text())


def _names() -> dict[str, Any]:
    try:
        return _manifest((_dist() / "manifest.json").stat().st_mtime if settings.DEBUG else 0.0)
    except FileNotFoundError:
        return {}


def hashed_name(name: str) -> str:
    """The current file name of ``name`` ("parvis.css"), or ``name`` itself before the first build."""
    return _names().get(name, name)


def lacks_icon(name: str) -> bool:
    """True when the built sprite has no drawing called ``name``; never before the first build."""
    return name not in _names().get("icons", [name])


def needed_urls(name: str) -> list[str]:
    """The addresses of the files that ``name`` ("parvis.js") imports at once, to be fetched together with it."""
    needed = _names().get(f"{name} needs", [])
    return [static(one) for one in needed]


def asset_url(name: str) -> str:
    """The address of a built file."""
    return _address(hashed_name(name), settings.STATIC_URL)


@cache
def _address(hashed: str, _static_url: str) -> str:
    return static(hashed)


def colours() -> dict[str, dict[str, str]]:
    """Colours of the look for where no style sheet reaches (``#rrggbb``), by token, each for light and dark."""
    white = {"light": "#ffffff", "dark": "#ffffff"}
    built: dict[str, dict[str, str]] = _names().get("colours", {})
    return {"surface": white, "canvas": white, **built}
