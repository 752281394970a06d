"""Smooth normals that look away from the camera on faces that do not: hills seen flat, outlines of round things."""

from __future__ import annotations

import numpy as np
import pytest

from sim.assets.mesh import Material, Mesh, MeshKey
from sim.world.scene import Instance
from tests.render_scenes import camera, pose, renderer_of, scene


def meadow(key: MeshKey) -> Mesh:
    """15 m of level ground, whose corners' normals lean away from the eye by as many degrees as it says."""
    lean_rad = np.radians(float(key.asset))
    corner = np.array([(0, -20, 0), (15, -20, 0), (15, 20, 0), (0, 20, 0)], np.float32)
    normal = np.tile(np.array([np.sin(lean_rad), 0.0, np.cos(lean_rad)], np.float32), (4, 1))
    grey = np.full((4, 3), 0.4, np.float32)
    material = np.full(4, Material.MATTE, np.uint8)
    triangle = np.array([(0, 1, 2), (0, 2, 3)], np.uint32)
    return Mesh(corner, normal, grey, np.zeros((4, 2), np.float32), material, triangle)


@pytest.mark.parametrize("lean_deg", [5, 15])
def test_ground_seen_flat_is_not_lit_from_below(lean_deg: int) -> None:
    # from 0.3 m over ground that begins 5 m away it is seen at 3.4 degrees at most, less than the normals lean
    view = camera(z=0.3)
    brightness = {}
    with renderer_of(meadow) as renderer:
        for lean in (0, lean_deg):
            ground = Instance(1, 10, MeshKey(str(lean)), pose(5.0, 0.0))
            images = renderer.render(scene(ground), view, frozenset({"rgb", "instance"}))
            assert images.rgb is not None
            assert images.instance_id is not None
            brightness[lean] = images.rgb[images.instance_id == 1].mean()
    assert brightness[lean_deg] == pytest.approx(brightness[0], rel=0.1)
