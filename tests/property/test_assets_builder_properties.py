"""What holds for whatever is built."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.assets.builder import MeshBuilder
from sim.assets.mesh import Material, Mesh

lengths = st.floats(0.02, 20.0)
places = st.floats(-50.0, 50.0)
RED = (1.0, 0.0, 0.0)


def volume_m3(mesh: Mesh) -> float:
    corner = mesh.position_m[mesh.triangle].astype(np.float64)
    corner -= corner.reshape(-1, 3).mean(axis=0)
    return float(np.einsum("ij,ij->i", corner[:, 0], np.cross(corner[:, 1], corner[:, 2])).sum() / 6.0)


@settings(derandomize=True, deadline=None, max_examples=40)
@given(st.tuples(places, places, places), st.tuples(lengths, lengths, lengths))
def test_a_box_has_its_volume_wherever_it_stands(center, half):
    mesh = MeshBuilder().box(center, half, RED, Material.PAINT).build()
    assert np.isclose(volume_m3(mesh), 8.0 * np.prod(half), rtol=2e-3)


@settings(derandomize=True, deadline=None, max_examples=60)
@given(st.integers(0, 2**32 - 1), st.integers(2, 8), st.integers(3, 12), st.booleans())
def test_a_gently_bent_tube_has_volume_unit_normals_and_no_nan(seed, points, segments, cap):
    rng = np.random.default_rng(seed)
    turn = np.linalg.qr(rng.normal(size=(3, 3)))[0]
    share = np.linspace(0.0, 1.0, points)[:, None]
    path = (share * [4.0, 0.0, 0.0] + 0.3 * np.sin(2.0 * share) * [0.0, 1.0, 1.0]) @ turn.T
    mesh = MeshBuilder().tube(path, rng.uniform(0.05, 0.2, points), RED, Material.METAL, segments, cap).build()
    assert np.isfinite(mesh.normal).all()
    assert np.allclose(np.linalg.norm(mesh.normal, axis=1), 1.0, atol=1e-5)
    if cap:
        assert volume_m3(mesh) > 0


@settings(derandomize=True, deadline=None, max_examples=30)
@given(st.integers(0, 2**32 - 1))
def test_a_moved_and_turned_part_keeps_distances_and_normals(seed):
    rng = np.random.default_rng(seed)
    R = np.linalg.qr(rng.normal(size=(3, 3)))[0]
    R *= np.sign(np.linalg.det(R))
    t_m = rng.uniform(-20, 20, 3)
    part = MeshBuilder().ellipsoid((0.3, 0.2, 0.1), (1.0, 0.6, 0.4), RED, Material.SKIN, 6, 8).build()
    moved = MeshBuilder().add(part, R=R, t_m=t_m).build()
    assert np.allclose((moved.position_m - t_m) @ R, part.position_m, atol=1e-5)
    assert np.allclose(moved.normal @ R, part.normal, atol=1e-5)
    assert np.isclose(volume_m3(moved), volume_m3(part), rtol=1e-3)


@settings(derandomize=True, deadline=None, max_examples=30)
@given(st.integers(0, 2**32 - 1), st.integers(2, 7), st.integers(2, 7))
def test_material_is_one_for_the_corners_of_a_triangle(seed, rows, columns):
    rng = np.random.default_rng(seed)
    points = rng.normal(size=(rows, columns, 3))
    material = rng.integers(0, len(Material), (rows - 1, columns - 1))
    mesh = MeshBuilder().grid(points, RED, material).build()
    corner = mesh.material[mesh.triangle]
    assert (corner == corner[:, :1]).all()
    assert sorted(corner[:, 0].tolist()) == sorted(np.repeat(material.reshape(-1), 2).tolist())
