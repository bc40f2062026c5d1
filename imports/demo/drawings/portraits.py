"""Portraits of people who do not exist: a few shapes and colours chosen by the person's key."""

from __future__ import annotations

import random

from imports.demo.drawings.canvas import Canvas, as_png

GROUNDS = ("#cfe0ea", "#e8dcc8", "#d6e3d0", "#e6d3d8", "#d9d6e8", "#f0dfb8")
SKINS = ("#f2d3bb", "#e3b48f", "#c98f65", "#a56b43", "#7d4c2e", "#f5dcc8")
HAIRS = ("#2b2320", "#5a3b26", "#8a5a34", "#c79a5b", "#8c8c8c", "#1d1d24")
CLOTHES = ("#2f4a6d", "#4f6b4a", "#7a3d3d", "#3c3c46", "#8a6d2f", "#5a4a78")

# What the talk gives away about somebody, so that the portrait does not contradict it.
LOOKS = {
    "ruth": {"skin": 4, "hair": 0, "long": True, "clothes": 4, "ground": 0},
    "mathilde": {"skin": 0, "hair": 1, "long": True, "clothes": 0, "ground": 5},
    "ines": {"skin": 1, "hair": 0, "long": True, "clothes": 5, "ground": 2},
    "gareth": {"skin": 0, "hair": 2, "beard": True, "clothes": 3, "ground": 4},
    "bastien": {"skin": 5, "hair": 1, "clothes": 1, "ground": 1},
    "amina": {"skin": 3, "hair": 5, "long": True, "clothes": 2, "ground": 0},
    "helene": {"skin": 5, "hair": 4, "long": True, "clothes": 3, "ground": 3},
    "damien": {"skin": 1, "hair": 0, "beard": True, "clothes": 4, "ground": 2},
}


def portrait(key: str) -> bytes:
    """The PNG (480 pixels square) of the person called ``key``; the same one every time."""
    chance = random.Random(key)  # noqa: S311 - a face, not a secret
    looks = LOOKS.get(key, {})
    skin = SKINS[looks.get("skin", chance.randrange(len(SKINS)))]
    hair = HAIRS[looks.get("hair", chance.randrange(len(HAIRS)))]
    sheet = Canvas(480, 480, GROUNDS[looks.get("ground", chance.randrange(len(GROUNDS)))])
    if looks.get("long"):
        sheet.box((130, 110, 350, 400), hair, radius=100)
    sheet.box((70, 350, 410, 560), CLOTHES[looks.get("clothes", chance.randrange(len(CLOTHES)))], radius=110)
    sheet.box((205, 290, 275, 390), skin, radius=30)
    sheet.oval((148, 110, 332, 335), skin)
    sheet.oval((150, 85, 330, 215), hair)
    sheet.oval((168, 150, 312, 250), skin)
    if looks.get("beard"):
        sheet.oval((160, 240, 320, 345), hair)
        sheet.oval((176, 215, 304, 285), skin)
    for x in (205, 275):
        sheet.disc(x, 225, 9, "#2a2a30")
        sheet.arc((x - 20, 196, x + 20, 222), 200, 340, hair, 5)
    sheet.arc((205, 245, 275, 300), 25, 155, "#8c3f3a", 6)
    return as_png(sheet.finished())
