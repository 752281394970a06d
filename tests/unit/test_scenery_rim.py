"""Where the ground ends, 300 m from the roads: hills, and no walls between them."""

from __future__ import annotations

import numpy as np
import pytest

from sim.world.maps import load_map

STEEPEST_DEG = 50.0
"""Hills of 9 m in waves of 170 m rise by 42 degrees at most."""
WIDE_M = 5.0
"""Banks by the roads' ends are upright, and narrower."""


@pytest.mark.parametrize("name", ["junction", "t_junction", "urban_street"])
def test_the_ground_has_no_walls(name: str) -> None:
    parts = [part for part in load_map(name).scenery().parts if part.tag == 10]  # carla.CityObjectLabel.Terrain
    corner = np.concatenate([part.mesh.position_m[part.mesh.triangle].astype(np.float64) for part in parts])
    upward = np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0])
    steep = upward[:, 2] < np.cos(np.radians(STEEPEST_DEG)) * np.linalg.norm(upward, axis=1)
    longest_m = np.linalg.norm(corner - np.roll(corner, 1, axis=1), axis=2).max(axis=1)
    assert (longest_m > WIDE_M).sum() > 500
    assert longest_m[steep].max(initial=0.0) < WIDE_M
