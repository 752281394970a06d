"""What years leave on roads, and no holes at their ends."""

from __future__ import annotations

import numpy as np
import open3d as o3d
import pytest
import shapely

from sim.assets.mesh import Material
from sim.world.maps import load_map, map_names
from sim.world.maps.network import read_network
from sim.world.scenery.chunks import Chunks
from sim.world.scenery.markings import PAINT_OVER_ROAD_M
from sim.world.scenery.strips import footprint, lane_strips
from sim.world.scenery.surface import add_surfaces, junction_plates
from sim.world.scenery.wear import IRON_RGB, OVER_ROAD_M, add_wear

STREET = "urban_street"


def worn(name: str, seed: int = 3) -> list[tuple[np.ndarray, np.ndarray]]:
    """(corners (T, 3, 3), colours (T, 3)) of each part."""
    chunks = Chunks()
    add_wear(chunks, read_network(load_map(name).xodr), seed)
    return [
        (p.mesh.position_m[p.mesh.triangle].astype(float), p.mesh.color[p.mesh.triangle[:, 0]]) for p in chunks.parts()
    ]


def test_it_lies_on_the_carriageway_half_a_centimetre_up_facing_the_sky() -> None:
    strips = [strip for strip in lane_strips(read_network(load_map(STREET).xodr)) if not strip.is_walk]
    road = footprint(strips).buffer(0.02)
    corners = np.concatenate([corner for corner, _ in worn(STREET)])
    assert shapely.contains_xy(road, *corners.reshape(-1, 3)[:, :2].T).all()
    assert corners[..., 2] == pytest.approx(OVER_ROAD_M, abs=1e-4)  # this street is level
    normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    assert (normal[:, 2] > 0).all()


@pytest.mark.parametrize("name", map_names())
def test_nothing_lies_in_anything_else(name: str) -> None:
    """At one height two colours would fight for each pixel. Seen from above, so that slopes do not matter."""
    pieces = shapely.polygons(np.concatenate([corner for corner, _ in worn(name)])[..., :2])
    assert shapely.area(pieces).sum() == pytest.approx(shapely.union_all(pieces).area, rel=1e-4)


@pytest.mark.parametrize("name", map_names())
def test_it_lies_over_the_road_under_the_paint(name: str) -> None:
    """Slopes and curves too: a ray down through the middle of each piece meets the road's own plates just below."""
    strips = lane_strips(read_network(load_map(name).xodr))
    chunks = Chunks()
    add_surfaces(chunks, strips, junction_plates(strips))
    roads = o3d.t.geometry.RaycastingScene(nthreads=1)
    for part in chunks.parts():
        roads.add_triangles(o3d.core.Tensor(part.mesh.position_m.copy()), o3d.core.Tensor(part.mesh.triangle.copy()))
    middle = np.concatenate([corner for corner, _ in worn(name)]).mean(axis=1)
    from_m = 0.1  # above the piece: a road that covers it is met sooner
    above, down = np.array([0.0, 0.0, from_m]), np.broadcast_to([0.0, 0.0, -1.0], middle.shape)
    rays = np.concatenate([middle + above, down], axis=1).astype(np.float32)
    over_m = roads.cast_rays(o3d.core.Tensor(rays), nthreads=1)["t_hit"].numpy() - from_m
    assert over_m.min() > 0.0
    assert over_m.max() < PAINT_OVER_ROAD_M


def test_a_town_has_covers_and_gullies_and_a_country_road_none() -> None:
    iron = np.float32(IRON_RGB)
    discs = sum(int((color == iron).all(axis=1).sum()) for _, color in worn(STREET))
    # two lanes of 440 m: 15 gullies a lane of 2 triangles, and about 9 covers a lane of 10
    assert 60 + 10 * 8 < discs < 60 + 10 * 30
    assert not any((color == iron).all(axis=1).any() for _, color in worn("rural"))


def test_equal_seeds_wear_roads_alike_and_others_do_not() -> None:
    one, same, other = worn(STREET, 1), worn(STREET, 1), worn(STREET, 2)
    assert all(np.array_equal(a[0], b[0]) for a, b in zip(one, same, strict=True))
    assert [a[0].shape for a in one] != [a[0].shape for a in other]


def test_the_road_keeps_its_tone() -> None:
    """Patches are a few per cent of the road, and on the whole no more than a tenth darker."""
    scene = load_map(STREET).scenery()
    area = shade = whole = 0.0
    for part in scene.parts:
        asphalt = part.mesh.material[part.mesh.triangle[:, 0]] == Material.ASPHALT
        corner = part.mesh.position_m[part.mesh.triangle[asphalt]].astype(float)
        size = 0.5 * np.linalg.norm(np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0]), axis=1)
        color = part.mesh.color[part.mesh.triangle[asphalt][:, 0], 0]
        patch = np.abs(color - 0.085) > 1e-4
        area, shade = area + float(size[patch].sum()), shade + float((size * (color - 0.085))[patch].sum())
        whole += float(size[~patch].sum())
    assert 0.005 < area / whole < 0.08
    assert abs(shade / whole) / 0.085 < 0.02


@pytest.mark.parametrize("name", ["urban_bend", "urban_street"])
def test_at_a_roads_end_one_sees_earth_and_not_the_sky(name: str) -> None:
    """Level rays at 6 cm over the asphalt towards both ends meet earth behind it, kerbs or not."""
    data = load_map(name)
    scene = o3d.t.geometry.RaycastingScene(nthreads=1)
    for part in data.scenery().parts:
        scene.add_triangles(o3d.core.Tensor(part.mesh.position_m.copy()), o3d.core.Tensor(part.mesh.triangle.copy()))
    road = next(r for r in read_network(data.xodr).roads if r.junction < 0)
    section = road.sections[-1]
    end = np.full(1, road.length_m - 0.3)
    edges = [road.lane_edges(section, n, end)[1][0] for n, lane in section.lanes.items() if lane.kind == "driving"]
    t = np.arange(min(edges) + 0.05, max(edges), 0.05)
    t = np.concatenate([t[:15], t[-15:]])  # beside the kerbs, where the ground falls from the walk to the road
    start = road.points(np.full(len(t), road.length_m - 0.3), t, 0.06)
    heading = float(road.headings(end)[0])
    way = np.array([np.cos(heading), np.sin(heading), -0.03])
    rays = np.concatenate([start, np.broadcast_to(way, start.shape)], axis=1).astype(np.float32)
    assert np.isfinite(scene.cast_rays(o3d.core.Tensor(rays), nthreads=1)["t_hit"].numpy()).all()
