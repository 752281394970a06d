"""Picture files on the server's machine that boards show."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.server.blueprints import PICTURE_FILE
from sim.server.calls import CallError
from sim.world.poster import Poster

MOST_BYTES = 64 << 20
MOST_SIDE_PX = 1024
"""Larger pictures are shrunk: a texel of a board of 4 m is then 4 mm."""


def poster_of(file_name: str, has_alpha: bool = False) -> Poster | None:
    """The picture in a file, at most 1024 texels a side, with its own alpha if that is wanted; None for no name.

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
    return _read(path, state.st_mtime_ns, state.st_size, has_alpha)


@lru_cache(32)
def _read(path: Path, changed_ns: int, size: int, has_alpha: bool) -> Poster:
    del changed_ns, size  # a file that has changed is another one
    import cv2  # only now: a server without cameras starts faster

    try:
        bgr = cv2.imdecode(
            np.frombuffer(path.read_bytes(), np.uint8), cv2.IMREAD_UNCHANGED if has_alpha else cv2.IMREAD_COLOR
        )
    except (OSError, cv2.error) as error:
        raise CallError(f"attribute {PICTURE_FILE}: {path}: {str(error).splitlines()[0]}") from None
    if bgr is None:
        raise CallError(f"attribute {PICTURE_FILE}: {path}: no picture that can be read, want PNG or JPEG")
    alpha = None
    if has_alpha:
        bgr, alpha = _split(bgr)
    height, width = bgr.shape[:2]
    shrink = min(1.0, MOST_SIDE_PX / max(height, width))
    if shrink < 1.0:
        size_px = (max(1, round(width * shrink)), max(1, round(height * shrink)))
        bgr = cv2.resize(bgr, size_px, interpolation=cv2.INTER_AREA)
        alpha = None if alpha is None else cv2.resize(alpha, size_px, interpolation=cv2.INTER_AREA).astype(np.uint8)
    rgb = np.ascontiguousarray(bgr[:, :, ::-1]).astype(np.uint8)
    rgb.setflags(write=False)
    content = rgb.tobytes() + (b"" if alpha is None else alpha.tobytes())
    return Poster(hashlib.sha256(repr(rgb.shape).encode() + content).hexdigest()[:16], rgb, alpha)


def _split(picture: NDArray[Any]) -> tuple[NDArray[np.uint8], NDArray[np.uint8] | None]:
    """Colours (H, W, 3) and alpha (H, W) of a picture of one to four channels of 8 or 16 bits."""
    picture = (picture >> 8 if picture.dtype == np.uint16 else picture).astype(np.uint8)
    if picture.ndim == 2:
        picture = np.repeat(picture[..., None], 3, axis=2)
    return picture[..., :3], np.ascontiguousarray(picture[..., 3]) if picture.shape[2] == 4 else None
