"""Lower body and greenhouse of a vehicle, from its shape."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from sim.assets.builder import MeshBuilder
from sim.assets.mesh import Material
from sim.assets.vehicles.outline import Corner, rounded_outline
from sim.assets.vehicles.shape import CarShape
from sim.assets.vehicles.shell import Color, Patch, Shell, Zone, cuts, rows
from sim.assets.vehicles.wheels import add_wheel

FloatArray = NDArray[np.float64]

_COLUMNS = ((3, 4, 8), (2, 2, 4), (1, 1, 2))
"""Columns on front and rear, in each corner, along the side, at each level of detail."""
_ARCH_STEPS = (7, 4, 2)
_SPACING_M = (0.07, 0.13, 0.13)
_ROW_SPACING_M = (0.025, 0.05, 0.1)
_LID_SHARES = ((1.0, 0.84, 0.4), (1.0, 0.0), (1.0,))
_EDGE_ROUNDING_DEG = ((45.0, 90.0), (90.0,), ())
_TAPER = 0.035
ALLOY: Color = (0.55, 0.55, 0.57)
STEEL: Color = (0.20, 0.20, 0.21)
_DARK = (0.010, 0.010, 0.011)
_CAR_HALF_M = 1.7
"""Half the length of a greenhouse whose screens are as curved as a car's."""
_BLEND_M = 0.9
"""Bumpers bulge over this length behind each end."""


def add_lower_body(builder: MeshBuilder, shape: CarShape, patches: list[Patch], level: int) -> None:
    """Add sides, front, rear, bonnet and boot lid, with arches cut out."""
    shown = [patch for patch in patches if patch.coarsest >= level]
    half_length, half_width = 0.5 * shape.length_m, 0.5 * shape.width_m
    front, rear = (_flat(shape.front), _flat(shape.rear)) if level == 2 else (shape.front, shape.rear)
    outline = rounded_outline(half_length, half_width, front, rear, taper=_TAPER)
    places = outline.columns(_COLUMNS[level], cuts(shown), _arch_columns(shape, level), _SPACING_M[level])
    plan, normal = outline.at(places)
    middle = outline.at(0.5 * (places[:-1] + places[1:]))[0]
    radius = shape.edge_radius_m if level < 2 else 0.0
    top = shape.shoulder_m(plan[:, 0])
    bottom = np.minimum(_bottom_edge(shape, plan[:, 0], 1e-4 if level < 2 else -1e-4), top - radius)
    crown = shape.bonnet_crown_m * np.clip(plan[:, 1] / (0.6 * half_width), 0.0, 1.0)
    zones = []
    for columns, zone_patches, knots in _zones(shape, plan, shown, level):
        row = rows(knots, zone_patches, _ROW_SPACING_M[level])
        z = np.clip(row[None], bottom[columns, None], (top[columns] - radius)[:, None])
        point, row = _with_rounded_edge(_bulged(shape, plan[columns], z), row, normal[columns], (radius, level))
        zones.append(Zone(point, middle[columns.start : columns.stop - 1], row))
    covered = (shape.rear_screen_m[0] + 0.12, shape.windscreen_m[0] - 0.12)
    Shell(tuple(zones), crown, covered if level == 0 else (0.0, 0.0)).emit(builder, shown, _LID_SHARES[level])


def _zones(
    shape: CarShape, plan: FloatArray, patches: list[Patch], level: int
) -> list[tuple[slice, list[Patch], tuple[float, ...]]]:
    """Front, middle and rear: columns, patches and the heights where their section bends.

    They meet above the axles, where only the side's own section counts: so rows that one zone alone has leave no gap.
    """
    side, front, rear = _section(shape)
    keep = (slice(None), slice(0, None, 2), slice(0, None, 6))[level]
    bends = slice(1, 4, (2, 2, 9)[level])
    first = int(np.argmin(np.abs(plan[:, 0] - shape.axles_m[0]) - plan[:, 1]))
    last = int(np.argmin(np.abs(plan[:, 0] - shape.axles_m[1]) - plan[:, 1]))
    ahead, behind = shape.axles_m[0], shape.axles_m[1]
    side = side[keep]
    return [
        (slice(0, first + 1), [p for p in patches if p.x[1] > ahead], tuple(sorted((*side, *front[bends])))),
        (slice(first, last + 1), [p for p in patches if p.x[1] > behind and p.x[0] < ahead], side),
        (slice(last, len(plan)), [p for p in patches if p.x[0] < behind], tuple(sorted((*side, *rear[bends])))),
    ]


