"""Depth, tags, ids and normals against numbers worked out by hand."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from sim.assets.mesh import MeshKey
from sim.render.renderer import CameraRenderer
from sim.render.view import CameraView
from sim.world.scene import Instance
from tests.render_scenes import ALL, camera, ground, pose, renderer_of, scene

TRUTH = ALL - {"rgb"}


@pytest.fixture(scope="module")
def renderer() -> Iterator[CameraRenderer]:
    with renderer_of() as made:
        yield made


def test_ground_depth_follows_the_rows(renderer: CameraRenderer) -> None:
    depth = renderer.render(scene(static=ground()), camera(z=1.5), TRUTH).depth_m
    assert depth is not None
    # f = 80 px, horizon at row edge 48: row r looks down by (r + 0.5 - 48) / 80, so depth = 1.5 * 80 / (r - 47.5)
    for row in (60, 75, 95):
        np.testing.assert_allclose(depth[row], 120.0 / (row - 47.5), rtol=1e-3)


def test_depth_is_along_the_axis_and_not_along_the_ray(renderer: CameraRenderer) -> None:
    wall = Instance(5, 14, MeshKey("box"), pose(10.5, 0.0, 1.5) @ np.diag([1.0, 60.0, 60.0, 1.0]))
    depth = renderer.render(scene(wall), camera(), TRUTH).depth_m
    assert depth is not None
    np.testing.assert_allclose(depth, 10.0, rtol=1e-4)


def test_box_covers_the_pixels_it_should(renderer: CameraRenderer) -> None:
    box = Instance(77, 14, MeshKey("box"), pose(10.5, 2.0, 1.5))
    images = renderer.render(scene(box), camera(), TRUTH)
    assert images.instance_id is not None
    assert images.tag is not None
    rows, columns = np.nonzero(images.instance_id == 77)
    # front face at 10 m: 8 px a metre; left of the axis is left of column 80: 80 - 20 .. 80 - 12, rows 48 -+ 4
    assert (rows.min(), rows.max()) == (44, 51)
    assert (columns.min(), columns.max()) == (60, 68)  # one column more: the side that faces the axis shows
    assert set(np.unique(images.tag)) == {11, 14}
    assert (images.tag[images.instance_id == 77] == 14).all()


def test_known_points_project_where_carla_users_expect(renderer: CameraRenderer) -> None:
    view = CameraView(200, 100, np.radians(70.0), pose(3.0, -2.0, 2.0, 0.4), noise=0.0)
    point_world_m = view.T_world_camera @ np.array([20.0, 4.0, -1.5, 1.0])
    dot = Instance(9, 14, MeshKey("box"), pose(*point_world_m[:3]) @ np.diag([0.4, 0.4, 0.4, 1.0]))
    ids = renderer.render(scene(dot), view, TRUTH).instance_id
    assert ids is not None
    rows, columns = np.nonzero(ids == 9)
    focal_px = 100.0 / np.tan(np.radians(35.0))
    # K with cx = W / 2, cy = H / 2: right is -y, down is -z
    assert columns.mean() + 0.5 == pytest.approx(100.0 - focal_px * 4.0 / 20.0, abs=0.75)
    assert rows.mean() + 0.5 == pytest.approx(50.0 + focal_px * 1.5 / 20.0, abs=0.75)


def test_the_nearer_actor_hides_the_farther(renderer: CameraRenderer) -> None:
    near = Instance(1, 14, MeshKey("box"), pose(8.0, 0.0, 1.5))
    far = Instance(2, 12, MeshKey("box"), pose(20.0, 0.0, 1.5))
    for order in ((near, far), (far, near)):
        images = renderer.render(scene(*order), camera(), TRUTH)
        assert images.instance_id is not None
        assert set(np.unique(images.instance_id)) == {0, 1}


def test_sky_has_its_tag_no_actor_and_the_largest_depth(renderer: CameraRenderer) -> None:
    images = renderer.render(scene(), camera(), ALL)
    assert images.tag is not None
    assert images.depth_m is not None
    assert images.instance_id is not None
    assert (images.tag == 11).all()
    assert (images.depth_m == 1000.0).all()
    assert (images.instance_id == 0).all()


def test_normals_are_world_unit_vectors(renderer: CameraRenderer) -> None:
    images = renderer.render(scene(static=ground()), camera(), TRUTH)
    assert images.normal_world is not None
    np.testing.assert_allclose(images.normal_world[90], np.broadcast_to([0.0, 0.0, 1.0], (160, 3)), atol=1e-3)
    assert (images.normal_world[5] == 0.0).all()


def test_near_and_far_cut(renderer: CameraRenderer) -> None:
    close = Instance(1, 14, MeshKey("box"), pose(1.0, 0.0, 1.5))
    far = Instance(2, 14, MeshKey("box"), pose(60.0, 0.0, 1.5) @ np.diag([1.0, 9.0, 9.0, 1.0]))
    ids = renderer.render(scene(close, far), camera(near_m=2.0, far_m=50.0), TRUTH).instance_id
    assert ids is not None
    assert (ids == 0).all()


def test_truth_is_the_same_with_and_without_colour(renderer: CameraRenderer) -> None:
    car = Instance(3, 14, MeshKey("car"), pose(9.0, 1.0, 0.0, 0.5))
    bush = Instance(4, 9, MeshKey("bush"), pose(6.0, -2.0, 1.0))
    alone = renderer.render(scene(car, bush, static=ground()), camera(), TRUTH)
    beside = renderer.render(scene(car, bush, static=ground()), camera(), ALL)
    assert alone.tag is not None
    assert alone.depth_m is not None
    assert beside.tag is not None
    assert beside.depth_m is not None
    np.testing.assert_array_equal(alone.tag, beside.tag)
    np.testing.assert_array_equal(alone.instance_id, beside.instance_id)
    np.testing.assert_array_equal(alone.depth_m, beside.depth_m)


def test_scenery_is_replaced_when_the_map_changes(renderer: CameraRenderer) -> None:
    first = renderer.render(scene(static=ground()), camera(), TRUTH).tag
    second = renderer.render(scene(), camera(), TRUTH).tag
    assert first is not None
    assert second is not None
    assert (first[90] == 1).all()
    assert (second == 11).all()


def test_one_sees_through_the_holes_of_a_bush(renderer: CameraRenderer) -> None:
    bush = Instance(4, 9, MeshKey("bush"), pose(6.0, 0.0, 1.5))
    tag = renderer.render(scene(bush), camera(), TRUTH).tag
    assert tag is not None
    # the bush spans 80 * 1 / 6 = 13 px about the middle; its disc has leaves and gaps
    share = (tag[38:58, 70:90] == 9).mean()
    assert 0.4 < share < 0.98
