"""Every picture of the demo company, drawn by code: nothing is fetched, nobody is portrayed."""

from __future__ import annotations

from imports.demo.drawings import charts, parts, plans
from imports.demo.drawings.canvas import Canvas, as_png
from imports.demo.drawings.portraits import portrait

PICTURES = {
    "bike-shed": plans.bike_shed,
    "body-drawing": parts.body_drawing,
    "carquefou-plan": plans.carquefou_plan,
    "gasket-drop": parts.gasket_drop,
    "machined-part": parts.machined_part,
    "on-time": charts.on_time,
    "pallet": parts.pallet,
    "porosity-chart": charts.porosity,
    "porosity-section": parts.porosity_section,
    "pump-curve": charts.pump_curve,
    "trial-chart": charts.trial,
    "two-pumps": parts.two_pumps,
    "workshop-plan": plans.workshop_plan,
}


def picture(name: str) -> bytes:
    """The PNG of the picture called ``name``; KeyError when there is none."""
    canvas = Canvas(1200, 675)
    PICTURES[name](canvas)
    return as_png(canvas.finished())


__all__ = ["PICTURES", "picture", "portrait"]