def add_greenhouse(builder: MeshBuilder, shape: CarShape, patches: list[Patch], level: int) -> None:
    """Add windows, pillars and roof. Patches are in shares: x from -1 to 1, y from 0 to 1, rows from 0 to 1."""
    shown = [patch for patch in patches if patch.coarsest >= level]
    # in shares of the half length, which a bus has more of than curved glass
    share = min(1.0, _CAR_HALF_M / (0.5 * (shape.windscreen_m[0] - shape.rear_screen_m[0])))
    front, rear = Corner(0.07 * share, 0.16, 0.10 * share), Corner(0.07 * share, 0.2, 0.07 * share)
    if level == 2:
        front, rear = _flat(front), _flat(rear)
    outline = rounded_outline(1.0, 1.0, front, rear)
    face = _COLUMNS[level][0]
    spacing = (0.08, 0.2, 0.5)[level]
    places = outline.columns((face, (3, 2, 1)[level], (3, 3, 1)[level]), cuts(shown), np.zeros(0), spacing)
    plan, normal = outline.at(places)
    middle = outline.at(0.5 * (places[:-1] + places[1:]))[0]
    row = rows(((0.0, 0.5, 1.0), (0.0, 0.5, 1.0), (0.0, 1.0))[level], shown, 0.02)
    point = _raked(shape, plan, row, shape.edge_radius_m if level < 2 else 0.0)
    point, row = _with_rounded_edge(point, row, normal, (shape.edge_radius_m, level))
    # a dome: the roof falls towards both screens as it falls towards the sides
    crown = shape.roof_crown_m * np.clip(plan[:, 1] / 0.6, 0.0, 1.0) * np.sqrt(np.clip(1.0 - plan[:, 0] ** 2, 0.0, 1.0))
    Shell((Zone(point, middle, row),), crown, lid_color=shape.style.roof).emit(builder, shown, _LID_SHARES[level])


def add_running_gear(
    builder: MeshBuilder, shape: CarShape, level: int, spokes: int | None = None, rim: Color = ALLOY
) -> None:
    """Add wheels, the dark insides of the arches and the floor."""
    half_width, r = 0.5 * shape.width_m, shape.wheel_radius_m
    spokes = shape.style.spokes if spokes is None else spokes
    for x in dict.fromkeys(shape.axles_m):
        for side in (1.0, -1.0):
            y = side * (half_width - 0.5 * shape.wheel_width_m - 0.02)
            add_wheel(builder, (x, y, r), r, shape.wheel_width_m, level, rim=rim, spokes=spokes)
    add_arch_liners(builder, shape, level)
    ends = 0.5 * shape.length_m - np.array([shape.rear.along_m, shape.front.along_m]) - 0.1
    middle, half = 0.5 * float(ends[1] - ends[0]), 0.5 * float(ends.sum())
    center = (middle, 0, shape.clearance_m + 0.04)
    builder.box(center, (half, 0.78 * half_width, 0.04), _DARK, Material.BLACK)


def add_arch_liners(builder: MeshBuilder, shape: CarShape, level: int) -> None:
    """Add the dark insides of the wheel arches; the coarsest level shows none."""
    if level == 2:
        return
    inner = 0.5 * shape.width_m - shape.wheel_width_m - 0.06
    r, arch = shape.wheel_radius_m, shape.arch_radius_m
    angle = np.linspace(0.0, np.pi, _ARCH_STEPS[level] + 1)
    for x in dict.fromkeys(shape.axles_m):
        along = x + arch * np.cos(angle)
        outer = 0.98 * _half_width_m(shape, along)
        for side in (1.0, -1.0):
            curve = np.stack([along, 0.0 * along, r + arch * np.sin(angle)], axis=1)
            edges = np.repeat(curve[:, None], 2, axis=1)
            edges[:, 0, 1], edges[:, 1, 1] = side * np.minimum(inner, outer), side * outer
            builder.grid(edges if side > 0 else edges[:, ::-1], _DARK, Material.BLACK)
        builder.box((x, 0, r + 0.4 * arch), (arch, inner, 0.6 * arch), _DARK, Material.BLACK)


def _half_width_m(shape: CarShape, x_m: FloatArray) -> FloatArray:
    """Half width of the body at x, where its corners are rounded too."""
    outline = rounded_outline(0.5 * shape.length_m, 0.5 * shape.width_m, shape.front, shape.rear, taper=_TAPER)
    return np.interp(-x_m, -outline.point_m[:, 0], outline.point_m[:, 1])


def _flat(corner: Corner) -> Corner:
    """The corner without a bow: far away, one flat pane looks better than two that meet in a ridge."""
    return replace(corner, bow_m=0.0)


