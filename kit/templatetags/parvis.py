"""Tags of the look: icons, avatars, times, counts, built files. They take any object with the attributes they read."""

from __future__ import annotations

import datetime as dt
import json
import zlib
from functools import lru_cache
from typing import Any

from django import template
from django.conf import settings
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from kit import assets, clock, direction, fragments, times
from kit.navigation import Block, Entry

register = template.Library()


@register.simple_tag
def asset(name: str) -> str:
    """The address of a built file: ``{% asset "parvis.css" %}``."""
    return assets.asset_url(name)


@register.simple_tag
def colour(token: str, theme: str) -> str:
    """A colour of the look where no style sheet reaches: ``{% colour "surface" "dark" %}``."""
    return assets.colours()[token][theme]


@register.simple_tag
def asset_preloads(name: str) -> SafeString:
    """Links that fetch what a script imports together with the script itself, not after it."""
    return format_html_join("", '<link rel="modulepreload" href="{}">', ((url,) for url in assets.needed_urls(name)))


@register.simple_tag
def icon(name: str, size: str = "", classes: str = "") -> SafeString:
    """A drawing from the sprite, not read aloud: ``{% icon "house" %}``, ``{% icon "x" "sm" %}``; sizes sm, lg, xl."""
    if settings.HAS_STYLEGUIDE and assets.lacks_icon(name):
        raise template.TemplateSyntaxError(f'No icon "{name}" in the sprite: name it in static/src/icons.txt.')
    return _drawing(name, size, classes, assets.asset_url("sprite.svg"))


@lru_cache(maxsize=1000)
def _drawing(name: str, size: str, classes: str, sprite: str) -> SafeString:
    # PERF: a page draws some 170 icons; formatting each anew was 40 ms of its 250.
    names = " ".join(part for part in ("i", f"i-{size}" if size else "", classes) if part)
    return format_html('<svg class="{}" aria-hidden="true"><use href="{}#i-{}"/></svg>', names, sprite, name)


@register.filter
def hue(public_id: object) -> str:
    """The tint class of a person or group, always the same for one public id: ``hue-150``."""
    return f"hue-{zlib.crc32(str(public_id).encode()) % 12 * 30}"


def initials_of(name: str) -> str:
    """One or two capitals of a name: first and last word."""
    words = [word for word in name.replace("-", " ").split() if word[0].isalnum()]
    return "".join(word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words)).upper() or "?"


def badge_of(name: str) -> str:
    """The two signs of a group: its short code where the name begins with one ("M4 metering pump"), else initials."""
    first = name.split()[0] if name.split() else ""
    is_code = any(sign.isdigit() for sign in first) and any(sign.isalpha() for sign in first)
    return first[:2].upper() if is_code else initials_of(name)


@register.simple_tag
def avatar(person: object, size: str = "", classes: str = "") -> SafeString:
    """A picture or initials; not read aloud, the name stands beside it. Sizes sm, lg; ``classes="sq"`` for groups.

    Reads ``public_id``, ``display_name`` or ``name``; where there are any, ``initials``, ``is_guest``, ``photo_url``.
    ``data-person`` lets the live client add the presence dot.
    """
    public_id = getattr(person, "public_id", "")
    name = getattr(person, "display_name", None) or getattr(person, "name", "") or ""
    initials = getattr(person, "initials", None) or badge_of(name)
    names = ["av", hue(public_id)]
    names += [size] if size else []
    names += ["guest"] if getattr(person, "is_guest", False) else []
    names += [classes] if classes else []
    photo = getattr(person, "photo_url", "")
    inside = format_html('<img src="{}" alt="" loading="lazy">', photo) if photo else initials
    return format_html(
        '<span class="{}" data-person="{}" aria-hidden="true">{}</span>', " ".join(names), public_id, inside
    )


