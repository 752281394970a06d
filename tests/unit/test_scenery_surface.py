"""Surfaces, paint and ground of the maps: areas by hand, nothing in each other, all seen from above."""

import numpy as np
import pytest
import shapely
import threadpoolctl
from scipy import spatial

from sim.assets.mesh import Material
from sim.world.maps import load_map, map_names
from sim.world.maps.network import read_network
from sim.world.scenery import surface
from sim.world.scenery.strips import lane_strips
from sim.world.scenery.surface import ASPHALT_RGB
from sim.world.scenery.terrain import Terrain


def triangles(name, tag, material=None):
    """Of roads those that nothing has been laid on: what years leave there has tests of its own."""
    found = [np.zeros((0, 3, 3))]
    for part in load_map(name).scenery().parts:
        if part.tag == tag:
            corners = part.mesh.position_m[part.mesh.triangle].astype(np.float64)
            kind = part.mesh.material[part.mesh.triangle[:, 0]]
            chosen = np.ones(len(kind), bool) if material is None else kind == material
            if tag == 1:
                color = part.mesh.color[part.mesh.triangle[:, 0]]
                chosen &= (color == np.float32(ASPHALT_RGB)).all(axis=1)
            found.append(corners[chosen])
    return np.concatenate(found)


def areas_m2(corners):
    return np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1) / 2


def covered_m2(corners):
    return shapely.union_all(shapely.polygons(corners[..., :2])).area


def test_street_areas():
    assert areas_m2(triangles("urban_street", 1)).sum() == pytest.approx(440 * 7, rel=1e-5)
    walks = triangles("urban_street", 2)
    flat = np.ptp(walks[..., 2], axis=1) < 1e-6
    assert areas_m2(walks[flat]).sum() == pytest.approx(440 * 3 * 2, rel=1e-5)
    assert areas_m2(walks[~flat]).sum() == pytest.approx(440 * 0.12 * 2, rel=1e-4)


def test_street_paint():
    paint = triangles("urban_street", 24)
    assert np.unique(np.round(paint[..., 2], 5)).tolist() == [0.01]
    zebra = (np.abs(paint[..., 0] - 220) < 2.01).all(axis=1)
    # 7 bars of 0.5 m by 4 m fit on 7 m
    assert areas_m2(paint[zebra]).sum() == pytest.approx(7 * 0.5 * 4, rel=1e-4)
    # 48 dashes of 3 m start every 9 m, the 49th at 432 m; of the one from 216 to 219 m the zebra leaves 1.7 m
    dashes_m = 48 * 3 + 1.7
    assert areas_m2(paint[~zebra]).sum() == pytest.approx(dashes_m * 0.12, rel=1e-3)


def test_motorway_paint_is_four_solid_and_four_broken_lines():
    paint = triangles("motorway", 24)
    dashes = 78  # 1,400 m / 18 m: 77 whole periods and one more dash
    want = 2 * 1400 * (0.15 + 0.30) + 4 * dashes * 6 * 0.15
    assert areas_m2(paint).sum() == pytest.approx(want, rel=1e-3)


@pytest.mark.parametrize("name", map_names())
@pytest.mark.parametrize("tag", [1, 24])
def test_nothing_lies_in_the_same_plane_twice(name, tag):
    corners = triangles(name, tag)
    assert areas_m2(corners).sum() == pytest.approx(covered_m2(corners), rel=2e-3)


@pytest.mark.parametrize("name", map_names())
@pytest.mark.parametrize("tag", [1, 10, 24])
def test_ground_is_seen_from_above(name, tag):
    corners = triangles(name, tag)
    assert len(corners)
    normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    upright = np.abs(normal[:, 2]) < 1e-6 * np.linalg.norm(normal, axis=1)
    assert np.all(normal[~upright, 2] > 0)
    assert upright.mean() < (0.05 if tag == 10 else 1e-9)  # banks of earth where the ground meets a step


