"""Mesh builder: volumes, outsides, normals and sharing worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from sim.assets.builder import MeshBuilder
from sim.assets.fitting import fitted, scaled
from sim.assets.mesh import Material, Mesh

RED = (1.0, 0.0, 0.0)


def volume_m3(mesh: Mesh) -> float:
    corner = mesh.position_m[mesh.triangle].astype(np.float64)
    return float(np.einsum("ij,ij->i", corner[:, 0], np.cross(corner[:, 1], corner[:, 2])).sum() / 6.0)


def test_box_has_its_volume_24_vertices_and_axis_normals():
    mesh = MeshBuilder().box((5.0, -2.0, 1.0), (0.5, 1.0, 2.0), RED, Material.PAINT).build()
    assert volume_m3(mesh) == pytest.approx(8.0, rel=1e-6)
    assert len(mesh.position_m) == 24
    assert len(mesh.triangle) == 12
    assert np.sort(np.abs(mesh.normal), axis=1) == pytest.approx(np.tile([0.0, 0.0, 1.0], (24, 1)))


def test_turned_box_keeps_its_volume():
    quarter_z = [[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]
    mesh = MeshBuilder().box((0, 0, 0), (1.0, 2.0, 3.0), RED, Material.PAINT, R=quarter_z).build()
    assert volume_m3(mesh) == pytest.approx(48.0)
    assert np.ptp(mesh.position_m, axis=0) == pytest.approx([4.0, 2.0, 6.0])


@pytest.mark.parametrize("end", [(0, 0, 2), (0, 0, -2), (2, 0, 0), (-2, 0, 0), (0, 2, 0), (0, -2, 0), (1, 1, 1)])
def test_tube_is_closed_and_its_normals_point_out(end):
    mesh = MeshBuilder().tube([(0, 0, 0), end], 0.3, RED, Material.METAL, segments=24).build()
    length = np.linalg.norm(end)
    assert volume_m3(mesh) > 0.95 * np.pi * 0.09 * length
    axis = np.array(end) / length
    middle = np.clip(mesh.position_m @ axis, 0.0, length)[:, None] * axis
    assert np.all(np.einsum("ij,ij->i", mesh.position_m - middle, mesh.normal) > 0)


def test_tube_with_two_radii_is_wide_towards_y():
    mesh = MeshBuilder().tube([(0, 0, 0), (0, 0, 1)], [(0.1, 0.4), (0.1, 0.4)], RED, Material.CLOTH, 32, False).build()
    assert np.ptp(mesh.position_m, axis=0) == pytest.approx([0.2, 0.8, 1.0], abs=0.005)


def test_tube_colours_change_at_path_points():
    colors = np.array([[1.0, 0, 0], [0, 1.0, 0], [0, 1.0, 0]])
    mesh = MeshBuilder().tube([(0, 0, 0), (0, 0, 1), (0, 0, 2)], 0.1, colors, Material.CLOTH, 6, cap=False).build()
    assert np.all(mesh.position_m[mesh.color[:, 0] == 1.0, 2] <= 1.0)
    assert np.all(mesh.position_m[mesh.color[:, 1] == 1.0, 2] >= 1.0)


def test_sphere_normals_are_radial():
    mesh = MeshBuilder().ellipsoid((1, 2, 3), (2, 2, 2), RED, Material.SKIN, 24, 32).build()
    radial = (mesh.position_m - np.array([1, 2, 3])) / 2.0
    assert np.einsum("ij,ij->i", radial, mesh.normal).min() > 0.995
    assert volume_m3(mesh) == pytest.approx(4.0 / 3.0 * np.pi * 8.0, rel=0.02)


def test_crease_angle_decides_between_edge_and_smooth():
    # two squares that meet at 60 degrees along y
    bend = [[(-1, 0, 0), (-1, 1, 0)], [(0, 0, 0), (0, 1, 0)], [(0.5, 0, -0.866025), (0.5, 1, -0.866025)]]
    sharp = MeshBuilder().grid(bend, RED, Material.PAINT, crease_deg=59.0).build()
    smooth = MeshBuilder().grid(bend, RED, Material.PAINT, crease_deg=61.0).build()
    assert len(sharp.position_m) == 8
    assert len(smooth.position_m) == 6
    edge = smooth.normal[np.abs(smooth.position_m[:, 0]) < 1e-6]
    # each face has the same area on the edge's two corners taken together: the mean leans by 30 degrees
    assert edge.mean(axis=0)[0] / edge.mean(axis=0)[2] == pytest.approx(np.tan(np.radians(30.0)), rel=1e-3)


def test_degenerate_triangles_are_dropped():
    corners = [[(0, 0, 0), (1, 0, 0), (0, 1, 0)], [(0, 0, 0), (1, 0, 0), (2, 0, 0)], [(0, 0, 0), (0, 0, 0), (0, 1, 0)]]
    assert len(MeshBuilder().triangles(corners, RED, Material.MATTE).build().triangle) == 1


def test_grid_paints_each_cell():
    points = np.stack(np.meshgrid([0.0, 1.0, 2.0], [0.0, 1.0], [0.0], indexing="ij"), axis=-1)[:, :, 0]
    material = [[Material.PAINT], [Material.GLASS]]
    mesh = MeshBuilder().grid(points, [[RED], [(0, 1, 0)]], material).build()
    glass = mesh.material == Material.GLASS
    assert np.all(mesh.color[glass] == [0, 1, 0])
    assert mesh.position_m[glass, 0].min() == 1.0
    assert np.all(mesh.normal == [0, 0, 1])


def test_closed_grid_has_no_open_edge():
    angle = np.linspace(0, 2 * np.pi, 12, endpoint=False)
    ring = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    inside, outside = np.insert(0.5 * ring, 2, 0.0, axis=1), np.insert(ring, 2, 0.0, axis=1)
    lift = np.array([0.0, 0.0, 1.0])
    torus = np.stack([inside, inside + lift, outside + lift, outside], axis=1)
    mesh = MeshBuilder().grid(torus[:, ::-1], RED, Material.METAL, close_u=True, close_v=True).build()
    # ring with a square section: 12-gon of radius 1 less the one of radius 0.5, one metre high
    assert volume_m3(mesh) == pytest.approx(6 * np.sin(np.pi / 6) * (1 - 0.25))


def test_add_places_a_built_mesh_and_leaves_it_alone():
    part = MeshBuilder().box((0, 0, 0), (1, 1, 1), RED, Material.PAINT).build()
    before = part.position_m.copy()
    mesh = MeshBuilder().add(part, t_m=(10, 0, 0)).add(part).build()
    assert np.array_equal(part.position_m, before)
    assert len(mesh.triangle) == 24
    assert mesh.position_m[:, 0].max() == 11.0
    assert volume_m3(mesh) == pytest.approx(16.0)


def test_nothing_builds_an_empty_mesh():
    mesh = MeshBuilder().build()
    assert mesh.position_m.shape == (0, 3)
    assert mesh.triangle.shape == (0, 3)


def test_scaled_normals_stay_perpendicular():
    # the face x + y = 1 of a wedge; stretched twofold along x it is x / 2 + y = 1, normal (1, 2) / sqrt(5)
    mesh = MeshBuilder().triangles([[(1, 0, 0), (0, 1, 0), (0, 1, 1)]], RED, Material.PAINT).build()
    assert scaled(mesh, (2, 1, 1)).normal == pytest.approx(np.tile([5**-0.5, 2 * 5**-0.5, 0], (3, 1)), abs=1e-6)


def test_fitted_fills_the_box_on_the_ground():
    mesh = fitted(MeshBuilder().box((7, 8, 9), (1, 1, 1), RED, Material.PAINT).build(), (4.0, 2.0, 1.5))
    assert mesh.position_m.min(axis=0) == pytest.approx([-2.0, -1.0, 0.0])
    assert mesh.position_m.max(axis=0) == pytest.approx([2.0, 1.0, 1.5])