@register.simple_tag
def when(moment: dt.datetime | dt.date | None, form: str = "short", classes: str = "") -> SafeString | str:
    """A ``<time>`` in the viewer's words and zone. Forms: short (14:02, Yesterday), long (Yesterday 14:02), day."""
    if moment is None:
        return ""
    css = format_html(' class="{}"', classes) if classes else ""
    if not isinstance(moment, dt.datetime):
        return format_html('<time datetime="{}"{}>{}</time>', moment.isoformat(), css, times.say_date(moment))
    stamp = moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return format_html(
        '<time datetime="{}" data-when="{}" title="{}"{}>{}</time>',
        stamp, form, times.full(moment), css, times.say(moment, form=form),
    )  # fmt: skip


@register.filter
def day(moment: dt.datetime | dt.date | None) -> str:
    """A day for inside a sentence, "until 30 Jun 2027", without the year in this one; never "Today"."""
    if isinstance(moment, dt.datetime):
        moment = timezone.localtime(moment).date()
    return times.name_day(moment, today=clock.today()) if moment else ""


@register.simple_tag
def side_block(block: Block, viewer: str, path: str, here: str = "") -> SafeString:
    """A block of links of the side bar, drawn once for each ``viewer`` (a public id) while it looks the same.

    ``path``: the address shown, ``here``: the public id of the group one is in; to mark where one stands.
    """
    # PERF: forty groups cost 15 ms to draw; the key holds every field of every entry.
    # SECURITY: and the viewer. A block kept for all of the same groups would be there sooner for one when a colleague
    # had looked before, and later when that colleague is in a group more than one may know of.
    shown = {"block": block.at(path or "", here or ""), "viewer": viewer}
    return fragments.kept("_side_block.html", shown, ("block", "viewer"))


@register.simple_tag
def at(entry: Entry, path: str, here: str = "") -> Entry:
    """An entry of the navigation as the page at ``path`` shows it: ``{% at entry path here as shown %}``."""
    return entry.at(path or "", here or "")


@register.filter
def number(value: int | None) -> str:
    """A whole number with the thousands set apart as the language does."""
    return number_format(value or 0, decimal_pos=0, use_l10n=True, force_grouping=True)


@register.simple_tag
def count(value: int | None, label: str = "", tone: str = "", most: int = 999) -> SafeString | str:
    """A counter that says what it counts: nothing at zero, "999+" past ``most``; ``tone="hot"`` is the filled badge."""
    if not value:
        return ""
    shown = f"{most}+" if value > most else str(value)
    heard = format_html('<span class="vh"> {}</span>', label or _("unread"))
    return format_html('<span class="count{}">{}{}</span>', f" {tone}" if tone else "", shown, heard)


@register.simple_tag
def script_words() -> SafeString:
    """Every text the scripts say, as JSON in the page; drawn once for each language."""
    return fragments.kept("_words.html", {}, ())


@register.simple_tag
def calendar_words() -> SafeString:
    """The names of days and months as JSON members, inside the words block."""
    # SECURITY: only our own catalogue goes in, and "<" is escaped as JSON, so nothing closes the element.
    return mark_safe(json.dumps(times.calendar_words(), ensure_ascii=False).replace("<", "\\u003c"))


@register.filter
def bdi(words: Any) -> SafeString:
    """Somebody's words inside a sentence of ours, in their own direction: ``{{ name|bdi }}``; of a list, each."""
    if isinstance(words, list | tuple):
        return format_html_join(", ", "<bdi>{}</bdi>", ((one,) for one in words))
    # SECURITY: escaped here, once; safe HTML (marked words of a search) stays what it is.
    return mark_safe(f"<bdi>{conditional_escape(words)}</bdi>")


@register.filter
def isolated(words: object) -> str:
    """The same where no element can stand: in an attribute, or the title of the document."""
    return direction.isolated(words)


@register.filter
def undo_url(message: object) -> str:
    """Where undoing posts, when a message was added with ``extra_tags="undo:/address/"``."""
    tags = (getattr(message, "extra_tags", "") or "").split()
    return next((tag.removeprefix("undo:") for tag in tags if tag.startswith("undo:")), "")
