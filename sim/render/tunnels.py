"""Light in tunnels: their lamps, what is left of the sky's light, and how much of a picture lies inside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.render.culling import visible_in
from sim.render.view import CameraView
from sim.world.scene import Tube

MAX_TUBES = 8
"""Straight stretches of tunnel that light one picture: the nearest."""
ENTRANCE_M = 100.0
"""Length of the brightest zone: the stopping distance at 80 km/h (CIE 88:1990)."""
TUNNEL_MPS = 80.0 / 3.6
ENTRANCE_SHARE = 0.06
"""Luminance of the road in that zone, as a share of that of the surroundings outside (CIE 88:1990, for 100 m)."""
SURROUNDINGS_ALBEDO = 0.12
"""Of what a driver sees around a portal: 100 klx make 3,800 cd/m2 (CIE 88: 3,000 to 5,000 on bright days)."""
ROAD_CD_PER_M2_LX = 0.07
"""Luminance coefficient of asphalt (CIE road surface R3)."""
DEEP_DAY_CD_PER_M2, DEEP_NIGHT_CD_PER_M2 = 3.0, 1.0
"""Least luminance of the road deep inside, by day and by night (CIE 88)."""
LAMP_CD_PER_M2 = 9_000.0
"""Luminance of the lamps' own glass."""
LAMP_RGB = (1.0, 0.94, 0.84)
_RAYS_ACROSS, _RAYS_DOWN = 16, 9

Floats = NDArray[np.float64]


def near_tubes(tubes: Sequence[Tube], view: CameraView, planes: Floats) -> tuple[Tube, ...]:
    """The stretches in the volume of a picture, bounded by its (6, 4) planes, the nearest first."""
    boxes_m = np.array([_box(tube) for tube in tubes]).reshape(-1, 2, 3)
    shown = np.flatnonzero(visible_in(planes, boxes_m[:, 0], boxes_m[:, 1])).tolist()
    return tuple(tubes[k] for _, k in sorted((_distance_m(tubes[k], view.eye_world_m), k) for k in shown)[:MAX_TUBES])


def lamps_lx(outside_lx: float, night: float) -> tuple[float, float]:
    """What lamps give the road: just behind a mouth, where they follow the daylight, and deep inside."""
    deep = (DEEP_DAY_CD_PER_M2 * (1.0 - night) + DEEP_NIGHT_CD_PER_M2 * night) / ROAD_CD_PER_M2_LX
    entrance = outside_lx * SURROUNDINGS_ALBEDO / np.pi * ENTRANCE_SHARE / ROAD_CD_PER_M2_LX
    return max(float(entrance), deep), deep


def road_lx(depth_m: Floats, lamps_lx: tuple[float, float]) -> Floats:
    """(N,) illuminance of the road so far behind a mouth by lamps: CIE 88's curve for a driver at the speed limit."""
    entrance_lx, deep_lx = lamps_lx
    level = 1.0 + (1.9**-1.4 - 1.0) * np.clip(2.0 * depth_m / ENTRANCE_M - 1.0, 0.0, 1.0)
    level = level * (1.0 + np.maximum(depth_m - ENTRANCE_M, 0.0) / (1.9 * TUNNEL_MPS)) ** -1.4
    return np.maximum(entrance_lx * level, deep_lx)


def open_share(depth_m: Floats, radius_m: float) -> Floats:
    """(N,) share of the sky's light that comes in by a mouth, as by a round hole of that radius in front of a point."""
    return np.asarray(1.0 - depth_m / np.hypot(depth_m, radius_m))


def mouth_radius_m(tube: Tube) -> float:
    """Radius of a round hole as large as the tunnel's mouth."""
    return float(np.sqrt(tube.width_m * tube.clear_m / np.pi))


@dataclass(frozen=True, slots=True, eq=False)
class Sight:
    """What a picture shows of tunnels.

    Args:
        depth_m: (N,) of a grid of rays over the picture: how far behind the nearer mouth they end, 0 outside.
        radius_m: of a round hole as large as the mouth.
    """

    depth_m: Floats
    radius_m: float

    def metered_lx(self, outside_lx: float, lamps_lx: tuple[float, float]) -> float:
        """The illuminance to expose for: the mean over the picture, of its logarithm."""
        inside_lx = road_lx(self.depth_m, lamps_lx) + outside_lx * open_share(self.depth_m, self.radius_m)
        seen_lx = np.where(self.depth_m > 0.0, np.minimum(inside_lx, outside_lx), outside_lx)
        return float(np.exp(np.log(seen_lx).mean()))


def sight_of(tubes: Sequence[Tube], view: CameraView) -> Sight | None:
    """What a picture shows of the stretches near it; None without any."""
    if not tubes:
        return None
    return Sight(seen_depth_m(tubes, view), mouth_radius_m(tubes[0]))


