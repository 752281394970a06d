"""What the cameras saw: pictures with the detectors' boxes, and pinholes through which true boxes are seen."""

from __future__ import annotations

from typing import Any

import numpy as np
import rerun as rr

from scenarios.report.paint import CLASS_COLORS, CLASS_NAMES
from scenarios.view.drive_log import DriveLog, t_ns_of
from scenarios.view.timing import at


def log_cameras(rec: rr.RecordingStream, root: str, log: DriveLog) -> None:
    """Pictures and detections below `root`/world/ego, each camera at its seat."""
    for name, images in log.images.items():
        path = camera_path(root, name)
        if name in log.cameras:
            _log_pinhole(rec, path, log, name)
        for t_ns, jpeg in images:
            at(rec, t_ns)
            rec.log(path, rr.EncodedImage(contents=jpeg, media_type="image/jpeg"))
    for state in log.states:
        at(rec, t_ns_of(state))
        for detections in state["image_detections"]:
            rec.log(f"{camera_path(root, detections['sensor_id'])}/detections", _boxes(detections))


def camera_path(root: str, sensor_id: str) -> str:
    """Where the camera is in the recording."""
    return f"{root}/world/ego/{sensor_id}"


def _log_pinhole(rec: rr.RecordingStream, path: str, log: DriveLog, name: str) -> None:
    camera = log.cameras[name]
    T = camera.T_ego_camera
    rec.log(path, rr.Transform3D(translation=T.translation_m, mat3x3=T.matrix[:3, :3]), static=True)
    # A pixel's centre is at integers here and at halves there.
    K_px = camera.K_px + np.array([[0.0, 0.0, 0.5], [0.0, 0.0, 0.5], [0.0, 0.0, 0.0]])
    pinhole = rr.Pinhole(image_from_camera=K_px, resolution=camera.image_size_px, camera_xyz=rr.ViewCoordinates.RDF)
    rec.log(path, pinhole, static=True)


def _boxes(detections: dict[str, Any]) -> rr.Boxes2D:
    labels = [
        f"{CLASS_NAMES[k]} {score:.2f}" for k, score in zip(detections["class_id"], detections["score"], strict=True)
    ]
    return rr.Boxes2D(
        array=np.reshape(detections["box_px"], (-1, 4)) + 0.5,
        array_format=rr.Box2DFormat.XYXY,
        labels=labels,
        colors=[CLASS_COLORS[k] for k in detections["class_id"]],
        radii=rr.Radius.ui_points(1.2),
    )
