"""Fonts and colours that the pictures of a report share."""

from __future__ import annotations

from functools import cache
from typing import Any

from PIL import ImageFont

from moosetest.objects import ObjectClass

INK = (235, 238, 242)
CLASS_NAMES = tuple("unknown" if c is ObjectClass.UNKNOWN else c.name.lower() for c in ObjectClass)
CLASS_COLORS = (
    (200, 200, 200),
    (255, 90, 90),
    (255, 190, 70),
    (90, 200, 255),
    (255, 140, 40),
    (170, 120, 255),
    (120, 230, 150),
)


@cache
def font(size_px: int) -> Any:
    """Pillow's own scalable font: the same letters on every machine."""
    return ImageFont.load_default(size_px)
