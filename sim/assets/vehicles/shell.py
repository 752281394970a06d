"""A shell: rows over a plan outline, closed on top by a lid; its cells are painted by patches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.assets.builder import MeshBuilder
from sim.assets.mesh import Material
from sim.assets.vehicles.outline import Cut

FloatArray = NDArray[np.float64]
Color = tuple[float, float, float]
Range = tuple[float, float]

ALL: Range = (-np.inf, np.inf)
PAINT: Color = (-1.0, 0.0, 0.0)
"""The actor's own paint."""


class Patch(NamedTuple):
    """Paints the cells of a shell whose centre lies in a box of its nominal coordinates.

    Args:
        x: along; y: |y|, or y where `side` is not 0; row: the shell's row coordinate.
        color: linear RGB.
        material: of the cells.
        side: 0 both sides, +1 left only, -1 right only.
        coarsest: the last level of detail that shows it.
    """

    x: Range
    y: Range
    row: Range
    color: Color
    material: Material
    side: int = 0
    coarsest: int = 2


def cuts(patches: list[Patch]) -> list[Cut]:
    """The column lines that `patches` need."""
    lines = []
    for patch in patches:
        lines += [Cut(0, value, *patch.y) for value in patch.x if np.isfinite(value)]
        lines += [Cut(1, value, *patch.x) for value in patch.y if np.isfinite(value) and value > 0]
    return lines


def rows(base: tuple[float, ...], patches: list[Patch], merge: float) -> FloatArray:
    """Row coordinates: the limits of `patches`, and those of `base` that are not too near to one."""
    kept = sorted({base[0], base[-1]})
    wanted = [value for patch in patches for value in patch.row if base[0] < value < base[-1]]
    for value in [*wanted, *base]:
        if min(abs(value - other) for other in kept) > merge:
            kept.append(value)
    return np.array(sorted(kept))


@dataclass(frozen=True, slots=True, eq=False)
class Zone:
    """Neighbouring columns of the left half of a shell that share their rows.

    Args:
        point_m: (C, R, 3), columns from the front centre to the rear centre, rows upwards.
        middle: (C - 1, 2) nominal plan coordinates of the cells' middles, which patches mean.
        row: (R,) row coordinates that patches mean.
    """

    point_m: FloatArray
    middle: FloatArray
    row: FloatArray

    def painted(self, patches: list[Patch], side: int) -> tuple[FloatArray, NDArray[np.intp]]:
        """Colour (T, 3) and material (T,) of the triangles of `side`, +1 left or -1 right."""
        x, y = self.middle.T
        row = 0.5 * (self.row[:-1] + self.row[1:])
        color = np.tile(PAINT, (len(x), len(row), 1))
        material = np.full((len(x), len(row)), int(Material.PAINT))
        for patch in patches:
            if patch.side not in (0, side):
                continue
            columns = (x > patch.x[0]) & (x < patch.x[1]) & (y > patch.y[0]) & (y < patch.y[1])
            hit = columns[:, None] & ((row > patch.row[0]) & (row < patch.row[1]))[None]
            color[hit] = patch.color
            material[hit] = patch.material
        return np.repeat(color.reshape(-1, 3), 2, axis=0), np.repeat(material.reshape(-1), 2)


@dataclass(frozen=True, slots=True, eq=False)
class Shell:
    """Left half of a shell, mirrored when it is emitted.

    Args:
        zones: from the front centre to the rear centre; each begins with the last column of the one before.
        crown_m: (C,) how far the lid's middle rises above its edges, for the columns of all zones.
        covered_m: x range in which something else covers the lid's middle.
        lid_color: of the lid.
        lid_material: of the lid.
    """

    zones: tuple[Zone, ...]
    crown_m: FloatArray
    covered_m: Range = (0.0, 0.0)
    lid_color: Color = PAINT
    lid_material: Material = Material.PAINT

    def emit(self, builder: MeshBuilder, patches: list[Patch], lid_shares: tuple[float, ...]) -> None:
        """Add both halves and the lid, painted; `lid_shares` are the lid's lines, as shares of the half width."""
        flip = np.array([1.0, -1.0, 1.0])
        corners, colors, materials = [], [], []
        for zone in self.zones:
            left = _cell_corners(zone.point_m)
            for side, corner in ((1, left), (-1, (left * flip)[:, ::-1])):
                color, material = zone.painted(patches, side)
                corners.append(corner)
                colors.append(color)
                materials.append(material)
        lid = self._lid(lid_shares)
        corners.append(lid)
        colors.append(np.tile(self.lid_color, (len(lid), 1)))
        materials.append(np.full(len(lid), self.lid_material))
        builder.triangles(np.concatenate(corners), np.concatenate(colors), np.concatenate(materials), crease_deg=38.0)

    def _lid(self, shares: tuple[float, ...]) -> FloatArray:
        share = np.array(sorted({s for value in shares for s in (value, -value)}, reverse=True))
        edge = np.concatenate([zone.point_m[i > 0 :, -1] for i, zone in enumerate(self.zones)])
        rise = self.crown_m[:, None] * (1.0 - share[None] ** 2)
        lid = np.repeat(edge[:, None], len(share), axis=1)
        lid[:, :, 1] *= share
        lid[:, :, 2] += rise
        cells = _cell_corners(lid).reshape(len(edge) - 1, len(share) - 1, 2, 3, 3)
        open_columns = (edge[:-1, 0] > self.covered_m[1]) | (edge[1:, 0] < self.covered_m[0])
        outer = np.zeros(len(share) - 1, dtype=bool)
        outer[[0, -1]] = True
        return cells[open_columns[:, None] | outer[None]].reshape(-1, 3, 3)


def _cell_corners(points: FloatArray) -> FloatArray:
    a, b, c, d = points[:-1, :-1], points[1:, :-1], points[1:, 1:], points[:-1, 1:]
    return np.stack([np.stack([a, b, c], axis=2), np.stack([a, c, d], axis=2)], axis=2).reshape(-1, 3, 3)
