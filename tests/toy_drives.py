"""A run of 30 ticks as a bundle's reader gives it, worked out by hand: a car at 10 m/s, a person 40 m ahead."""

from pathlib import Path

import cv2
import numpy as np

from moosetest.objects import ObjectClass, TrackStatus
from scenarios.view.drive_log import Camera, DriveLog
from tests.toy_bundles import RIG

REVEALED, DETECTED, TRACKED, REACTED, BRAKED = 24, 25, 26, 27, 28
"""Ticks of 0.1 s."""
GROUND, WALL = [20.0, 1.0, 0.02, 0.5], [20.0, 5.0, 2.0, 0.5]


def drive(ticks=30):
    camera = RIG.cameras[0]
    log = DriveLog(
        Path("toy"),
        about={"case": "toy", "severity": 0.5, "stack": "fused", "seed": 3, "arm": "case", "target": "person"},
        seats={"lidar": RIG.lidars[0].T_ego_body, "radar": RIG.radars[0].T_ego_body},
        cameras={"cam": Camera("cam", camera.K_px, (camera.width_px, camera.height_px), camera.T_ego_optical)},
        states=[state(tick) for tick in range(ticks)],
    )
    jpeg = cv2.imencode(".jpg", np.full((40, 64, 3), 120, np.uint8))[1].tobytes()
    times_ns = [round(t_s * 1e9) for t_s in log.times_s]
    log.images = {"cam": [(t_ns, jpeg) for t_ns in times_ns]}
    sweep = np.array([GROUND] * 60 + [WALL] * 40, np.float32)
    # Straight ahead of the radar: what stands comes nearer at the car's 10 m/s, what drives ahead at 4 m/s by 6.
    echoes = np.array([[31.0, 0.0, 1.5, -10.0], [31.0, 0.0, 1.5, -6.0]], np.float32)
    log.clouds = {"lidar": [(t_ns, sweep) for t_ns in times_ns], "radar": [(t_ns, echoes) for t_ns in times_ns]}
    return log


def state(tick):
    tracks = [7] * (tick >= TRACKED)
    return {
        "sample": {
            "t_s": tick / 10,
            "frame": 100 + tick,
            "seen_by": ["cam"] * (tick >= DETECTED),
            "track_id": 7 if tracks else -1,
            "gap_m": 36.0 - tick,
            "ttc_s": (36.0 - tick) / 10.0,
            "speed_mps": 10.0,
            "accel_mps2": 0.0,
            "visible_share": float(tick >= REVEALED),
        },
        "ego": {"position_world_m": [float(tick), 0.0, 0.0], "rotation_wxyz": [1.0, 0.0, 0.0, 0.0]},
        "truth": {
            "role": ["person", "van"],
            "center_world_m": [[40.0, 0.0, 0.9], [60.0, 4.0, 1.0]],
            "size_lwh_m": [[0.5, 0.6, 1.8], [5.0, 2.0, 2.0]],
            "rotation_wxyz": [[1.0, 0.0, 0.0, 0.0]] * 2,
        },
        "contacts": [],
        "detections": [],
        "image_detections": [
            {"sensor_id": "cam", "box_px": [[20.0, 10.0, 24.0, 22.0]], "class_id": [1], "score": [0.5]}
        ],
        "tracks": {
            "track_id": tracks,
            "center_world_m": [[40.2, 0.1, 0.9]] * len(tracks),
            "size_lwh_m": [[0.5, 0.6, 1.8]] * len(tracks),
            "yaw_world_rad": [0.0] * len(tracks),
            "existence": [0.9] * len(tracks),
            "class_prob": [[0.2, 0.8, *[0.0] * (len(ObjectClass) - 2)]] * len(tracks),
            "status": [TrackStatus.CONFIRMED.value] * len(tracks),
        },
        "plan": {
            "pose_world": [[float(tick), 0.0, 0.0], [tick + 20.0, 0.0, 0.0]],
            "reason": f"stop: person {40 - tick} m ahead" if tick >= REACTED else "cruise at 10.0 m/s",
            "status": "ok",
            "blocking_track_id": 7 if tick >= REACTED else -1,
        },
        "command": {"accel_mps2": -3.0 if tick >= BRAKED else -0.5, "steer_rad": 0.0},
    }
