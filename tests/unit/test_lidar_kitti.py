"""Clusters of a real sweep: what people labelled is found without being asked for by class."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from perception.lidar.clustering import ClustersConfig, cluster_boxes

KITTI = Path(__file__).parents[3] / "shared" / "data" / "kitti"
LIDAR_HEIGHT_M = 1.73


@pytest.mark.skipif(not KITTI.exists(), reason="needs ../shared/data/kitti")
def test_labelled_objects_of_a_kitti_sweep_have_a_cluster() -> None:
    points = np.fromfile(KITTI / "000134.bin", np.float32).reshape(-1, 4)[:, :3] + np.array([0, 0, LIDAR_HEIGHT_M])
    found = cluster_boxes(points.astype(np.float64), ClustersConfig(half_width_m=18.0))
    centers = _labelled_centers()
    beside = np.abs(centers[:, 1]) < 17.0
    errors_m = [np.hypot(*(found.center_ego_m[:, :2] - c[:2]).T).min() for c in centers[beside]]
    assert len(errors_m) == 13
    # Of a car seen from behind only the near half is there; people and bicycles are seen whole.
    assert max(errors_m) < 0.7
    assert np.median(errors_m) < 0.25


def _labelled_centers() -> np.ndarray:
    """Centres (M, 3) in axes of the sensor, from the ground under it."""
    lines = [line.split(":") for line in (KITTI / "000134.txt").read_text().splitlines() if ":" in line]
    calibration = {name: np.array(values.split(), float) for name, values in lines}
    R_rect, T_cam_lidar = np.eye(4), np.eye(4)
    R_rect[:3, :3] = calibration["R0_rect"].reshape(3, 3)
    T_cam_lidar[:3] = calibration["Tr_velo_to_cam"].reshape(3, 4)
    T_lidar_rect = np.linalg.inv(R_rect @ T_cam_lidar)
    rows = [line.split() for line in (KITTI / "000134_gt.txt").read_text().splitlines()]
    labels = np.array([[float(v) for v in row[8:15]] for row in rows if row[0] != "DontCare"])
    height, bottom = labels[:, 0], labels[:, 3:6]
    centers = bottom - np.stack([0 * height, height / 2, 0 * height], axis=1)
    return centers @ T_lidar_rect[:3, :3].T + T_lidar_rect[:3, 3] + np.array([0, 0, LIDAR_HEIGHT_M])
