"""Floor plans: the workshop in Nantes, the one to come, and a yard in Lyon."""

from __future__ import annotations

from imports.demo.drawings.canvas import ACCENT, GOOD, INK, LINE, SOFT, WARM, Box, Canvas


def _room(sheet: Canvas, box: Box, name: str, fill: str = "#ffffff", below: str = "") -> None:
    sheet.box(box, fill, line=INK, width=3)
    middle = ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)
    sheet.write(*middle, name, size=24, weight=600, anchor="mm")
    if below:
        sheet.write(middle[0], middle[1] + 30, below, SOFT, size=19, anchor="mm")


def _machine(sheet: Canvas, x: float, y: float, name: str) -> None:
    sheet.box((x, y, x + 150, y + 90), "#dbe4f0", line=ACCENT, width=2, radius=6)
    sheet.write(x + 75, y + 45, name, ACCENT, size=20, weight=600, anchor="mm")


def _trolley(sheet: Canvas, x: float, y: float) -> None:
    sheet.box((x, y, x + 44, y + 30), "#f2c14e", line=WARM, width=2, radius=4)
    sheet.disc(x + 8, y + 34, 5, INK)
    sheet.disc(x + 36, y + 34, 5, INK)


def workshop_plan(sheet: Canvas) -> None:
    sheet.box((50, 60, 1150, 600), "#ffffff", line=INK, width=5)
    for x, y, name in (
        (100, 110, "centre 1"),
        (300, 110, "centre 2"),
        (100, 250, "5 axes"),
        (300, 250, "nouveau"),
        (620, 110, "tour 1"),
        (820, 110, "tour 2"),
        (620, 250, "rectif."),
        (820, 250, "brocheuse"),
    ):
        _machine(sheet, x, y, name)
    for x, y in ((480, 215), (1000, 215), (480, 460)):
        _trolley(sheet, x, y)
    _room(sheet, (50, 430, 420, 600), "montage", "#f3f1ea", "bancs 1 à 3")
    _room(sheet, (800, 430, 1150, 600), "métrologie", "#eef3ea", "22 °C")
    sheet.dashes((540, 60), (540, 600), LINE, dash=14, width=3)
    _trolley(sheet, 60, 625)
    sheet.write(120, 632, "un chariot par îlot", size=22)
    sheet.write(1150, 632, "Nantes, atelier", SOFT, size=20, anchor="ra")


def carquefou_plan(sheet: Canvas) -> None:
    _room(sheet, (50, 60, 560, 430), "Usinage", "#e9eff7", "14 machines")
    _room(sheet, (560, 60, 800, 270), "Contrôle", "#eef3ea", "22 °C, sol isolé")
    _room(sheet, (800, 60, 1150, 270), "Vestiaires", "#f6f1e6")
    _room(sheet, (800, 270, 1150, 430), "Cantine", "#fbeedd")
    _room(sheet, (560, 270, 800, 430), "Métrologie", "#eef3ea")
    _room(sheet, (50, 430, 560, 600), "Quai et stock", "#f0efeb")
    _room(sheet, (560, 430, 1150, 600), "Montage", "#f3f1ea", "bancs 1 à 5")
    for x in (120, 260, 400):
        sheet.box((x, 596, x + 80, 606), "#ffffff")
        sheet.write(x + 40, 620, "porte", SOFT, size=16, anchor="ma")
    sheet.line([(1150, 350), (1190, 350)], GOOD, 4)
    sheet.write(1150, 640, "arrêt de bus à 150 m", GOOD, size=20, weight=600, anchor="ra")


def bike_shed(sheet: Canvas) -> None:
    sheet.box((50, 50, 1150, 620), "#eceae4", line=INK, width=4)
    sheet.box((50, 50, 1150, 210), "#d8d5cc", line=INK, width=3)
    sheet.write(600, 130, "Building, Lyon", size=28, weight=600, anchor="mm")
    for place in range(6):
        x = 90 + place * 105
        sheet.box((x, 240, x + 95, 420), line="#ffffff", width=4)
    sheet.box((760, 240, 1110, 420), "#dfeadf", line=GOOD, width=4, radius=8)
    for place in range(12):
        x = 782 + place * 28
        sheet.line([(x, 262), (x, 398)], GOOD, 3)
        sheet.disc(x, 278, 9, line=INK, width=2)
        sheet.disc(x, 380, 9, line=INK, width=2)
    sheet.write(935, 442, "12 covered places", GOOD, size=24, weight=600, anchor="ma")
    sheet.write(935, 474, "(two cars before)", SOFT, size=20, anchor="ma")
    sheet.box((640, 610, 860, 630), "#ffffff")
    sheet.write(750, 640, "gate", SOFT, size=20, anchor="ma")
    for place in (0, 2, 3, 5):
        x = 100 + place * 105
        sheet.box((x + 5, 255, x + 70, 405), "#b3bcc5", radius=14)
        sheet.box((x + 14, 290, x + 61, 330), "#8793a0", radius=6)
