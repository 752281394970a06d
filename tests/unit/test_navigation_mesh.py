"""The navigation mesh, read back by its format: a decoder of its own, and areas worked out by hand."""

from __future__ import annotations

import struct
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest
import shapely

from sim.world.maps import load_map, map_from_xodr
from sim.world.maps.data import Solids
from sim.world.maps.network import read_network
from sim.world.navigation import make_navigation_mesh
from sim.world.navigation.levels import highest_level
from sim.world.scenery.strips import lane_strips
from tests.toy_episode import real_map

SIDE_WALK, CROSSING, ROAD = 1, 2, 3
POLE = np.array([6], np.uint8)  # carla.CityObjectLabel.Poles
FLAG = {SIDE_WALK: 0x02, CROSSING: 0x04, ROAD: 0x08}


class Mesh:
    """A mesh file taken apart: corners in the world frame, cells as (corners, neighbours, flags, area)."""

    def __init__(self, data: bytes) -> None:
        magic, version, tiles = struct.unpack_from("<3i", data)
        assert (magic, version, tiles) == (int.from_bytes(b"MSET", "big"), 1, 1)
        self.origin = struct.unpack_from("<3f", data, 12)
        self.tile_size = struct.unpack_from("<2f", data, 24)
        max_tiles, max_polys = struct.unpack_from("<2i", data, 32)
        reference, size = struct.unpack_from("<Ii", data, 40)
        assert reference == max_polys
        assert max_tiles == 1
        tile = data[48:]
        assert len(tile) == size
        head = struct.unpack_from("<15i", tile)
        assert head[0] == int.from_bytes(b"DNAV", "big")
        assert head[1:5] == (7, 0, 0, 0)
        polys, corners, links, details, detail_corners, triangles, nodes, off_mesh, off_base = head[6:15]
        assert (details, detail_corners, off_mesh, off_base) == (polys, 0, 0, polys)
        self.low, self.high = (np.array(struct.unpack_from("<3f", tile, at)) for at in (72, 84))
        self.steps_per_m = struct.unpack_from("<f", tile, 96)[0]
        at = 100
        raw = np.frombuffer(tile, "<f4", 3 * corners, at).reshape(-1, 3)
        self.corner_m = np.stack([raw[:, 0], -raw[:, 2], raw[:, 1]], axis=1).astype(float)
        at += 12 * corners
        self.cells = [self._cell(tile, at + 32 * number) for number in range(polys)]
        at += 32 * polys + 12 * links
        assert links == sum(n > 0 for cell in self.cells for n in cell[1])
        counts = [struct.unpack_from("<2I2B", tile, at + 12 * number) for number in range(polys)]
        assert [c[3] for c in counts] == [len(cell[0]) - 2 for cell in self.cells]
        assert [c[1] for c in counts] == np.cumsum([0, *(c[3] for c in counts)])[:-1].tolist()
        at += 12 * polys + 4 * triangles
        self.nodes = [struct.unpack_from("<6Hi", tile, at + 16 * number) for number in range(nodes)]
        assert at + 16 * nodes == size

    def _cell(self, tile: bytes, at: int) -> tuple[list[int], list[int], int, int]:
        values = struct.unpack_from("<I12HH2B", tile, at)
        count = values[14]
        return list(values[1 : 1 + count]), list(values[7 : 7 + count]), values[13], values[15]

    def polygon(self, number: int) -> shapely.Polygon:
        return shapely.Polygon(self.corner_m[self.cells[number][0], :2])

    def ground(self, area: int) -> Any:
        return shapely.union_all([self.polygon(i) for i, cell in enumerate(self.cells) if cell[3] == area])


@cache
def mesh(name: str) -> Mesh:
    return Mesh(real_map(name).navigation_mesh)


