"""Picture files on the server's machine that boards show."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

import numpy as np

from sim.server.blueprints import PICTURE_FILE
from sim.server.calls import CallError
from sim.world.poster import Poster

MOST_BYTES = 64 << 20
MOST_SIDE_PX = 1024
"""Larger pictures are shrunk: a texel of a board of 4 m is then 4 mm."""


def poster_of(file_name: str) -> Poster | None:
    """The picture in a file, at most 1024 texels a side; None for no name.

    The same file is read once, and again when it has changed.

    Raises:
        CallError: no such file, too large a one, or none that holds a picture (PNG, JPEG, BMP, WebP, TIFF).
    """
    if not file_name:
        return None
    path = Path(file_name)
    try:
        if not path.is_file():
            raise CallError(f"attribute {PICTURE_FILE}: {file_name[:200]!r} is no file on the server's machine")
        state = path.stat()
    except (OSError, ValueError) as error:
        raise CallError(f"attribute {PICTURE_FILE}: {file_name[:200]!r}: {error}") from None
    if state.st_size > MOST_BYTES:
        raise CallError(f"attribute {PICTURE_FILE}: {file_name[:200]!r} is larger than {MOST_BYTES >> 20} MiB")
    return _read(path, state.st_mtime_ns, state.st_size)


@lru_cache(32)
def _read(path: Path, changed_ns: int, size: int) -> Poster:
    del changed_ns, size  # a file that has changed is another one
    import cv2  # only now: a server without cameras starts faster

    try:
        bgr = cv2.imdecode(np.frombuffer(path.read_bytes(), np.uint8), cv2.IMREAD_COLOR)
    except (OSError, cv2.error) as error:
        raise CallError(f"attribute {PICTURE_FILE}: {path}: {str(error).splitlines()[0]}") from None
    if bgr is None:
        raise CallError(f"attribute {PICTURE_FILE}: {path}: no picture that can be read, want PNG or JPEG")
    height, width = bgr.shape[:2]
    shrink = min(1.0, MOST_SIDE_PX / max(height, width))
    if shrink < 1.0:
        size_px = (max(1, round(width * shrink)), max(1, round(height * shrink)))
        bgr = cv2.resize(bgr, size_px, interpolation=cv2.INTER_AREA)
    rgb = np.ascontiguousarray(bgr[:, :, ::-1]).astype(np.uint8)
    rgb.setflags(write=False)
    return Poster(hashlib.sha256(repr(rgb.shape).encode() + rgb.tobytes()).hexdigest()[:16], rgb)
