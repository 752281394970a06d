"""What years leave on asphalt: repair patches, sealed cracks, manhole covers, and gullies at the kerb."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from sim.assets.mesh import Material
from sim.world.maps.network import Network, RoadRecord, Section
from sim.world.scenery.chunks import ROAD, Chunks, quads
from sim.world.scenery.surface import ASPHALT_RGB

Floats = NDArray[np.float64]

OVER_ROAD_M: Final = 0.005
"""Under the paint, which is 1 cm over the road, and as thin as a LiDAR cannot tell."""
TAR_RGB: Final = (0.030, 0.030, 0.032)
IRON_RGB: Final = (0.052, 0.048, 0.044)
PATCH_EVERY_M, SEAM_EVERY_M = 45.0, 60.0
"""Mean ways along a lane; a town's streets are dug up twice as often as a country road."""
MANHOLE_EVERY_M, GULLY_EVERY_M = 50.0, 30.0
"""Sewers are entered every 50 to 70 m (DWA-A 157); a gully drains some 400 m2 of street (RAS-Ew)."""
MANHOLE_RADIUS_M: Final = 0.33
SEAM_STEP_M = 1.5
_PATCH_SHADES = (0.70, 0.78, 0.86, 1.22)
"""Fresh asphalt is darker than what lies round it, old repairs are paler."""
_CLEAR_M = 2.0
"""Nothing lies so near to a section's ends, where lanes begin and end."""


def add_wear(chunks: Chunks, network: Network, seed: int) -> None:
    """All wear of a map's roads outside junctions; equal for an equal seed."""
    for road in network.roads:
        if road.junction >= 0:
            continue
        rng = np.random.default_rng([seed, road.road_id & 0xFFFFFFFF, 5])
        for section in road.sections:
            for lane_id, lane in sorted(section.lanes.items()):
                if lane.kind == "driving" and section.end_m - section.start_m > 4 * _CLEAR_M:
                    _add_lane(chunks, road, section, lane_id, rng)


def _add_lane(chunks: Chunks, road: RoadRecord, section: Section, lane_id: int, rng: np.random.Generator) -> None:
    lane, is_town = _Lane(road, section, lane_id), _has_kerb(section, lane_id)
    often = 1.0 if is_town else 0.5
    if is_town:
        for s_m in np.arange(section.start_m + 8.0, lane.end_m, GULLY_EVERY_M):
            if lane.take(s_m, s_m + 0.5, (0.9, 1.0)):
                chunks.triangles(ROAD, lane.gully(float(s_m)), IRON_RGB, Material.CONCRETE)
        for s_m in lane.places(MANHOLE_EVERY_M, rng):
            if lane.take(s_m - MANHOLE_RADIUS_M, s_m + MANHOLE_RADIUS_M, (0.35, 0.65)):
                chunks.triangles(ROAD, lane.manhole(s_m), IRON_RGB, Material.CONCRETE)
    for s_m in lane.places(PATCH_EVERY_M / often, rng):
        end_m, wide, side = s_m + rng.uniform(0.8, 4.0), rng.uniform(0.25, 0.8), rng.uniform(0.0, 1.0)
        shade, low = float(rng.choice(_PATCH_SHADES)), side * (1.0 - wide)
        if lane.take(s_m, end_m, (low, low + wide)):
            patch = lane.strip(np.array([s_m, end_m]), np.tile([low, low + wide], (2, 1)))
            chunks.triangles(ROAD, patch, tuple(shade * c for c in ASPHALT_RGB), Material.ASPHALT)
    for s_m in lane.places(SEAM_EVERY_M / often, rng):
        s = s_m + SEAM_STEP_M * np.arange(float(rng.integers(4, 9)), dtype=np.float64)
        middle = np.clip(rng.uniform(0.2, 0.8) + np.cumsum(rng.normal(0.0, 0.03, len(s))), 0.05, 0.95)
        shares = np.stack([middle - 0.008, middle + 0.008], axis=1)
        if lane.take(s[0], s[-1], (shares.min(), shares.max())):
            chunks.triangles(ROAD, lane.strip(s, shares), TAR_RGB, Material.ASPHALT)


class _Lane:
    """A lane in one section, and what of it is taken: things of one height must not lie in each other."""

    def __init__(self, road: RoadRecord, section: Section, lane_id: int) -> None:
        self._road, self._section, self._lane_id = road, section, lane_id
        self._start_m, self.end_m = section.start_m + _CLEAR_M, section.end_m - _CLEAR_M
        self._taken: list[tuple[float, float, float, float]] = []

    def places(self, every_m: float, rng: np.random.Generator) -> list[float]:
        """Arc lengths at random, one every so many metres in the mean."""
        count = int(rng.poisson((self.end_m - self._start_m) / every_m))
        return sorted(float(s) for s in rng.uniform(self._start_m, self.end_m, count))

    def take(self, from_m: float, to_m: float, shares: tuple[float, float]) -> bool:
        """Claims a stretch between two shares of the width; False, and nothing claimed, where it is not free."""
        low, high = shares
        free = all(to_m < a or from_m > b or high < c or low > d for a, b, c, d in self._taken)
        if not free or from_m < self._start_m or to_m > self.end_m:
            return False
        self._taken.append((from_m, to_m, low, high))
        return True

    def strip(self, s_m: Floats, shares: Floats) -> Floats:
        """Triangles of a strip along the lane: at each arc length (K,) between two shares (K, 2) of its width."""
        inner, outer = self._road.lane_edges(self._section, self._lane_id, s_m)
        return self._ribbon(s_m, inner[:, None] + shares * (outer - inner)[:, None])

    def gully(self, s_m: float) -> Floats:
        """A grate of 0.5 m by 0.3 m at the kerb (DIN 19583)."""
        ends = np.array([s_m, s_m + 0.5])
        _, outer = self._road.lane_edges(self._section, self._lane_id, ends)
        return self._ribbon(ends, np.stack([outer, outer - np.sign(outer) * 0.3], axis=1))

    def manhole(self, s_m: float) -> Floats:
        """A round cover in the middle of the lane, where wheels do not rattle over it."""
        inner, outer = self._road.lane_edges(self._section, self._lane_id, np.array([s_m]))
        angle = np.linspace(0.0, 2.0 * np.pi, 11)
        t_m = 0.5 * float(inner[0] + outer[0])
        rim_s_m, rim_t_m = s_m + MANHOLE_RADIUS_M * np.cos(angle), t_m + MANHOLE_RADIUS_M * np.sin(angle)
        rim = self._road.points(rim_s_m, rim_t_m, OVER_ROAD_M)
        middle = self._road.points(np.array([s_m]), np.array([t_m]), OVER_ROAD_M)[0]
        return np.stack([np.broadcast_to(middle, rim[:-1].shape), rim[:-1], rim[1:]], axis=1)

    def _ribbon(self, s_m: Floats, t_m: Floats) -> Floats:
        """Triangles between two lateral offsets (K, 2) at each arc length (K,), seen from above."""
        right = self._road.points(s_m, t_m.min(axis=1), OVER_ROAD_M)
        left = self._road.points(s_m, t_m.max(axis=1), OVER_ROAD_M)
        return quads(np.stack([right[:-1], right[1:], left[1:], left[:-1]], axis=1))


def _has_kerb(section: Section, lane_id: int) -> bool:
    """Whether the lane's outer neighbour is a side walk."""
    outside = section.lanes.get(lane_id + (1 if lane_id > 0 else -1))
    return outside is not None and outside.kind == "sidewalk"
