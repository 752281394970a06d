"""Decides what stands where along the roads of a map: the same for the same map and seed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import shapely

from sim.world.maps.network import Network, RoadRecord
from sim.world.scenery import bridges
from sim.world.scenery.ground import Heights
from sim.world.scenery.roadside import FreeGround, Placed, Side, road_sides
from sim.world.scenery.signs import KINDS as SIGNS
from sim.world.scenery.strips import Strip

MAX_TREES = 60
"""Of full detail: at 900 triangles each, a third of a map's 150,000 triangles."""
SHORT_STREETS = 1.15
"""Each side of a street gets its first tree: so many more may be planned before a town of short streets is thinned."""
MAX_FAR_TREES = 220
MAX_BUILDINGS = 90
"""In front rows; large towns get gaps."""
HOUSE_STEP_M = 20.0
FORECOURT_SHARE = 0.55
FORECOURT_GAP_M = 0.02
BUSH_GROUPS = 40
GROUND_FLOOR_M, STOREY_M = 3.6, 3.2
"""The facades' shader draws shops up to 3.6 m and storeys of 3.1 to 3.3 m above."""
FURNITURE = {
    "bench": (0.6, 1.7, 0.85),
    "bin": (0.55, 0.55, 1.1),
    "hydrant": (0.5, 0.5, 0.65),
    "letter_box": (0.4, 0.5, 1.35),
    "cabinet": (0.4, 1.2, 1.3),
    "planter": (0.8, 1.6, 0.9),
}
"""Street furniture and its sizes; all of it stands behind the side walk: on it, scenarios put people."""
FURNITURE_SHARE = {"bench": 3, "bin": 3, "planter": 3, "cabinet": 2, "hydrant": 0.3, "letter_box": 0.5}
"""How often each is drawn: a street of houses has a hydrant about every 110 m (DVGW W 331: 100 to 140 m), but most of
them lie under a lid in the road; a letter box every 250 m, and more of what people sit on and throw into."""
FURNITURE_STEP_M = 13.0
MAX_FURNITURE = 120
MAX_LAMPS = 80
GANTRY_LANES = 2
"""Ramps have none."""
BRIDGE_FROM_END_M = 250.0
LAMP_STEP_M = 30.0  # DIN 13201 lighting of local streets: masts of 7 to 8 m every 25 to 35 m
LAMP_M = (0.2, 0.2, 7.5)
DELINEATOR_STEP_M = 50.0  # § 43 StVO (sign 620): every 50 m
TREE_TRUNK_M = 0.34


@dataclass(slots=True)
class Planner:
    """Places things on free ground at the height of the terrain."""

    free: FreeGround
    heights: Heights
    rng: np.random.Generator

    def put(self, thing: Placed, clear_of_paving_m: float, margin_m: float = 0.3) -> Placed | None:
        """The thing on the ground, or None where there is no room; its x and y are given, its z is found."""
        if not self.free.take(thing, clear_of_paving_m, margin_m):
            return None
        corners = np.array(thing.outline().exterior.coords)[:4]
        z_m = float(self.heights(corners).min())
        return Placed(thing.kind, (*thing.position_world_m[:2], z_m), thing.yaw_rad, thing.size_m, thing.variant)

    def beside(
        self, side: Side, s_m: float, beyond_m: float, thing: tuple[str, tuple[float, float, float]]
    ) -> Placed | None:
        """Something (kind, size) beside a road, its front to the road; a variant is drawn."""
        (x, y), yaw = side.at(s_m, beyond_m)
        variant = int(self.rng.integers(1 << 30))
        return self.put(Placed(thing[0], (x, y, 0.0), yaw, thing[1], variant), min(0.15, beyond_m / 2))


