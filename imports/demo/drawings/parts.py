"""Things made of metal, rubber and wood: photographs that were never taken."""

from __future__ import annotations

import math
import random

from imports.demo.drawings.canvas import ACCENT, BAD, INK, LINE, SOFT, Canvas


def machined_part(sheet: Canvas) -> None:
    """A bright pump body on the bed of the machining centre, the tool above it."""
    zoom, across, down = 2.884, 0.0, 0.0  # drawn on a grid of 416 by 234

    def g(*values: float) -> tuple[float, ...]:
        return tuple(v * zoom + (across, down)[place % 2] for place, v in enumerate(values))

    sheet.fade(g(0, 0, 416, 176), "#39424c", "#1a2027")
    sheet.box(g(0, 176, 416, 240), "#232a31")
    sheet.line([g(0, 176), g(416, 176)], "#55606a", 2)
    for y in (196, 214):
        sheet.line([g(0, y), g(416, y)], "#303943", 14)
    sheet.shape([g(252, 0), g(312, 0), g(304, 46), g(260, 46)], "#5b6670")
    sheet.shape([g(274, 46), g(290, 46), g(288, 80), g(276, 80)], "#c9d1d7")
    for turn in range(4):
        sheet.line([g(275, 52 + turn * 7), g(289, 48 + turn * 7)], "#8d979f", 2)
    sheet.oval(g(90, 170, 322, 194), "#0d1014")
    sheet.fade(g(100, 96, 310, 180), "#f1f3f5", "#69747e", radius=34)
    sheet.line([g(112, 98), g(298, 98)], "#ffffff", 3)
    for ring in range(44, 27, -1):
        shade = 0x5C + round((44 - ring) / 17 * 0x88)
        sheet.disc(*g(176, 136), ring * zoom, f"#{shade:02x}{min(255, shade + 9):02x}{min(255, shade + 16):02x}")
    sheet.disc(*g(176, 136), 27 * zoom, "#20262c", line="#dfe5e9", width=5)
    sheet.arc(g(155, 115, 197, 157), 200, 300, "#3f4952", 6)
    for x, y, r in ((176, 99, 4), (176, 173, 4), (139, 136, 4), (213, 136, 4), (262, 118, 9), (262, 156, 9)):
        sheet.disc(*g(x, y), r * zoom, "#2a3138")
        sheet.arc(g(x - r, y - r, x + r, y + r), 270, 360, "#eef2f4", 2)
    chips = random.Random(7)  # noqa: S311 - chips of aluminium
    for _ in range(60):
        x, y = chips.uniform(10, 400), chips.uniform(184, 228)
        curl = chips.uniform(1.5, 4)
        sheet.arc(g(x, y, x + curl, y + curl), chips.uniform(0, 200), chips.uniform(220, 360), "#aeb7be", 2)


def body_drawing(sheet: Canvas) -> None:
    """A section of the body with dimensions: what a drawing office would send."""
    sheet.box((20, 20, 1180, 655), line=INK, width=2)
    body = [(260, 190), (760, 190), (760, 250), (820, 250), (820, 430), (760, 430), (760, 500), (260, 500)]
    sheet.shape(body, "#eceff2", line=INK, width=2.5)
    for step in range(-8, 30):
        x = 260 + step * 28
        start, end = (max(260, x), 190 + max(0, 260 - x)), (min(760, x + 310), min(500, 190 + 760 - x))
        if start[0] < end[0] and start[1] < 500:
            sheet.line([start, end], "#c4cad0", 1)
    sheet.box((360, 270, 820, 420), "#ffffff", line=INK, width=2.5)
    sheet.box((260, 315, 360, 375), "#ffffff", line=INK, width=2.5)
    for y in (222, 468):
        for x in (310, 710):
            sheet.box((x - 14, y - 14, x + 14, y + 14), "#ffffff", line=INK, width=2)
            sheet.dashes((x - 26, y), (x + 26, y), SOFT)
            sheet.dashes((x, y - 26), (x, y + 26), SOFT)
    sheet.dashes((200, 345), (880, 345), ACCENT, dash=16)
    for x, label in ((360, ""), (820, "460 ±0.05")):
        sheet.line([(x, 430), (x, 560)], SOFT, 1)
        if label:
            sheet.line([(360, 550), (820, 550)], SOFT, 1.5)
            sheet.write(590, 544, label, size=20, anchor="mb")
    sheet.line([(820, 270), (920, 270)], SOFT, 1)
    sheet.line([(820, 420), (920, 420)], SOFT, 1)
    sheet.line([(905, 270), (905, 420)], SOFT, 1.5)
    sheet.write(916, 345, "ø 150 H7", size=20, anchor="lm")
    sheet.line([(480, 270), (560, 120), (600, 120)], BAD, 2)
    sheet.write(608, 120, "coating 25 µm max, all wetted faces", BAD, size=22, weight=600, anchor="lm")
    sheet.line([(310, 222), (250, 90), (280, 90)], BAD, 2)
    sheet.write(288, 90, "4 × M8, 24 Nm", BAD, size=22, weight=600, anchor="lm")
    sheet.box((800, 575, 1180, 655), "#ffffff", line=INK, width=2)
    sheet.line([(1040, 575), (1040, 655)], INK, 1.5)
    sheet.write(820, 592, "M4 body", size=24, weight=640)
    sheet.write(820, 624, "Corvanne, scale 1:2", SOFT, size=18)
    sheet.write(1110, 615, "7", ACCENT, size=40, weight=640, anchor="mm")


