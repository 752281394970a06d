"""Clusters of a made-up street: what is found, where, and what is left out."""

from __future__ import annotations

import numpy as np
import pytest

from moosetest.objects import ObjectClass
from perception.lidar.clustering import ClustersConfig, cluster_boxes

CONFIG = ClustersConfig()


def _ground() -> np.ndarray:
    x, y = np.meshgrid(np.arange(4.0, 70.0, 1.0), np.arange(-14.0, 14.0, 1.0))
    return np.column_stack([x.ravel(), y.ravel(), np.zeros(x.size)])


def _faces(x: float, y: float, length: float, width: float, height: float, yaw: float = 0.0) -> np.ndarray:
    """Near end and right side of a box, on a 0.15 m raster."""
    z = np.arange(0.1, height + 1e-6, 0.15)
    across, along = np.arange(-width / 2, width / 2 + 1e-6, 0.15), np.arange(-length / 2, length / 2 + 1e-6, 0.15)
    end = [(-length / 2, a, h) for a in across for h in z]
    side = [(a, -width / 2, h) for a in along for h in z]
    p = np.array(end + side)
    cos, sin = np.cos(yaw), np.sin(yaw)
    return np.column_stack([x + cos * p[:, 0] - sin * p[:, 1], y + sin * p[:, 0] + cos * p[:, 1], p[:, 2]])


def _boxes(*things: np.ndarray):
    return cluster_boxes(np.concatenate([_ground(), *things]), CONFIG)


def test_a_car_is_one_box_of_its_size_and_place() -> None:
    found = _boxes(_faces(20, 2, 4.4, 1.8, 1.5, yaw=0.3))
    assert len(found.score) == 1
    assert found.center_ego_m[0] == pytest.approx([20, 2, 0.75], abs=0.15)
    assert found.size_lwh_m[0] == pytest.approx([4.4, 1.8, 1.5], abs=0.2)
    assert found.yaw_ego_rad[0] == pytest.approx(0.3, abs=np.radians(3))
    assert found.class_id.tolist() == [int(ObjectClass.UNKNOWN)]
    assert found.score[0] > 0.9


def test_a_person_beside_a_car_is_a_thing_of_its_own() -> None:
    found = _boxes(_faces(20, 2, 4.4, 1.8, 1.5), _faces(20, -0.5, 0.4, 0.5, 1.8))
    assert len(found.score) == 2


def test_kerbs_bridges_walls_beyond_the_verge_and_noise_are_left_out() -> None:
    bridge = _faces(30, 0, 2, 10, 1) + np.array([0, 0, 4.5])
    kerb = _faces(20, 4, 10, 0.3, 0.15)
    wall = _faces(30, 15, 30, 0.5, 3)
    speck = np.array([[15.0, 0.0, 1.0], [15.1, 0.0, 1.1], [15.0, 0.1, 1.2]])
    assert len(_boxes(bridge, kerb, wall, speck).score) == 0


def test_what_is_as_large_as_a_bus_stays_whole_and_what_is_larger_does_not() -> None:
    bus = _boxes(_faces(30, 0, 12, 2.6, 3.0))
    assert bus.size_lwh_m[0, :2] == pytest.approx([12, 2.6], abs=0.2)
    # A wall that runs along the road and then across it, 20 m a side: one box would hold the road.
    corner = np.concatenate([_faces(30, -8, 20, 0.2, 2), _faces(40, 0, 0.2, 16, 2)])
    pieces = _boxes(corner)
    assert len(pieces.score) > 3
    assert pieces.size_lwh_m[:, :2].max() < 20
    holds_road = np.abs(pieces.center_ego_m[:, :2] - np.array([25, 0])) < pieces.size_lwh_m[:, [0, 1]] / 2
    assert not holds_road.all(axis=1).any()


def test_more_returns_score_higher_and_come_first() -> None:
    found = _boxes(_faces(40, 5, 0.4, 0.5, 1.8), _faces(20, 2, 4.4, 1.8, 1.5))
    assert found.size_lwh_m[0, 0] > 4
    assert np.all(np.diff(found.score) <= 0)


def test_without_returns_there_is_nothing() -> None:
    assert len(cluster_boxes(np.zeros((0, 3)), CONFIG).score) == 0
    assert len(cluster_boxes(_ground(), CONFIG).score) == 0
