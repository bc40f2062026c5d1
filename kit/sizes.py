"""How many bytes, in words: the way in which sizes are said on every page."""

from __future__ import annotations

from django.utils.formats import number_format
from django.utils.translation import gettext as _

THOUSAND = 1000
NO_BREAK = "\u00a0"


def say_size(size: int) -> str:
    """``size`` bytes in the largest unit that fits: "340 kB", "1.2 GB", in French "1,2 Go".

    WHY: units of a thousand, as disks are sold and as every limit is told; Django's go by 1,024 and are called Gio.
    """
    units = [_("%(number)s kB"), _("%(number)s MB"), _("%(number)s GB"), _("%(number)s TB")]
    amount, unit = max(size, 0) / THOUSAND, 0
    while round(amount, 1) >= THOUSAND and unit < len(units) - 1:
        amount, unit = amount / THOUSAND, unit + 1
    places = 1 if unit and round(amount, 1) < 100 else 0
    number = number_format(round(amount, places), decimal_pos=places, use_l10n=True, force_grouping=True)
    return (units[unit] % {"number": number}).replace(" ", NO_BREAK)
