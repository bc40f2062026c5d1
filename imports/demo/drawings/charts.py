"""Charts people at Corvanne post: each with its finding as title, its axes, and its source."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence

from imports.demo.drawings.canvas import ACCENT, BAD, GOOD, INK, LINE, SOFT, WARM, Canvas

LEFT, TOP, RIGHT, BOTTOM = 110.0, 130.0, 1120.0, 580.0


def _frame(sheet: Canvas, title: str, below: str, ticks: Sequence[tuple[float, str]], scale: Callable[[float], float]):
    sheet.write(LEFT - 60, 36, title, size=32, weight=640)
    sheet.write(LEFT - 60, 80, below, SOFT, size=20)
    for value, words in ticks:
        y = scale(value)
        sheet.line([(LEFT, y), (RIGHT, y)], LINE, 1)
        sheet.write(LEFT - 14, y, words, SOFT, size=19, anchor="rm")


def _scale(low: float, high: float) -> Callable[[float], float]:
    return lambda value: BOTTOM - (value - low) / (high - low) * (BOTTOM - TOP)


def porosity(sheet: Canvas) -> None:
    up = _scale(0, 3)
    _frame(
        sheet,
        "Line 2 stays under 0.4 %",
        "Mean porosity by CT scan, 40 parts per lot and line",
        [(0, "0"), (1, "1 %"), (2, "2 %"), (3, "3 %")],
        up,
    )
    sheet.dashes((LEFT, up(2)), (RIGHT, up(2)), BAD, width=2)
    sheet.write(RIGHT, up(2) - 10, "alert at 2 %", BAD, size=19, anchor="rb")
    for place, (lot, first, second) in enumerate((("2608", 1.9, 0.4), ("2609", 2.4, 0.3), ("2610", 2.1, 0.2))):
        x = LEFT + 110 + place * 320
        sheet.box((x, up(first), x + 90, BOTTOM), WARM)
        sheet.box((x + 100, up(second), x + 190, BOTTOM), GOOD)
        sheet.write(x + 45, up(first) + 12, f"{first} %", "#ffffff", size=22, weight=600, anchor="ma")
        sheet.write(x + 145, up(second) - 8, f"{second} %", GOOD, size=22, weight=600, anchor="mb")
        sheet.write(x + 95, BOTTOM + 14, f"lot {lot}", size=22, anchor="ma")
    sheet.box((LEFT, 628, LEFT + 18, 646), WARM)
    sheet.write(LEFT + 28, 626, "line 1", size=20)
    sheet.box((LEFT + 130, 628, LEFT + 148, 646), GOOD)
    sheet.write(LEFT + 158, 626, "line 2", size=20)


def trial(sheet: Canvas) -> None:
    up = _scale(96, 104)
    _frame(
        sheet,
        "Saint-Flour : débit tenu à ± 0,8 %",
        "Débit mesuré, en % de la consigne, sur 400 heures",
        [(v, f"{v} %") for v in (96, 98, 100, 102, 104)],
        up,
    )
    sheet.box((LEFT, up(100.8), RIGHT, up(99.2)), "#e3ecdf")
    noise = random.Random(400)  # noqa: S311 - a curve, not a secret
    width = RIGHT - LEFT
    level, points = 100.0, []
    for step in range(401):
        level += (100 - level) * 0.2 + noise.uniform(-0.22, 0.22)
        points.append((LEFT + width * step / 400, up(level + 0.18 * math.sin(step / 24 * 2 * math.pi))))
    sheet.line(points, ACCENT, 2.5)
    for hour in (171, 195):
        x = LEFT + width * hour / 400
        sheet.dashes((x, TOP + 20), (x, BOTTOM), BAD, width=2)
        sheet.disc(x, TOP + 14, 8, BAD)
    sheet.write(LEFT + width * 0.51, TOP + 2, "deux alarmes, vers 3 h", BAD, size=20)
    for hour in range(0, 401, 100):
        sheet.write(LEFT + width * hour / 400, BOTTOM + 14, f"{hour} h", SOFT, size=19, anchor="ma")


def on_time(sheet: Canvas) -> None:
    up = _scale(80, 96)
    _frame(
        sheet,
        "Livré à l’heure : 94 %",
        "Part des commandes livrées à la date promise, par trimestre",
        [(v, f"{v} %") for v in (80, 84, 88, 92, 96)],
        up,
    )
    quarters = (
        ("T4 2024", 84), ("T1 2025", 85), ("T2 2025", 87), ("T3 2025", 88),
        ("T4 2025", 88), ("T1 2026", 90), ("T2 2026", 92), ("T3 2026", 94),
    )  # fmt: skip
    step = (RIGHT - LEFT - 80) / (len(quarters) - 1)
    points = [(LEFT + 40 + place * step, up(value)) for place, (_, value) in enumerate(quarters)]
    sheet.line(points, ACCENT, 4)
    for (x, y), (quarter, value) in zip(points, quarters, strict=True):
        sheet.disc(x, y, 8, ACCENT)
        sheet.write(x, y - 16, f"{value} %", INK, size=20, weight=600, anchor="mb")
        sheet.write(x, BOTTOM + 14, quarter, SOFT, size=18, anchor="ma")


def pump_curve(sheet: Canvas) -> None:
    up = _scale(0, 12)
    _frame(
        sheet,
        "M4: delivery hardly falls with pressure",
        "Measured on the rig, water at 20 °C, grey seal, three stroke rates; litres an hour",
        [(v, str(v)) for v in (0, 3, 6, 9, 12)],
        up,
    )
    width = RIGHT - LEFT
    for rate, full, fall, colour in ((180, 10.8, 0.055, ACCENT), (120, 7.2, 0.04, GOOD), (60, 3.6, 0.025, WARM)):
        points = []
        for step in range(61):
            bar = step / 5
            points.append((LEFT + width * bar / 12, up(full - fall * bar - 0.0035 * max(0, bar - 8) ** 3)))
        sheet.line(points, colour, 4)
        for bar in (0, 3, 6, 9, 12):
            sheet.disc(*points[bar * 5], 6, colour)
        sheet.write(
            points[8][0], points[8][1] - 12, f"{rate} strokes a minute", colour, size=20, weight=600, anchor="lb"
        )
    for bar in range(0, 13, 3):
        sheet.write(LEFT + width * bar / 12, BOTTOM + 14, f"{bar} bar", SOFT, size=19, anchor="ma")
