"""The frame in which a module broke: the target framed as it is, and what the module said."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from moosetest.arrays import FloatArray
from moosetest.objects import Detections, ImageDetections, ObjectClass
from moosetest.sensing import CameraFrame, LidarFrame
from scenarios.approach.recording import Frame
from scenarios.drive.record import project_box_px
from scenarios.measure.geometry import box_corners

SIZE_PX = (400, 240)
TRUE_RGB, SAID_RGB, POINT_RGB, GROUND_RGB = (255, 210, 0), (255, 80, 120), (120, 200, 255), (18, 20, 26)
SPAN_M = 20.0
"""Length of road that a picture from above shows."""
CONTEXT = 3.0
"""A crop is so many times as wide as its target."""

Picture = NDArray[np.uint8]


def draw_still(frame: Frame, target: str, found: list[ImageDetections | Detections], gate: float) -> Picture:
    """(240, 400, 3) RGB of the frame around its target: the first picture that shows it best, or the sweep from above.

    Args:
        frame: of a recorded approach.
        target: role of what the case is about.
        found: the boxes of each sensor.
        gate: least score of those that are drawn.
    """
    spaces = [one for one in found if isinstance(one, Detections)]
    if spaces:
        return _from_above(frame, target, spaces[0], gate)
    pictures = {one.sensor_id: one for one in found if isinstance(one, ImageDetections)}
    sensor_id = _best_camera(
        frame, list(pictures) or [s for s, f in frame.bundle.frames.items() if isinstance(f, CameraFrame)]
    )
    return _in_picture(frame, target, sensor_id, pictures.get(sensor_id), gate)


def _best_camera(frame: Frame, cameras: list[str]) -> str:
    """The one that shows most of the target."""

    def area_px2(sensor_id: str) -> float:
        box = frame.scene.visible_px.get(sensor_id)
        return 0.0 if box is None else float(np.prod(box[2:] - box[:2]))

    return max(cameras, key=area_px2)


def _in_picture(frame: Frame, target: str, sensor_id: str, said: ImageDetections | None, gate: float) -> Picture:
    camera = frame.bundle.frames[sensor_id]
    assert isinstance(camera, CameraFrame)
    window = _window(frame, target, sensor_id, camera)
    scale = SIZE_PX[0] / (window[2] - window[0])
    left, top, right, bottom = (int(v) for v in window)
    picture = cv2.resize(camera.image_rgb[top:bottom, left:right], SIZE_PX, interpolation=cv2.INTER_CUBIC)
    box = frame.scene.visible_px.get(sensor_id)
    if box is not None:
        _frame(picture, (box - np.tile(window[:2], 2)) * scale, TRUE_RGB, "")
    if said is not None:
        for i in np.flatnonzero(said.score >= gate):
            name = f"{ObjectClass(said.class_id[i]).name.lower()} {said.score[i]:.2f}"
            _frame(picture, (said.box_px[i] - np.tile(window[:2], 2)) * scale, SAID_RGB, name)
    return np.asarray(picture, dtype=np.uint8)


def _window(frame: Frame, target: str, sensor_id: str, camera: CameraFrame) -> FloatArray:
    """(4,) the part of the picture to show, whole pixels, in the proportions of `SIZE_PX`."""
    height_px, width_px = camera.image_rgb.shape[:2]
    box = frame.scene.visible_px.get(sensor_id)
    if box is None and target in frame.scene.role:
        corners = frame.scene.corners_ego_m(frame.scene.role.index(target))
        box = project_box_px(camera.K_px, (width_px, height_px), camera.T_ego_sensor, corners)
    aspect = SIZE_PX[1] / SIZE_PX[0]
    widest = min(width_px, height_px / aspect)
    if box is None:
        middle, width = np.array([width_px, height_px]) / 2.0, widest
    else:
        middle = (box[:2] + box[2:]) / 2.0
        width = min(widest, max(CONTEXT * max(box[2] - box[0], (box[3] - box[1]) / aspect), 120.0))
    size = np.array([width, width * aspect])
    low = np.clip(middle - size / 2.0, 0.0, np.array([width_px, height_px]) - size)
    return np.floor(np.concatenate([low, low + size]))


def _from_above(frame: Frame, target: str, said: Detections, gate: float) -> Picture:
    sweep = frame.bundle.frames.get(said.sensor_id)
    picture = np.full((SIZE_PX[1], SIZE_PX[0], 3), GROUND_RGB, np.uint8)
    scene = frame.scene
    index = scene.role.index(target) if target in scene.role else None
    middle_m = scene.center_ego_m[index, :2] if index is not None else np.array([SPAN_M, 0.0])
    per_m = SIZE_PX[0] / SPAN_M

    def pixels(points_m: FloatArray) -> NDArray[np.int32]:
        # Forward is to the right, left is up.
        offset = (points_m[:, :2] - middle_m) * [per_m, -per_m] + np.array(SIZE_PX) / 2.0
        return np.asarray(np.rint(offset), dtype=np.int32)

    if isinstance(sweep, LidarFrame):
        at = pixels(sweep.T_ego_sensor.points(sweep.points_sensor_m.astype(np.float64)))
        inside = np.all((at >= 0) & (at < SIZE_PX), axis=1)
        picture[at[inside, 1], at[inside, 0]] = POINT_RGB
    if index is not None:
        size_m, axis = scene.size_lwh_m[index], scene.rotation_ego[index][:, 0]
        true_m = box_corners(middle_m, size_m[0], size_m[1], float(np.arctan2(axis[1], axis[0])))
        cv2.polylines(picture, [pixels(true_m)], True, TRUE_RGB, 1, cv2.LINE_AA)
    for i in np.flatnonzero(said.score >= gate):
        length_m, width_m = said.size_lwh_m[i, :2]
        corners = pixels(box_corners(said.center_ego_m[i], length_m, width_m, float(said.yaw_ego_rad[i])))
        cv2.polylines(picture, [corners], True, SAID_RGB, 1, cv2.LINE_AA)
        name = f"{ObjectClass(said.class_id[i]).name.lower()} {said.score[i]:.2f}"
        cv2.putText(
            picture, name, tuple(corners.min(axis=0).tolist()), cv2.FONT_HERSHEY_SIMPLEX, 0.4, SAID_RGB, 1, cv2.LINE_AA
        )
    return picture


def _frame(picture: NDArray[np.uint8], box_px: FloatArray, rgb: tuple[int, int, int], name: str) -> None:
    left, top, right, bottom = (round(float(v)) for v in box_px)
    cv2.rectangle(picture, (left, top), (right, bottom), rgb, 1, cv2.LINE_AA)
    if name:
        cv2.putText(
            picture, name, (max(left, 2), max(top - 4, 12)), cv2.FONT_HERSHEY_SIMPLEX, 0.45, rgb, 1, cv2.LINE_AA
        )
