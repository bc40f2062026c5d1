"""The forms of a page, and the fields each would send that its door does not take."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.urls import resolve
from selectolax.lexbor import LexborHTMLParser

from kit.fields import taken_by

_CONTROLS = "input, textarea, select, button"


def _sendings(form, controls, address: str):
    """(door, names of fields) of every way in which a form may be sent: by its action, or by a button's own."""
    of = [control.attributes for control in controls]
    always = {c.attributes.get("name") for c in controls if c.tag != "button"}
    pressed = {c.attributes.get("name") for c in controls if c.tag == "button" and not c.attributes.get("formaction")}
    buttons = [names for names in of if names.get("formaction")]
    default = form.attributes.get("action") or address
    # A form of nothing but buttons that lead elsewhere is never sent to its own page.
    if not buttons or any(names.get("type") == "submit" and not names.get("formaction") for names in of):
        yield default, always | pressed
    if form.attributes.get("hx-post"):
        yield form.attributes["hx-post"], always | pressed
    for names in buttons:
        yield names["formaction"], always | {names.get("name")}


def fields_nobody_takes(html: bytes, address: str) -> set[str]:
    """``field → address`` of every form on the page whose door would refuse it."""
    page = LexborHTMLParser(html.decode())
    wrong = set()
    for form in page.css("form"):
        if form.attributes.get("method", "").lower() != "post":
            continue
        outside = page.css(f'[form="{form.attributes["id"]}"]') if form.attributes.get("id") else []
        for door, names in _sendings(form, [*form.css(_CONTROLS), *outside], address):
            match = resolve(urlsplit(door).path or urlsplit(address).path)
            wrong |= {f"{name} → {match.view_name}" for name in names - {None, ""} - taken_by(match.func)}
    return wrong
