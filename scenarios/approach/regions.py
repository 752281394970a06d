"""Whose pixels a camera's picture holds: the target's, and those of what its case changes beside it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from moosetest.arrays import FloatArray
from scenarios.approach.rails import View

Mask = NDArray[np.bool_]
_OF_AN_ID = 0xFFFF
"""A picture of instances holds the low 16 bits of an actor's id."""


@dataclass(frozen=True, slots=True, eq=False)
class Regions:
    """(H, W) pixels of one camera where the target shows, and where its cue does; no pixel is in both."""

    target: Mask
    cue: Mask

    @classmethod
    def of(cls, view: View, camera: str, target: str, cue: Iterable[str]) -> Regions:
        """What `camera` saw of the actors of these roles."""
        return cls(_pixels_of(view, camera, [target]), _pixels_of(view, camera, cue))

    @property
    def target_box_px(self) -> FloatArray | None:
        """(4,) left, top, right, bottom edges of the target's pixels; None where there are none."""
        if not self.target.any():
            return None
        rows, columns = np.flatnonzero(self.target.any(axis=1)), np.flatnonzero(self.target.any(axis=0))
        return np.array([columns[0] - 0.5, rows[0] - 0.5, columns[-1] + 0.5, rows[-1] + 0.5])

    def packed(self) -> NDArray[np.uint8]:
        """(2, ...) bits, for a file."""
        return np.packbits(np.stack([self.target, self.cue]).reshape(2, -1), axis=1)

    @classmethod
    def unpacked(cls, bits: NDArray[np.uint8], height_px: int, width_px: int) -> Regions:
        """The inverse of `packed`."""
        planes = np.unpackbits(bits, axis=1, count=height_px * width_px).astype(np.bool_)
        target, cue = planes.reshape(2, height_px, width_px)
        return cls(target, cue)


def _pixels_of(view: View, camera: str, roles: Iterable[str]) -> Mask:
    objects, wanted = view.truth.objects, set(roles)
    ids = [int(i) & _OF_AN_ID for i, role in zip(objects.actor_id, objects.role, strict=True) if role in wanted]
    return np.isin(view.masks[camera].actor_id, ids)
