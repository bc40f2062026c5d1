"""Pages that belong to no app: the list of shortcuts, and the page of all components."""

from __future__ import annotations

from django.shortcuts import render

from intranet.shortcuts import SHORTCUTS


def keys(request):
    """The keyboard shortcuts; the same list that ``?`` opens as a dialog."""
    template = "_keys.html" if request.htmx else "keys.html"
    return render(request, template, {"shortcuts": SHORTCUTS, "are_single_on": request.user.has_single_keys})


def styleguide(request):
    """All components on one page, for those who build screens; served only where settings say so."""
    return render(request, "styleguide.html", {"person": request.user})