def porosity_section(sheet: Canvas) -> None:
    """A polished cut: round gas pores on the left, ragged shrinkage on the right."""
    sheet.fade((0, 0, 1200, 600), "#c9ced3", "#a2a9b0")
    grain = random.Random(14)  # noqa: S311 - a polished face
    for _ in range(420):
        x, y = grain.uniform(0, 1200), grain.uniform(0, 600)
        length = grain.uniform(20, 90)
        sheet.line([(x, y), (x + length, y - length * 0.12)], grain.choice(("#d6dadd", "#bcc2c8", "#b1b8be")), 1)
    for _ in range(38):
        x, y, r = grain.uniform(40, 540), grain.uniform(40, 560), grain.uniform(3, 22)
        sheet.disc(x, y, r, "#3a4047")
        sheet.disc(x - r * 0.25, y - r * 0.25, r * 0.6, "#8f979e")
        sheet.disc(x - r * 0.3, y - r * 0.35, r * 0.22, "#f2f4f5")
    for _ in range(9):
        x, y = grain.uniform(690, 1120), grain.uniform(80, 520)
        corners = 17
        outline = []
        for corner in range(corners):
            angle = 2 * math.pi * corner / corners
            reach = grain.uniform(8, 62)
            outline.append((x + math.cos(angle) * reach * 1.4, y + math.sin(angle) * reach * 0.7))
        sheet.shape(outline, "#4a4f55")
        for spot in outline[::3]:
            sheet.disc(*spot, 3, "#6d737a")
    sheet.line([(600, 0), (600, 600)], "#ffffff", 4)
    sheet.box((0, 600, 1200, 675), "#ffffff")
    sheet.write(300, 636, "gaz / gas", size=26, weight=600, anchor="mm")
    sheet.write(900, 636, "retassure / shrinkage", size=26, weight=600, anchor="mm")
    sheet.line([(1040, 570), (1160, 570)], INK, 4)
    sheet.write(1100, 562, "1 mm", size=20, anchor="mb")


def gasket_drop(sheet: Canvas) -> None:
    """A drop under the head gasket."""
    sheet.fade((0, 0, 1200, 675), "#5d6a74", "#262d33")
    sheet.fade((160, 60, 1040, 300), "#eef1f3", "#97a2ab", radius=18)
    sheet.box((140, 300, 1060, 330), "#23272b")
    sheet.fade((180, 330, 1020, 470), "#b9c2c9", "#5d6872", radius=14)
    for x in (240, 480, 720, 960):
        sheet.disc(x, 130, 36, "#7d8790")
        points = [(x + 26 * math.cos(a * math.pi / 3), 130 + 26 * math.sin(a * math.pi / 3)) for a in range(6)]
        sheet.shape(points, "#30363c")
    sheet.line([(700, 326), (702, 470), (698, 520)], "#9fd3e8", 5)
    sheet.shape([(698, 505), (676, 560), (720, 560)], "#bfe6f5")
    sheet.disc(698, 564, 23, "#bfe6f5")
    sheet.disc(691, 557, 7, "#ffffff")
    sheet.oval((520, 628, 880, 660), "#7fb6cc")
    sheet.write(196, 250, "M4  0003", "#4c565f", size=34, weight=640)


