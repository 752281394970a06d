"""Levels of detail show the same outline: LiDAR looks at level 1, far cameras at level 2."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from sim.assets import library
from sim.assets.animals.names import ANIMALS
from sim.assets.mesh import Mesh, MeshKey
from sim.assets.props.obstacles import OBSTACLES, PREFIX

PIXEL_M = 0.01
VEHICLES = (
    "vehicle.tesla.model3",
    "vehicle.audi.etron",
    "vehicle.seat.leon",
    "vehicle.jeep.wrangler_rubicon",
    "vehicle.mercedes.coupe",
)
# Greatest distance of a point of one outline from the other shape, in the three views along the axes. Level 1: 3 cm
# and one pixel; level 2 is drawn where a pixel is wider than 10 cm.
LIMITS_M = {1: 0.042, 2: 0.13}


def outline(mesh: Mesh, axis: int, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Silhouette along an axis, a pixel a centimetre, with a border of 20."""
    keep = [i for i in range(3) if i != axis]
    pixel = (mesh.position_m[:, keep] - low[keep]) / PIXEL_M + 20
    wide, tall = ((high - low)[keep] / PIXEL_M + 41).astype(int)
    image = np.zeros((tall, wide), np.uint8)
    for triangle in np.round(pixel[mesh.triangle] * 16).astype(np.int32):
        cv2.fillConvexPoly(image, triangle, 255, cv2.LINE_8, 4)
    return image


def deviation_m(one: np.ndarray, other: np.ndarray) -> float:
    """Greatest distance of a point of either shape from the other."""
    there = cv2.distanceTransform(255 - other, cv2.DIST_L2, 5)[one > 0].max()
    back = cv2.distanceTransform(255 - one, cv2.DIST_L2, 5)[other > 0].max()
    return float(max(there, back)) * PIXEL_M


@pytest.mark.parametrize("asset", VEHICLES)
@pytest.mark.parametrize("level", [1, 2])
def test_coarse_vehicle_has_the_outline_of_the_fine_one(asset, level):
    fine, coarse = (library.mesh(MeshKey(asset, "", i)) for i in (0, level))
    low, high = fine.position_m.min(axis=0), fine.position_m.max(axis=0)
    for axis in range(3):
        assert deviation_m(outline(fine, axis, low, high), outline(coarse, axis, low, high)) < LIMITS_M[level]


@pytest.mark.parametrize("pose", ["stand", "walk_0", "walk_3", "run_2"])
def test_coarse_walker_has_the_outline_of_the_fine_one(pose):
    fine, coarse = (library.mesh(MeshKey("walker.moosetest.adult", pose, i)) for i in (0, 1))
    low, high = fine.position_m.min(axis=0), fine.position_m.max(axis=0)
    for axis in (0, 1):
        assert deviation_m(outline(fine, axis, low, high), outline(coarse, axis, low, high)) < LIMITS_M[1]


@pytest.mark.parametrize("name", OBSTACLES)
def test_coarse_obstacle_has_the_outline_of_the_fine_one(name):
    """Two centimetres, and one pixel of the measure."""
    fine, coarse = (library.mesh(MeshKey(PREFIX + name, "", i)) for i in (0, 1))
    low, high = fine.position_m.min(axis=0), fine.position_m.max(axis=0)
    for axis in range(3):
        assert deviation_m(outline(fine, axis, low, high), outline(coarse, axis, low, high)) < 0.02 + PIXEL_M


@pytest.mark.parametrize("asset", ANIMALS)
@pytest.mark.parametrize("pose", ["stand", "run_2"])
def test_coarse_animal_has_the_outline_of_the_fine_one(asset, pose):
    """Two centimetres, and one pixel of the measure."""
    fine, coarse = (library.mesh(MeshKey(asset, pose, i)) for i in (0, 1))
    low, high = fine.position_m.min(axis=0), fine.position_m.max(axis=0)
    for axis in range(3):
        assert deviation_m(outline(fine, axis, low, high), outline(coarse, axis, low, high)) < 0.02 + PIXEL_M


def test_the_measure_sees_a_shift_of_six_centimetres():
    mesh = library.mesh(MeshKey("vehicle.tesla.model3", "", 1))
    low, high = mesh.position_m.min(axis=0), mesh.position_m.max(axis=0)
    there = outline(mesh, 1, low, high)
    moved = np.roll(there, 6, axis=1)
    assert deviation_m(there, moved) == pytest.approx(0.06, abs=0.005)
