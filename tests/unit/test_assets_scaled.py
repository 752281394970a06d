"""Assets larger and smaller than they are."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.assets.library import MAX_PASSING, _passing, mesh
from sim.assets.mesh import MeshKey
from sim.assets.scaled import AS_MADE, scaled_pose, unscaled

FACTOR = st.floats(0.01, 100.0)


@given(st.tuples(FACTOR, FACTOR, FACTOR), st.sampled_from(["", "walk_3", "bones:AB/+=="]))
def test_a_pose_of_another_size_tells_both(scale: tuple[float, float, float], pose: str) -> None:
    assert unscaled(scaled_pose(scale, pose)) == (scale, pose)


def test_the_true_size_is_no_pose_of_its_own() -> None:
    assert scaled_pose(AS_MADE, "walk_3") == "walk_3"


@pytest.mark.parametrize("scale", [(0.5, 0.5, 0.5), (3.0, 3.0, 3.0), (1.0, 2.0, 0.25)])
def test_a_scaled_mesh_grows_along_each_axis(scale: tuple[float, float, float]) -> None:
    usual = mesh(MeshKey("static.prop.barrel"))
    grown = mesh(MeshKey("static.prop.barrel", scaled_pose(scale)))
    np.testing.assert_allclose(np.ptp(grown.position_m, axis=0), scale * np.ptp(usual.position_m, axis=0), rtol=1e-5)
    np.testing.assert_array_equal(grown.triangle, usual.triangle)


def test_normals_stay_upright_on_what_is_stretched() -> None:
    """A stretched face's normal is the cross product of its stretched edges."""
    grown = mesh(MeshKey("static.prop.box01", scaled_pose((1.0, 3.0, 0.5))))
    a, b, c = grown.position_m[grown.triangle].astype(float).transpose(1, 0, 2)
    face = np.cross(b - a, c - a)
    face /= np.linalg.norm(face, axis=1, keepdims=True)
    for corner in grown.triangle.T:
        assert np.einsum("ij,ij->i", face, grown.normal[corner]).min() > 0.99


def test_a_walker_of_another_size_walks_in_the_same_poses() -> None:
    usual = mesh(MeshKey("walker.moosetest.adult", "walk_3"))
    grown = mesh(MeshKey("walker.moosetest.adult", scaled_pose((0.6, 0.6, 0.6), "walk_3")))
    np.testing.assert_allclose(grown.position_m, 0.6 * usual.position_m, rtol=1e-6)
    np.testing.assert_array_equal(grown.normal, usual.normal)


def test_clients_cannot_fill_the_memory_with_sizes() -> None:
    for number in range(MAX_PASSING + 50):
        mesh(MeshKey("static.prop.barrel", scaled_pose((1.0 + number / 1000.0 + 0.0005,) * 3)))
    assert _passing.cache_info().currsize <= MAX_PASSING


@pytest.mark.parametrize("pose", ["times:2.0:lie down", "times:2,2:walk_1", "times:a,b,c:"])
def test_nonsense_is_refused(pose: str) -> None:
    with pytest.raises(KeyError):
        mesh(MeshKey("walker.pedestrian.0001", pose))
