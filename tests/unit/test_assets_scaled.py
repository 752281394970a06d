"""Assets larger and smaller than they are."""

from __future__ import annotations

import numpy as np
import pytest

from sim.assets.library import MAX_PASSING, _passing, mesh
from sim.assets.mesh import MeshKey
from sim.assets.scaled import scaled_pose


@pytest.mark.parametrize("scale", [0.5, 3.0])
def test_a_scaled_mesh_is_larger_in_all_directions(scale: float) -> None:
    usual = mesh(MeshKey("static.prop.barrel"))
    grown = mesh(MeshKey("static.prop.barrel", scaled_pose(scale)))
    np.testing.assert_allclose(np.ptp(grown.position_m, axis=0), scale * np.ptp(usual.position_m, axis=0), rtol=1e-5)
    np.testing.assert_array_equal(grown.triangle, usual.triangle)


def test_clients_cannot_fill_the_memory_with_sizes() -> None:
    for number in range(MAX_PASSING + 50):
        mesh(MeshKey("static.prop.barrel", scaled_pose(1.0 + number / 1000.0 + 0.0005)))
    assert _passing.cache_info().currsize <= MAX_PASSING


def test_people_do_not_grow() -> None:
    with pytest.raises(KeyError, match="times"):
        mesh(MeshKey("walker.pedestrian.0001", scaled_pose(2.0)))