def plan_scenery(network: Network, strips: list[Strip], free: FreeGround, heights: Heights, seed: int) -> list[Placed]:
    """Everything beside the roads of a map."""
    placed: list[Placed] = []
    sides = road_sides(network, strips)
    # one stream a step, so that a change of one step leaves the others as they were
    steps: tuple[Callable[[Planner, list[Side]], Iterator[Placed | None]], ...] = (
        _signs_at_crossings,
        _gantries,
        _bridges,
        _lamps,
        _buildings,
        _second_row,
        _delineators,
        _street_trees,
        _furniture,
        _roadside_trees,
        _bushes,
        _far_trees,
    )
    for number, step in enumerate(steps):
        planner = Planner(free, heights, np.random.default_rng([seed, 2, number]))
        placed += [thing for thing in step(planner, sides) if thing is not None]
    return placed


def _signs_at_crossings(planner: Planner, sides: list[Side]) -> Iterator[Placed | None]:
    """§ 42 StVO (sign 350): one a direction, beside the zebra on the right, where no traffic light rules."""
    for side in sides:
        for crossing in side.road.objects:
            if crossing.kind == "crosswalk" and side.has_walk and not _has_lights(side.road):
                s_m = crossing.s_m + side.sign * crossing.size_m[0] / 2
                found = planner.beside(side, s_m, 0.35, ("zebra_sign", (0.1, 0.1, 3.0)))
                yield _facing_traffic(found)


def _has_lights(road: RoadRecord) -> bool:
    return any(signal.kind not in SIGNS for signal in road.signals)


def _facing_traffic(thing: Placed | None) -> Placed | None:
    """Turned from the road towards the traffic of its own side."""
    if thing is None:
        return None
    yaw = thing.yaw_rad + np.pi / 2
    return Placed(thing.kind, thing.position_world_m, yaw, thing.size_m, thing.variant)


def _gantries(planner: Planner, sides: list[Side]) -> Iterator[Placed | None]:
    """Sign gantries over motorways, one a direction and 500 m."""
    for side in sides:
        if not side.is_motorway or side.lanes < GANTRY_LANES:
            continue
        first_m = 300.0 if side.sign < 0 else 500.0
        for s_m in np.arange(first_m, side.road.length_m - 100.0, 500.0):
            found = planner.beside(side, float(s_m), 1.6, ("gantry", (0.5, 0.5, 7.4)))
            yield _facing_traffic(found)


def _bridges(planner: Planner, sides: list[Side]) -> Iterator[Placed | None]:
    """One bridge over each long motorway, near its end: its abutments, and its deck over the middle."""
    for side in sides:
        both_ways = side.lanes and Side(side.road, -side.sign, False).lanes
        if side.is_motorway and both_ways and side.road.length_m > BRIDGE_FROM_END_M + 500.0:
            s_m = side.road.length_m - BRIDGE_FROM_END_M
            size = bridges.RAMP_M, bridges.BANK_WIDTH_M, bridges.CLEAR_M
            yield planner.beside(side, s_m, bridges.ABUTMENT_TO_ROAD_M + size[0] / 2, ("abutment", size))
            if side.sign < 0:
                (x, y), yaw = side.at(s_m, 0.0)
                (far_x, far_y), _ = Side(side.road, 1, False).at(s_m, 0.0)
                length_m = float(np.hypot(far_x - x, far_y - y)) + 2 * (bridges.ABUTMENT_TO_ROAD_M + bridges.SEAT_M)
                z_m = float(planner.heights(np.array([[x, y]]))[0]) + bridges.CLEAR_M
                middle = (x + far_x) / 2, (y + far_y) / 2, z_m
                yield Placed("bridge_deck", middle, yaw, (length_m, bridges.WIDTH_M, bridges.DECK_M))


def _lamps(planner: Planner, sides: list[Side]) -> Iterator[Placed | None]:
    """Street lamps in turn on the left and the right."""
    urban = [side for side in sides if side.is_urban]
    step_m = max(LAMP_STEP_M, sum(side.road.length_m for side in urban) / MAX_LAMPS)
    for side in urban:
        shift_m = step_m * (0.25 if side.sign > 0 else 0.75)
        for s_m in np.arange(shift_m, side.road.length_m, step_m):
            yield planner.beside(side, float(s_m), 0.4, ("lamp", LAMP_M))