def test_a_street_has_side_walks_a_crossing_and_a_road_of_the_right_size() -> None:
    street = mesh("urban_street")  # 440 m, lanes of 3.5 m, side walks of 3 m, a zebra of 4 m; 0.3 m kept all round
    length_m = 440.0 - 0.6
    assert street.ground(SIDE_WALK).area == pytest.approx(2 * length_m * (3.0 - 0.6), rel=1e-3)
    assert street.ground(CROSSING).area == pytest.approx(4.0 * (7.0 + 0.6), rel=1e-3)  # from side walk to side walk
    whole = length_m * (7.0 + 6.0 - 0.6)
    areas = [street.ground(area).area for area in FLAG]
    assert sum(areas) == pytest.approx(whole, rel=1e-3)
    assert sum(street.polygon(i).area for i in range(len(street.cells))) == pytest.approx(whole, rel=1e-3)  # no overlap


@pytest.mark.parametrize("name", ["junction", "urban_bend"])
def test_cells_are_convex_turn_to_the_left_and_carry_their_kinds_flag(name: str) -> None:
    one = mesh(name)
    for corners, _, flags, area in one.cells:
        assert flags == FLAG[area]
        assert 3 <= len(corners) <= 6
        xy = one.corner_m[corners, :2]
        along, onward = np.roll(xy, -1, axis=0) - xy, np.roll(xy, -2, axis=0) - np.roll(xy, -1, axis=0)
        assert (along[:, 0] * onward[:, 1] - along[:, 1] * onward[:, 0] > -1e-3).all()


@pytest.mark.parametrize("name", ["junction", "urban_bend"])
def test_neighbors_share_a_whole_edge_and_know_each_other(name: str) -> None:
    one = mesh(name)
    edges = {}
    for number, (corners, neighbors, _, _) in enumerate(one.cells):
        for start, end, neighbor in zip(corners, corners[1:] + corners[:1], neighbors, strict=True):
            edges[(start, end)] = number, neighbor - 1
    for (start, end), (number, neighbor) in edges.items():
        assert edges.get((end, start), (-1, number)) == (neighbor, number)
    assert any(neighbor >= 0 for _, neighbor in edges.values())


def test_side_walks_and_crossings_of_a_junction_hang_together() -> None:
    one = mesh("junction")
    reached, pending = set(), [next(i for i, cell in enumerate(one.cells) if cell[3] == SIDE_WALK)]
    while pending:
        number = pending.pop()
        if number not in reached and one.cells[number][3] != ROAD:
            reached.add(number)
            pending += [neighbor - 1 for neighbor in one.cells[number][1] if neighbor]
    assert reached == {i for i, cell in enumerate(one.cells) if cell[3] != ROAD}


def test_tree_boxes_hold_their_cells_and_groups_hold_their_members() -> None:
    one = mesh("junction")
    seen = []

    def visit(at: int) -> tuple[int, np.ndarray[Any, Any], np.ndarray[Any, Any]]:
        *box, index = one.nodes[at]
        low, high = np.array(box[:3]), np.array(box[3:])
        if index >= 0:
            seen.append(index)
            corners = one.corner_m[one.cells[index][0]]
            steps = (np.stack([corners[:, 0], corners[:, 2], -corners[:, 1]], axis=1) - one.low) * one.steps_per_m
            assert (low <= steps.min(axis=0) + 1e-2).all()
            assert (steps.max(axis=0) <= high + 1e-2).all()
            return at + 1, low, high
        inner, after = at + 1, at - index
        while inner < after:
            inner, inner_low, inner_high = visit(inner)
            assert (low <= inner_low).all()
            assert (inner_high <= high).all()
        assert inner == after
        return after, low, high

    assert visit(0)[0] == len(one.nodes)
    assert sorted(seen) == list(range(len(one.cells)))


def test_corners_lie_on_the_ground_within_the_tile() -> None:
    one, ground = mesh("junction"), real_map("junction").ground
    assert one.corner_m[:, 2] == pytest.approx(ground.height_m(one.corner_m[:, :2]), abs=1e-4)
    raw = np.stack([one.corner_m[:, 0], one.corner_m[:, 2], -one.corner_m[:, 1]], axis=1)
    assert (raw >= one.low).all()
    assert (raw <= one.high).all()
    assert one.tile_size == pytest.approx((one.high - one.low)[[0, 2]])


