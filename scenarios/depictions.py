"""Pictures that cases paint on boards, clothes and roads: drawn by code, kept as PNG files by their content."""

from __future__ import annotations

import hashlib
import math
import os
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from moosetest.registry import UnknownNameError, nearest_hint

Picture = NDArray[np.uint8]
SIGN_RED, WHITE, ASPHALT = (150, 20, 25), (235, 235, 235), (92, 92, 92)
"""RGB, display values."""


@cache
def picture_file(name: str) -> str:
    """Path of a PNG of that picture, on this machine; the embedded server reads it there.

    Raises:
        UnknownNameError: no such picture.
    """
    if name not in PICTURES:
        raise UnknownNameError(f"unknown picture {name!r}: {nearest_hint(name, list(PICTURES))}")
    done, png = cv2.imencode(".png", PICTURES[name]()[..., ::-1])
    if not done:
        raise RuntimeError(f"picture {name!r} cannot be written as PNG")
    data = png.tobytes()
    folder = Path(tempfile.gettempdir()) / "moosetest-pictures"
    folder.mkdir(exist_ok=True)
    path = folder / f"{name}-{hashlib.sha256(data).hexdigest()[:16]}.png"
    if not path.exists():
        part = path.with_suffix(f".{os.getpid()}.part")
        part.write_bytes(data)
        part.replace(path)  # whole or not at all, whoever else writes it
    return str(path)


def stop_sign() -> Picture:
    """An eight-sided red sign with STOP, on a grey shirt."""
    size_px = 256
    picture = np.full((size_px, size_px, 3), 120, np.uint8)
    middle, radius = size_px / 2, size_px * 0.49
    for share, color in ((1.0, WHITE), (0.93, SIGN_RED)):
        angles = np.arange(8) * math.pi / 4 + math.pi / 8
        corners = middle + share * radius * np.stack([np.cos(angles), np.sin(angles)], axis=1)
        cv2.fillPoly(picture, [corners.astype(np.int32)], color, cv2.LINE_AA)
    cv2.putText(picture, "STOP", (38, 155), cv2.FONT_HERSHEY_SIMPLEX, 2.4, WHITE, 16, cv2.LINE_AA)
    return picture


def zebra() -> Picture:
    """White bars along the road on asphalt, half a metre each and as far apart (R-FGÜ)."""
    bars = 14
    picture = np.empty((64, 16 * (2 * bars - 1), 3), np.uint8)
    picture[:] = ASPHALT
    for bar in range(bars):
        picture[:, 32 * bar : 32 * bar + 16] = WHITE
    return picture


PICTURES: dict[str, Callable[[], Picture]] = {"stop_sign": stop_sign, "zebra": zebra}
