"""What a client's sensor messages hold, as arrays that outlive them.

`raw_data` of the carla package is a view of memory that goes with its message: read after that, it is whatever the
memory holds by then. So everything here is a copy.
"""

from __future__ import annotations

import queue
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

LATE_S = 20.0
SEMANTIC_POINT = np.dtype([("xyz", "<f4", 3), ("cos", "<f4"), ("id", "<u4"), ("tag", "<u4")])


def of_frame(frames: queue.Queue[Any], frame: int) -> Any:
    """The message of that frame; those before it are passed over."""
    while (message := frames.get(timeout=LATE_S)).frame < frame:
        pass
    assert message.frame == frame
    return message


def values(message: Any, dtype: DTypeLike) -> np.ndarray:
    """(N,) numbers of a message."""
    return np.frombuffer(message.raw_data, dtype).copy()


def bgra(image: Any) -> np.ndarray:
    """(H, W, 4) blue, green, red, alpha as whole numbers that can be subtracted."""
    return values(image, np.uint8).reshape(image.height, image.width, 4).astype(int)


def rgb(image: Any) -> np.ndarray:
    """(H, W, 3) red, green, blue as whole numbers that can be subtracted."""
    return bgra(image)[..., 2::-1]


def tags(image: Any) -> np.ndarray:
    """(H, W) semantic tags."""
    return bgra(image)[..., 2]


def depth_m(image: Any) -> np.ndarray:
    """(H, W) metres: 24 bits over 1000 m, red the lowest byte."""
    blue, green, red, _ = np.moveaxis(bgra(image), -1, 0)
    return (red + 256.0 * green + 65536.0 * blue) / (2**24 - 1) * 1000.0


def flow(image: Any) -> np.ndarray:
    """(H, W, 2) optical flow."""
    return values(image, "<f4").reshape(image.height, image.width, 2)


def cloud(scan: Any) -> np.ndarray:
    """(N, 4) x, y, z, intensity."""
    return values(scan, "<f4").reshape(-1, 4)


def labelled(scan: Any) -> np.ndarray:
    """(N,) points with the cosine of incidence, actor id and tag."""
    return values(scan, SEMANTIC_POINT)


def detections(scan: Any) -> np.ndarray:
    """(N, 4) velocity, azimuth, altitude, depth."""
    return values(scan, "<f4").reshape(-1, 4)