def _arch_columns(shape: CarShape, level: int) -> FloatArray:
    angle = np.linspace(0.0, np.pi, _ARCH_STEPS[level] + 1)
    offset = np.cos(angle) * shape.arch_radius_m
    if level < 2:
        offset = np.concatenate([offset, np.array([-1, 1]) * (shape.arch_radius_m + 0.012)])
    return np.concatenate([x + offset for x in dict.fromkeys(shape.axles_m)])


def _bottom_edge(shape: CarShape, x_m: FloatArray, edge_m: float) -> FloatArray:
    """Height of the lower edge: the sill, or the wheel arch."""
    bottom = np.full(len(x_m), shape.clearance_m)
    for axle in shape.axles_m:
        reach = np.abs(x_m - axle) / (shape.arch_radius_m + edge_m)
        arch = shape.wheel_radius_m + shape.arch_radius_m * np.sqrt(np.clip(1.0 - reach**2, 0.0, None))
        bottom = np.where(reach <= 1.0, arch, bottom)
    return bottom


def _section(shape: CarShape) -> tuple[tuple[float, ...], tuple[float, ...], tuple[float, ...]]:
    """Heights where the section of side, front and rear bends."""
    low, belt = shape.clearance_m, max(height for _, height in shape.shoulder)
    side = tuple(low + (belt - low) * share for share in (0.0, 0.12, 0.35, 0.66, 0.70, 0.80, 1.0))
    front = (low, low + 0.09, low + 0.24, shape.nose_m - 0.12, shape.nose_m)
    rear = (low, low + 0.10, low + 0.28, low + 0.40, shape.tail_m)
    return side, front, rear


def _bulged(shape: CarShape, plan: FloatArray, z: FloatArray) -> FloatArray:
    """Points (C, R, 3): sides with a waist, ends with bumpers."""
    side_z, front_z, rear_z = _section(shape)
    width = np.interp(z, side_z, [0.955, 0.985, 1.0, 0.997, 0.985, 0.978, shape.shoulder_share])
    front = np.interp(z, front_z, [0.10, 0.02, 0.0, 0.035, 0.08])
    rear = np.interp(z, rear_z, [0.10, 0.02, 0.0, 0.035, 0.07])
    half_length = 0.5 * shape.length_m
    x = plan[:, :1]
    ahead = np.clip((x - half_length + _BLEND_M) / _BLEND_M, 0.0, 1.0) ** 2
    behind = np.clip((-x - half_length + _BLEND_M) / _BLEND_M, 0.0, 1.0) ** 2
    return np.stack([x - front * ahead + rear * behind, plan[:, 1:] * width, z], axis=-1)


def _raked(shape: CarShape, plan: FloatArray, row: FloatArray, rounding_m: float) -> FloatArray:
    """Points (C, R, 3) of the greenhouse: the plan shrinks and slides from the shoulder up to the roof.

    The roof's edge stays `rounding_m` below the roof, for the rounding that follows.
    """
    v = row[None]
    front = shape.windscreen_m[0] + (shape.windscreen_m[1] - shape.windscreen_m[0]) * v
    back = shape.rear_screen_m[0] + (shape.rear_screen_m[1] - shape.rear_screen_m[0]) * v
    x = 0.5 * (front + back) + 0.5 * (front - back) * plan[:, :1]
    foot = 0.5 * shape.width_m * shape.foot_share
    roof = 0.5 * shape.width_m * shape.roof_share
    y = plan[:, 1:] * (foot + (roof - foot) * v + shape.bulge_m * np.sin(np.pi * v))
    base = shape.shoulder_m(x[:, 0]) - 0.015
    top = shape.height_m - shape.roof_crown_m * (1.0 + plan[:, 0] ** 2) - rounding_m
    return np.stack([x, y, base[:, None] + (top - base)[:, None] * v], axis=-1)


def _with_rounded_edge(
    point: FloatArray, row: FloatArray, normal: FloatArray, rounding: tuple[float, int]
) -> tuple[FloatArray, FloatArray]:
    """The shell with a rounded upper edge: rows that turn inwards over a radius, as finely as the level shows."""
    radius, level = rounding
    if not _EDGE_ROUNDING_DEG[level]:
        return point, row
    top = point[:, -1]
    added = []
    for degrees in _EDGE_ROUNDING_DEG[level]:
        up, inward = radius * np.sin(np.radians(degrees)), radius * (1.0 - np.cos(np.radians(degrees)))
        plan = top[:, :2] - inward * normal
        plan[:, 1] = np.maximum(plan[:, 1], 0.0)
        added.append(np.concatenate([plan, top[:, 2:] + up], axis=1))
    extra = row[-1] + 1.0 + np.arange(len(added))
    return np.concatenate([point, np.stack(added, axis=1)], axis=1), np.concatenate([row, extra])
