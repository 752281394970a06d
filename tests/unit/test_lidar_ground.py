"""Heights over ground on flat, sloping and bending roads."""

from __future__ import annotations

import numpy as np
import pytest

from perception.lidar.ground import heights_over_ground_m


def _road(z_of_xy: object, n: int = 6000) -> np.ndarray:
    rng = np.random.default_rng(1)
    x, y = rng.uniform(3, 90, n), rng.uniform(-10, 10, n)
    return np.column_stack([x, y, z_of_xy(x, y) + rng.normal(0, 0.02, n)]).astype(np.float32)  # type: ignore[operator]


def _wall(x0: float, x1: float, y: float, z0: float) -> np.ndarray:
    rng = np.random.default_rng(2)
    n = 3000
    return np.column_stack([rng.uniform(x0, x1, n), np.full(n, y), z0 + rng.uniform(0, 3, n)]).astype(np.float32)


def test_flat_road_is_at_zero() -> None:
    height_m = heights_over_ground_m(_road(lambda x, y: 0 * x))
    assert np.abs(height_m).max() < 0.1


def test_sloping_and_banked_road_is_at_zero() -> None:
    height_m = heights_over_ground_m(_road(lambda x, y: 0.04 * x - 0.02 * y))
    assert np.percentile(np.abs(height_m), 99) < 0.1


def test_a_crest_is_followed() -> None:
    height_m = heights_over_ground_m(_road(lambda x, y: -0.04 * np.maximum(x - 45, 0)))
    assert np.percentile(np.abs(height_m), 95) < 0.15


def test_walls_do_not_lift_the_ground() -> None:
    points = np.concatenate([_road(lambda x, y: 0 * x), _wall(5, 80, 8.0, 0.3), _wall(5, 80, -9.0, 0.3)])
    assert np.percentile(np.abs(heights_over_ground_m(points)[:6000]), 99) < 0.1


def test_a_box_keeps_its_height() -> None:
    road = _road(lambda x, y: 0.02 * x)
    top = np.array([[30.0, 0.0, 0.6 + 1.5]], dtype=np.float32)
    assert heights_over_ground_m(np.concatenate([road, top]))[-1] == pytest.approx(1.5, abs=0.08)


def test_without_points_or_ground_it_is_flat() -> None:
    assert heights_over_ground_m(np.zeros((0, 3), np.float32)).shape == (0,)
    assert heights_over_ground_m(np.array([[5.0, 0.0, 1.2]], np.float32)).tolist() == pytest.approx([1.2])
