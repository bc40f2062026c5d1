"""A page that belongs to no app: all components."""

from __future__ import annotations

from django.shortcuts import render


def styleguide(request):
    """All components on one page, for those who build screens; served only where settings say so."""
    return render(request, "styleguide.html", {"person": request.user})