def _buildings(planner: Planner, sides: list[Side]) -> Iterator[Placed | None]:
    """Rows of houses; a block shares its distance to the street."""
    urban = [side for side in sides if side.is_urban]
    share = MAX_BUILDINGS * HOUSE_STEP_M / max(1.0, sum(side.road.length_m for side in urban))
    for side in urban:
        s_m, setback_m = planner.rng.uniform(0.0, 6.0), 2.0
        while s_m < side.road.length_m:
            if planner.rng.random() < 0.3:
                setback_m = float(planner.rng.choice([1.4, 2.6, 4.5, 6.5]))
            width_m = float(planner.rng.uniform(10.0, 24.0))
            depth_m = float(planner.rng.uniform(10.0, 14.0))
            storeys = int(planner.rng.choice([1, 2, 2, 3, 3, 4, 5]))
            size = depth_m, width_m, GROUND_FLOOR_M + storeys * STOREY_M
            if planner.rng.random() < share:
                house = planner.beside(side, s_m + width_m / 2, setback_m + depth_m / 2, ("building", size))
                yield house
                if house is not None and planner.rng.random() < FORECOURT_SHARE:
                    yield _forecourt(planner, house, setback_m)
            terraced = planner.rng.random() < 0.5
            s_m += width_m + (0.7 if terraced else float(planner.rng.uniform(3.5, 9.0)))


def _forecourt(planner: Planner, house: Placed, setback_m: float) -> Placed | None:
    """Paving between a house and the side walk, where it is clear of the walk; trees may stand on it."""
    deep_m = setback_m - 2 * FORECOURT_GAP_M
    x, y, z = house.position_world_m
    out_m = (house.size_m[0] + setback_m) / 2
    middle = x + out_m * float(np.cos(house.yaw_rad)), y + out_m * float(np.sin(house.yaw_rad)), z
    slab = Placed("forecourt", middle, house.yaw_rad, (deep_m, house.size_m[1], 0.02))
    return None if shapely.dwithin(planner.free.paved, slab.outline(), FORECOURT_GAP_M / 2) else slab


def _second_row(planner: Planner, sides: list[Side]) -> Iterator[Placed | None]:
    """Larger buildings behind, which close the view between the houses."""
    for side in sides:
        if not side.is_urban:
            continue
        for s_m in np.arange(-20.0, side.road.length_m + 20.0, 38.0):
            if planner.rng.random() < 0.65:
                wide_m, deep_m = planner.rng.uniform(18.0, 34.0), planner.rng.uniform(12.0, 18.0)
                size = float(deep_m), float(wide_m), GROUND_FLOOR_M + STOREY_M * int(planner.rng.integers(2, 7))
                away_m = float(planner.rng.uniform(34.0, 48.0))
                shift_m = float(planner.rng.uniform(-5.0, 5.0))
                yield planner.beside(side, float(s_m) + shift_m, away_m, ("building", size))


def _delineators(planner: Planner, sides: list[Side]) -> Iterator[Placed | None]:
    """White posts along motorways and country roads."""
    for side in sides:
        if not side.is_urban:
            for s_m in np.arange(10.0, side.road.length_m, DELINEATOR_STEP_M):
                found = planner.beside(
                    side, float(s_m), 0.4 if not side.is_motorway else 1.1, ("delineator", (0.12, 0.12, 1.05))
                )
                yield _facing_traffic(found)