@pytest.mark.parametrize("name", map_names())
def test_kerbs_face_the_road(name):
    faces = triangles(name, 2)
    faces = faces[np.ptp(faces[..., 2], axis=1) > 0.1]
    if name in ("motorway", "motorway_exit"):
        assert len(faces) == 0
        return
    normal = np.cross(faces[:, 1] - faces[:, 0], faces[:, 2] - faces[:, 0])
    normal /= np.linalg.norm(normal, axis=1, keepdims=True)
    before = faces.mean(axis=1) + 0.3 * normal
    assert load_map(name).ground_z_m(before[:, :2]) == pytest.approx(0.0, abs=1e-6)


@pytest.mark.parametrize("name", map_names())
def test_paving_has_no_hole_and_ground_does_not_cover_it(name):
    data = load_map(name)
    spots = np.array(data.spawn_points)[:, :2]
    road = shapely.union_all(shapely.polygons(triangles(name, 1)[..., :2])).buffer(0.01)
    assert shapely.contains_xy(road, spots[:, 0], spots[:, 1]).all()
    grass = triangles(name, 10)
    middle = grass.mean(axis=1)
    under = shapely.contains_xy(road.buffer(-0.5), middle[:, 0], middle[:, 1])
    assert under.any()
    over_m = middle[under][:, 2] - data.ground_z_m(middle[under][:, :2])
    assert np.all((over_m < -0.1) | (over_m > 4.7))  # RAA: so much room is under bridges and in tunnels


def test_ground_reaches_300_m():
    grass = triangles("urban_street", 10).reshape(-1, 3)
    assert grass.min(axis=0)[0] <= -295
    assert grass.max(axis=0)[0] >= 735
    assert np.abs(grass[:, 1]).max() >= 295


def test_bend_surface_is_flat_asphalt_and_paving():
    assert len(triangles("urban_bend", 1, Material.ASPHALT)) == len(triangles("urban_bend", 1))
    assert set(np.round(triangles("urban_bend", 2, Material.PAVING)[..., 2].ravel(), 4)) == {0.12}


def test_the_ground_is_prepared_by_one_thread_alone(monkeypatch):
    """Threads of LAPACK that wait for each other made the start of a server on a busy machine take half a minute."""
    threads = []

    class Watched(spatial.Delaunay):
        @property
        def transform(self):
            pools = threadpoolctl.threadpool_info()
            threads.append(max(pool["num_threads"] for pool in pools if pool["user_api"] == "blas"))
            return super().transform

    monkeypatch.setattr(spatial, "Delaunay", Watched)
    corners_m = np.array([[0.0, 0.0, 1.0], [9.0, 0.0, 1.0], [9.0, 9.0, 3.0], [0.0, 9.0, 3.0]])
    with threadpoolctl.threadpool_limits(2, user_api="blas"):
        height_m = Terrain(corners_m, shapely.Polygon()).height_m(np.array([[4.5, 4.5]]))
    assert height_m == pytest.approx([2.0])
    assert threads[0] == 1


@pytest.mark.parametrize(("deep_m", "wide_m", "filled_m2"), [(5.0, 4.0, 20.0), (0.2, 0.2, 0.0), (50.0, 4.0, 0.0)])
def test_a_junction_reaches_up_to_a_median_but_fills_no_sliver_and_no_island(deep_m, wide_m, filled_m2):
    junction = shapely.box(0.0, 0.0, 10.0, 10.0)
    # a road that comes from the right, with bare ground between it and the junction
    road = shapely.box(10.0, 0.0, 100.0, 10.0) - shapely.box(9.0, 3.0, 10.0 + deep_m, 3.0 + wide_m)
    mouths = surface.mouths(junction, road)
    assert shapely.union_all(mouths).area == pytest.approx(filled_m2, abs=0.01)
    assert all(part.is_valid and part.geom_type == "Polygon" for part in mouths)


@pytest.mark.parametrize("name", map_names())
def test_plates_of_junctions_are_sound(name):
    plates = surface.junction_plates(lane_strips(read_network(load_map(name).xodr)))
    for plate in plates.values():
        assert plate.outline.is_valid
        for part in shapely.get_parts(plate.outline):
            assert part.area > 1.0
            assert not part.interiors