def seen_depth_m(tubes: Sequence[Tube], view: CameraView) -> Floats:
    """(N,) how far behind the nearer mouth each of a grid of rays over the picture ends; 0 outside."""
    x, y = (2.0 * (np.arange(n) + 0.5) / n - 1.0 for n in (_RAYS_ACROSS, _RAYS_DOWN))
    grid = np.stack([*(part.ravel() for part in np.meshgrid(x, y)), np.ones(len(x) * len(y))])
    rays = (view.ray_from_ndc() @ grid).T
    depth_m = np.zeros(len(rays))
    for tube in tubes:
        depth_m = np.maximum(depth_m, _depth_in(tube, view.eye_world_m, rays))
    return depth_m


def tube_rows(tubes: Sequence[Tube]) -> Floats:
    """(24, 4) of the uniform block: see `u_tube` in `shaders/frame.glsl`."""
    rows = np.zeros((3 * MAX_TUBES, 4))
    for k, tube in enumerate(tubes):
        begin, axis, length_m = _axis(tube)
        rows[3 * k] = [*begin, tube.width_m / 2.0]
        rows[3 * k + 1] = [*axis, length_m]
        rows[3 * k + 2] = [tube.clear_m, tube.before_m, tube.behind_m, mouth_radius_m(tube)]
    return rows


def is_inside(tubes: Sequence[Tube], point_world_m: Floats) -> bool:
    """Whether a point lies in a tunnel."""
    return any(_is_in(tube, _local(tube, point_world_m)) for tube in tubes)


def _depth_in(tube: Tube, eye_world_m: Floats, rays: Floats) -> Floats:
    """The same for one stretch; a ray that goes on into the next stretch counts as ending there."""
    _, axis, length_m = _axis(tube)
    eye = _local(tube, eye_world_m)
    along = rays @ axis
    way = np.stack([along, rays @ np.array([-axis[1], axis[0], 0.0]), rays[:, 2] - along * axis[2]], axis=1)
    way = np.where(np.abs(way) < 1e-9, 1e-9, way)
    start = np.tile(eye, (len(rays), 1))
    meets = np.full(len(rays), _is_in(tube, eye))
    if not meets[0]:  # only what comes in by a mouth is inside
        by_begin, by_end = eye[0] <= 0.0 and tube.before_m == 0.0, eye[0] >= length_m and tube.behind_m == 0.0
        if not (by_begin or by_end):
            return np.zeros(len(rays))
        plane_m = 0.0 if by_begin else length_m
        t = (plane_m - eye[0]) / way[:, 0]
        start = eye + way * t[:, None]
        meets = (
            (t > 0.0) & (np.abs(start[:, 1]) < tube.width_m / 2.0) & (start[:, 2] > 0.0) & (start[:, 2] < tube.clear_m)
        )
    walls_m = np.array([0.0, -tube.width_m / 2.0, 0.0]), np.array([length_m, tube.width_m / 2.0, tube.clear_m])
    t = np.where(way > 0.0, walls_m[1] - start, walls_m[0] - start) / way
    end = start[:, 0] + way[:, 0] * t.min(axis=1)
    leaves = t[:, 0] <= t[:, 1:].min(axis=1)
    way_out = leaves & np.where(way[:, 0] > 0.0, tube.behind_m == 0.0, tube.before_m == 0.0)
    depth_m = np.minimum(tube.before_m + end, tube.behind_m + length_m - end)
    return np.where(meets & ~way_out, np.maximum(depth_m, 0.0), 0.0)


def _is_in(tube: Tube, local: Floats) -> bool:
    along, aside, up = local.tolist()
    return 0.0 < along < _axis(tube)[2] and abs(aside) < tube.width_m / 2.0 and -1.0 < up < tube.clear_m + 0.1


def _local(tube: Tube, point_world_m: Floats) -> Floats:
    """(3,) along the axis, to its left, and above the road."""
    begin, axis, _ = _axis(tube)
    off = point_world_m - begin
    along = float(off @ axis)
    return np.array([along, axis[0] * off[1] - axis[1] * off[0], off[2] - along * axis[2]])


def _axis(tube: Tube) -> tuple[Floats, Floats, float]:
    """Begin, unit vector along the road, and length."""
    begin = np.array(tube.begin_world_m)
    along = np.array(tube.end_world_m) - begin
    length_m = float(np.linalg.norm(along))
    return begin, along / length_m, length_m


def _box(tube: Tube) -> Floats:
    """(2, 3) lowest and highest corner of a box of the world around a stretch."""
    ends, beside_m = np.array([tube.begin_world_m, tube.end_world_m]), tube.width_m / 2.0 + 1.0
    return np.stack([ends.min(axis=0) - beside_m, ends.max(axis=0) + max(beside_m, tube.clear_m)])


def _distance_m(tube: Tube, point_world_m: Floats) -> float:
    begin, axis, length_m = _axis(tube)
    off = point_world_m - begin
    return float(np.linalg.norm(off - axis * np.clip(off @ axis, 0.0, length_m)))