def _street_trees(planner: Planner, sides: list[Side]) -> Iterator[Placed | None]:
    """Trees between side walk and houses, where the houses leave room."""
    urban = [side for side in sides if side.is_urban]
    length_m = sum(side.road.length_m for side in urban)
    step_m = max(11.0, length_m / MAX_TREES)
    share = SHORT_STREETS * MAX_TREES / max(1.0, sum(np.ceil(side.road.length_m / step_m) for side in urban))
    for side in urban:
        for s_m in np.arange(planner.rng.uniform(2.0, 8.0), side.road.length_m, step_m):
            if share < 1.0 and planner.rng.random() > share:
                continue
            at_m = float(s_m + planner.rng.uniform(-2.0, 2.0))
            height_m = float(planner.rng.uniform(6.5, 10.5))
            for beyond_m in (1.7, 2.4):
                tree = planner.beside(side, at_m, beyond_m, ("tree", (TREE_TRUNK_M, TREE_TRUNK_M, height_m)))
                if tree is not None:
                    yield tree
                    break


def _furniture(planner: Planner, sides: list[Side]) -> Iterator[Placed | None]:
    """Benches, bins and boxes along side walks."""
    names = sorted(FURNITURE)
    shares = np.array([FURNITURE_SHARE[name] for name in names])
    walks = [side for side in sides if side.has_walk]
    step_m = max(FURNITURE_STEP_M, sum(side.road.length_m for side in walks) / MAX_FURNITURE)
    for side in walks:
        for s_m in np.arange(6.0, side.road.length_m - 4.0, step_m):
            if planner.rng.random() < 0.7:
                name = names[int(planner.rng.choice(len(names), p=shares / shares.sum()))]
                size = FURNITURE[name]
                at_m = float(s_m + planner.rng.uniform(-4.0, 4.0))
                yield planner.beside(side, at_m, size[0] / 2 + 0.2, (name, size))


def _roadside_trees(planner: Planner, sides: list[Side]) -> Iterator[Placed | None]:
    """Trees and bushes beside country roads and motorways."""
    open_sides = [side for side in sides if not side.is_urban]
    length_m = sum(side.road.length_m for side in open_sides)
    step_m = max(14.0, length_m / MAX_TREES)
    for side in open_sides:
        for s_m in np.arange(5.0, side.road.length_m, step_m):
            at_m = float(s_m + planner.rng.uniform(-0.4, 0.4) * step_m)
            away_m = float(planner.rng.uniform(9.0, 26.0))
            height_m = float(planner.rng.uniform(6.0, 12.0))
            yield planner.beside(side, at_m, away_m, ("tree", (TREE_TRUNK_M, TREE_TRUNK_M, height_m)))


def _bushes(planner: Planner, sides: list[Side]) -> Iterator[Placed | None]:
    """Groups of bushes on the slopes beside motorways and country roads."""
    open_sides = [side for side in sides if not side.is_urban]
    for _ in range(BUSH_GROUPS if open_sides else 0):
        side = open_sides[int(planner.rng.integers(len(open_sides)))]
        s_m = float(planner.rng.uniform(0.0, side.road.length_m))
        for _ in range(int(planner.rng.integers(2, 6))):
            s_m += float(planner.rng.uniform(2.2, 3.5))
            away_m = float(planner.rng.uniform(3.5, 7.0))
            size = 1.8, 2.4, float(planner.rng.choice([1.3, 1.8, 2.3]))
            yield planner.beside(side, s_m, away_m, ("bush", size))


def _far_trees(planner: Planner, sides: list[Side]) -> Iterator[Placed | None]:
    """Simple trees in groups, from behind the houses to the horizon."""
    if not sides:
        return
    for _ in range(MAX_FAR_TREES // 8):
        side = sides[int(planner.rng.integers(len(sides)))]
        at_m = float(planner.rng.uniform(-120.0, side.road.length_m + 120.0))
        away_m = float(planner.rng.uniform(55.0, 250.0))
        for _ in range(8):
            shift = planner.rng.normal(0.0, 9.0, 2)
            height_m = float(planner.rng.uniform(7.0, 14.0))
            yield planner.beside(
                side, at_m + float(shift[0]), max(50.0, away_m + float(shift[1])), ("far_tree", (0.5, 0.5, height_m))
            )
