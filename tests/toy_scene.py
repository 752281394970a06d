"""A target on a camera's axis, and boxes that somebody says are in the picture."""

import numpy as np

from moosetest.frames import Transform
from moosetest.objects import ImageDetections, ObjectClass
from scenarios.approach.recording import Scene

MOUNT = np.eye(4)
MOUNT[:3, :3] = [[0.0, 0.0, 1.0], [-1.0, 0.0, 0.0], [0.0, -1.0, 0.0]]  # optical axes in the ego's
# The near face is 19.5 m ahead: 500 / 19.5 = 25.6 px a metre: 25.6 px wide, 51.3 px tall, around (320, 192).
TRUE_PX = (307.2, 166.4, 332.8, 217.6)


def scene(class_id=ObjectClass.PERSON, x_m=20.0, visible=None):
    """A box 1 m long, 1 m wide, 2 m tall, on the camera's axis."""
    return Scene(
        role=("target",),
        class_id=np.array([class_id], np.int16),
        center_ego_m=np.array([[x_m, 0.0, 0.0]]),
        size_lwh_m=np.array([[1.0, 1.0, 2.0]]),
        rotation_ego=np.eye(3)[None],
        visible_px={"cam": None if visible is None else np.array(visible)},
    )


def pictured(*boxes):
    """Image detections: left, top, right, bottom, class, score."""
    rows = np.array(boxes, dtype=np.float64).reshape(-1, 6)
    return ImageDetections(
        sensor_id="cam",
        t_ns=0,
        box_px=rows[:, :4],
        class_id=rows[:, 4].astype(np.int16),
        score=rows[:, 5],
        K_px=np.array([[500.0, 0.0, 320.0], [0.0, 500.0, 192.0], [0.0, 0.0, 1.0]]),
        T_ego_sensor=Transform("ego", "cam", MOUNT),
        image_size_px=(640, 384),
    )
