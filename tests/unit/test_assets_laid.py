"""Sheets of paint that lie on the road as it is there."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.assets.laid import MARKING, OVER_ROAD_M, Sheet, laid_pose, sample_places_m, sheet_of
from sim.assets.library import mesh
from sim.assets.mesh import MeshKey
from sim.server.scene_view import build_scene
from tests.toy_episode import episode_on, put, real_map

SIDE = st.floats(0.1, 20.0)


@given(SIDE, SIDE, st.integers(0, 2**32 - 1))
def test_a_pose_tells_the_sheet_to_the_millimetre(length_m: float, width_m: float, seed: int) -> None:
    shape = sample_places_m(length_m, width_m).shape[:2]
    height_m = np.random.default_rng(seed).uniform(-1.0, 1.0, shape)
    sheet = sheet_of(laid_pose(Sheet(length_m, width_m, height_m)))
    assert (sheet.length_m, sheet.width_m) == (length_m, width_m)
    np.testing.assert_allclose(sheet.height_m, height_m, atol=0.5001e-3)


def test_a_level_sheet_is_two_triangles_and_a_bent_one_goes_through_its_heights() -> None:
    level = mesh(MeshKey(MARKING, laid_pose(Sheet(4.0, 2.0, np.zeros((9, 5))))))
    assert len(level.triangle) == 2
    assert level.position_m[:, 2] == pytest.approx(OVER_ROAD_M)
    place = sample_places_m(4.0, 2.0)
    height_m = 0.1 * place[..., 0] ** 2 + 0.05 * place[..., 1]
    bent = mesh(MeshKey(MARKING, laid_pose(Sheet(4.0, 2.0, height_m))))
    x, y, z = bent.position_m.astype(float).T
    assert z == pytest.approx(0.1 * x**2 + 0.05 * y + OVER_ROAD_M, abs=1e-3)
    assert (bent.normal[:, 2] > 0.9).all()
    # seen along x: u to the right, which is -y, v ahead
    assert bent.uv[:, 0] == pytest.approx(0.5 - y / 2.0, abs=1e-6)
    assert bent.uv[:, 1] == pytest.approx(0.5 + x / 4.0, abs=1e-6)


@pytest.mark.parametrize("pose", ["laid:1.0", "laid:a,b:", "laid:1.0,1.0:!!", "laid:1.0,1.0:AAAA"])
def test_nonsense_is_refused(pose: str) -> None:
    with pytest.raises(KeyError):
        mesh(MeshKey(MARKING, pose))


def test_on_a_hill_it_follows_the_road(tmp_path) -> None:
    """Every corner of the sheet is the paint's thickness over the ground of the steepest map."""
    import cv2

    path = tmp_path / "white.png"
    cv2.imwrite(str(path), np.full((4, 4, 3), 255, np.uint8))
    hills = real_map("rural")
    bends, episode = [], episode_on(hills)
    for x, y, z, yaw in hills.data.spawn_points[::7]:
        put(episode, MARKING, (x, y, z + 2.0), (0.1, 0.2, yaw), picture_file=str(path), length_m="20.0")
    for instance in (i for i in build_scene(episode).instances if i.mesh.asset == MARKING):
        built = mesh(instance.mesh)
        world = built.position_m.astype(float) @ instance.T_world_body[:3, :3].T + instance.T_world_body[:3, 3]
        ground_m = hills.data.ground_z_m(world[:, :2])
        assert world[:, 2] == pytest.approx(ground_m + OVER_ROAD_M, abs=1.5e-3)
        bends.append(np.ptp(ground_m))
    assert max(bends) > 0.3