def two_pumps(sheet: Canvas) -> None:
    """The new pump beside its neighbour of 1996."""
    sheet.fade((0, 0, 1200, 480), "#dfe5e6", "#b9c4c5")
    for x in range(0, 1200, 120):
        sheet.line([(x, 0), (x, 480)], "#cfd8d9", 2)
    for y in range(0, 480, 80):
        sheet.line([(0, y), (1200, y)], "#cfd8d9", 2)
    sheet.fade((0, 480, 1200, 675), "#8d9491", "#6b7270")
    # the new one: light housing, screen, blue bleed cap
    sheet.fade((160, 190, 480, 500), "#fafbfb", "#c5ccd2", radius=24)
    sheet.box((200, 230, 440, 350), "#16202b", radius=8)
    sheet.write(320, 275, "7.20 l/h", "#8fe3b4", size=40, weight=600, anchor="mm")
    sheet.write(320, 324, "400 h", "#9aa9b8", size=22, anchor="mm")
    for x in (240, 320, 400):
        sheet.disc(x, 400, 20, "#e3e8ec", line="#9aa4ac", width=2)
    sheet.fade((60, 330, 170, 450), "#d9dee2", "#8b959d", radius=12)
    sheet.disc(115, 318, 20, ACCENT)
    for y in (300, 450):
        sheet.line([(100, y), (100, y + 60 if y > 400 else y - 130)], "#3c4a52", 14)
    sheet.write(320, 470, "M4", "#40607f", size=30, weight=640, anchor="mm")
    # the old one: green paint, fly-wheel, patience
    sheet.fade((720, 300, 1060, 510), "#6f8f6c", "#3d5a41", radius=8)
    sheet.disc(1040, 330, 100, "#39503b", line="#2a3b2c", width=12)
    sheet.disc(1040, 330, 22, "#20301f")
    for spoke in range(6):
        angle = spoke * math.pi / 3
        sheet.line([(1040, 330), (1040 + 92 * math.cos(angle), 330 + 92 * math.sin(angle))], "#2a3b2c", 10)
    sheet.box((620, 360, 730, 440), "#8e9a90")
    sheet.line([(640, 360), (640, 160)], "#47524c", 18)
    sheet.line([(640, 440), (640, 560)], "#47524c", 18)
    sheet.write(860, 410, "1996", "#dfe8d8", size=44, weight=640, anchor="mm")
    rust = random.Random(1996)  # noqa: S311 - rust
    for _ in range(70):
        sheet.disc(rust.uniform(724, 1050), rust.uniform(440, 506), rust.uniform(1, 5), "#7c4b2a")
    sheet.box((100, 500, 560, 520), "#4b5453")
    sheet.box((680, 510, 1120, 534), "#4b5453")


def pallet(sheet: Canvas) -> None:
    """A pallet from the side; the dents sit in the bottom layer."""
    sheet.box((0, 560, 1200, 675), LINE)
    for x in (120, 520, 920):
        sheet.box((x, 500, x + 160, 560), "#a97c4a")
    for place in range(12):
        x = 100 + place * 84
        sheet.box((x, 482 if place in (4, 7) else 488, x + 78, 504), "#c0935c" if place in (4, 7) else "#b5884f")
    for layer in range(4):
        y = 380 - layer * 100
        for place in range(8):
            x = 110 + place * 124
            sheet.fade((x, y, x + 112, y + 96), "#dfe4e8", "#98a3ac", radius=8)
            sheet.disc(x + 56, y + 48, 24, "#59646d")
        if layer:
            sheet.box((100, y + 96, 1104, y + 101), "#8a6a43")
    for place in (2, 3, 4, 5):
        x = 110 + place * 124
        sheet.shape([(x, 476), (x, 446), (x + 26, 476)], BAD)
    sheet.line([(420, 470), (300, 610)], BAD, 3)
    sheet.write(300, 622, "dents: bottom layer only", BAD, size=26, weight=600, anchor="ma")