def test_people_walk_round_what_stands_on_a_side_walk() -> None:
    street = load_map("urban_street")
    post = Solids(np.array([[100.0, 5.0, 1.0]]), np.array([[0.2, 0.1, 1.0]]), np.array([0.0]), POLE)
    sign = Solids(np.array([[200.0, 5.0, 4.0]]), np.array([[0.2, 0.1, 1.0]]), np.array([0.0]), POLE)
    bare = Mesh(make_navigation_mesh(replace(street, solids=lambda: Solids(*_no_boxes())))).ground(SIDE_WALK)
    with_post = Mesh(make_navigation_mesh(replace(street, solids=lambda: post))).ground(SIDE_WALK)
    with_sign = Mesh(make_navigation_mesh(replace(street, solids=lambda: sign))).ground(SIDE_WALK)
    assert bare.area - with_post.area == pytest.approx((0.4 + 0.6) * (0.2 + 0.6), abs=0.02)
    assert with_sign.area == pytest.approx(bare.area, abs=0.02)  # from 3 m up: nobody's head reaches it


def _no_boxes() -> tuple[Any, Any, Any, Any]:
    return np.zeros((0, 3)), np.zeros((0, 3)), np.zeros(0), np.zeros(0, np.uint8)


def test_equal_maps_have_equal_bytes_and_the_file_name_tells_them_apart() -> None:
    street = load_map("urban_street")
    again = map_from_xodr(street.name, street.xodr)
    assert make_navigation_mesh(again) == make_navigation_mesh(street)
    assert real_map("urban_street").navigation_path != real_map("urban_bend").navigation_path


def test_a_motorway_is_not_for_walking() -> None:
    assert make_navigation_mesh(load_map("motorway")) == b""


def test_a_country_road_is_walked_beside_the_lanes() -> None:
    side = '<lane id="{id}" type="{kind}"><width sOffset="0" a="{a}" b="0" c="0" d="0"/></lane>'
    lanes = side.format(id=-1, kind="driving", a=3.5) + side.format(id=-2, kind="shoulder", a=2.0)
    one = Mesh(make_navigation_mesh(map_from_xodr("country", _xodr(_road(1, lanes, "0", 0.0)))))
    assert one.ground(SIDE_WALK).area == pytest.approx((100.0 - 0.6) * (2.0 - 0.6), rel=1e-3)


def test_under_a_bridge_nobody_walks() -> None:
    walk = '<lane id="-1" type="sidewalk"><width sOffset="0" a="4" b="0" c="0" d="0"/></lane>'
    low, high = _road(1, walk, "0", 0.0), _road(2, walk, "6", 1.5707963267948966, x_m=50.0, y_m=-50.0)
    strips = lane_strips(read_network(_xodr(low + high)))
    kept = highest_level([_cut(strip) for strip in strips])
    by_road = {number: [s for s in kept if s.road.road_id == number] for number in (1, 2)}
    assert len(by_road[2]) == 1
    assert len(by_road[1]) == 2  # what is left before and behind the bridge, which is over x = 50 to 54 m
    assert by_road[1][0].s_m[-1] <= 50.0
    assert by_road[1][1].s_m[0] >= 54.0


def _cut(strip: Any) -> Any:
    """The strip in steps of 1 m."""
    s_m = np.arange(0.0, 101.0)
    inner, outer = strip.road.lane_edges(strip.road.sections[0], -1, s_m)
    return replace(
        strip, s_m=s_m, inner_world_m=strip.road.points(s_m, inner), outer_world_m=strip.road.points(s_m, outer)
    )


def _road(number: int, right: str, height_m: str, heading_rad: float, x_m: float = 0.0, y_m: float = 0.0) -> str:
    return (
        f'<road id="{number}" length="100" junction="-1"><planView><geometry s="0" x="{x_m}" y="{y_m}" '
        f'hdg="{heading_rad}" length="100"><line/></geometry></planView><elevationProfile>'
        f'<elevation s="0" a="{height_m}" b="0" c="0" d="0"/></elevationProfile><lanes><laneSection s="0"><center>'
        f'<lane id="0" type="none"/></center><right>{right}</right></laneSection></lanes></road>'
    )


def _xodr(roads: str) -> str:
    return f'<OpenDRIVE><header revMajor="1" revMinor="4"/>{roads}</OpenDRIVE>'
