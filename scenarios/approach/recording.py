"""A recorded approach: what the sensors sent on the way to a conflict, with the truth, in one file for every model.

Pictures are kept as JPEG in full-resolution colour and points to 5 mm: both errors lie below the sensors' own noise.
What is scored is always what the file holds, so that a model measured today and one measured next month saw the same.
"""

from __future__ import annotations

import functools
import hashlib
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from moosetest.arrays import FloatArray
from moosetest.frames import Transform
from moosetest.sensing import CameraFrame, LidarFrame, SensorBundle, SensorFrame
from scenarios.approach.rails import View, approach
from scenarios.approach.regions import Regions
from scenarios.case import Arm, Case
from scenarios.code_version import code_version
from scenarios.measure.geometry import box_corners_3d
from scenarios.staging import Staging
from scenarios.writing import whole_file
from sim.rig import Rig
from sim.session import open_session

FORMAT = 2
JPEG_QUALITY = 95
POINT_STEP_M = 0.005
"""Points are kept to this step: a quarter of the ranging noise, one sigma, of the rig's LiDAR."""
FRAMES = 6
EVERY_S = 0.5
LAST_BEFORE_S = 0.4
"""The last frame is so long before the conflict: later nobody who sees it could do anything about it."""


@dataclass(frozen=True, slots=True)
class Request:
    """Which approach: a case at a severity, of a seed, in one of its arms, seen by a rig."""

    case: Case
    severity: float
    seed: int
    arm: Arm
    rig: Rig

    @property
    def staging(self) -> Staging:
        """The scene."""
        return self.case.staging(self.severity, self.seed, self.arm)

    @property
    def cue(self) -> tuple[str, ...]:
        """Roles of what the case changes beside its target."""
        return self.case.cue_roles(self.severity, self.seed)

    @property
    def times_s(self) -> list[float]:
        """When there is a frame: up to `FRAMES`, none before the target can be perceived."""
        staging = self.staging
        conflict_s = staging.conflict_m / staging.speed_mps
        back_s = LAST_BEFORE_S + EVERY_S * np.arange(FRAMES)
        kept = back_s[(back_s <= staging.reveal_s) & (back_s < conflict_s)]
        return sorted(float(conflict_s - before_s) for before_s in (kept if len(kept) else back_s[:1]))

    @property
    def key(self) -> str:
        """Digest of all that the recording depends on: scene, rig, instants, and the simulator itself."""
        parts = (FORMAT, self.staging, self.cue, self.rig, self.seed, self.times_s, _makers())
        return hashlib.sha256(repr(parts).encode()).hexdigest()

    @property
    def name(self) -> str:
        """Path of the recording below the folder of all."""
        return f"{self.case.case_id}/{self.arm.value}-s{self.severity:.5f}-seed{self.seed}.npz"


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """What was really there in one frame, in the ego frame: N actors by role, and what of the target is in pictures.

    `visible_px` (4,) left, top, right, bottom of the target's visible pixels, by camera; None where there are none.
    `regions` the pixels themselves, by camera.
    """

    role: tuple[str, ...]
    class_id: NDArray[np.int16]
    center_ego_m: FloatArray
    size_lwh_m: FloatArray
    rotation_ego: FloatArray
    visible_px: dict[str, FloatArray | None]
    regions: dict[str, Regions] = field(default_factory=dict)

    def corners_ego_m(self, index: int) -> FloatArray:
        """(8, 3) corners of an actor's box."""
        return box_corners_3d(self.center_ego_m[index], self.size_lwh_m[index], self.rotation_ego[index])


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One instant of a recorded approach."""

    before_s: float
    bundle: SensorBundle
    scene: Scene


@dataclass(frozen=True, slots=True, eq=False)
class Recording:
    """An approach as every model gets it; `target` is the role that the case is about."""

    target: str
    frames: tuple[Frame, ...]


@functools.cache
def _makers() -> str:
    """The code that makes a recording what it is, beside the scene."""
    return code_version("sim", "scenarios.approach", "scenarios.drive")


def recorded(request: Request, folder: Path) -> Recording:
    """The approach, from its file if that is of this scene and this simulator, else driven and kept.

    Raises:
        MissingFrameError, ServerUnavailableError, MissingBlueprintError: it could not be driven.
    """
    path = folder / request.name
    values = _read(path, request.key)
    if values is None:
        values = _drive(request)
        _write(path, values)
    return _decoded(values)


def _drive(request: Request) -> dict[str, Any]:
    staging = request.staging
    sensors = frozenset(mount.sensor_id for mount in (*request.rig.cameras, *request.rig.lidars))
    with open_session(None, staging.map_name) as session:
        seen = approach(session, staging, request.rig, sensors, request.seed, request.times_s)
        return _encoded(request, staging, list(seen))


def _encoded(request: Request, staging: Staging, seen: list[View]) -> dict[str, Any]:
    conflict_s = staging.conflict_m / staging.speed_mps
    values: dict[str, Any] = {}
    about: dict[str, Any] = {"key": request.key, "target": staging.target, "frames": []}
    for number, view in enumerate(seen):
        headers = []
        regions = {camera: Regions.of(view, camera, staging.target, request.cue) for camera in view.masks}
        for sensor_id, frame in view.bundle.frames.items():
            if isinstance(frame, CameraFrame | LidarFrame):
                headers.append(_put(values, f"{number}.{sensor_id}", frame))
        objects, T_ego_world = view.truth.objects, view.truth.ego.T_world_ego.inverse()
        for camera, region in regions.items():
            values[f"{number}.{camera}.regions"] = region.packed()
        values[f"{number}.class_id"] = objects.class_id
        values[f"{number}.center_ego_m"] = T_ego_world.points(objects.center_world_m)
        values[f"{number}.size_lwh_m"] = objects.size_lwh_m
        values[f"{number}.rotation_ego"] = T_ego_world.matrix[:3, :3] @ objects.rotation
        about["frames"].append(
            {
                "before_s": conflict_s - view.t_s,
                "t_ns": view.bundle.t_ns,
                "sensors": headers,
                "role": list(objects.role),
                "regions": {camera: region.target.shape for camera, region in regions.items()},
            }
        )
    values["about"] = np.frombuffer(json.dumps(about).encode(), np.uint8)
    return values


def _put(values: dict[str, Any], name: str, frame: CameraFrame | LidarFrame) -> dict[str, Any]:
    header = {"sensor_id": frame.sensor_id, "seq": frame.seq, "src": frame.T_ego_sensor.src}
    header["T_ego_sensor"] = frame.T_ego_sensor.matrix.tolist()
    if isinstance(frame, CameraFrame):
        quality = [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY, cv2.IMWRITE_JPEG_SAMPLING_FACTOR]
        options = [*quality, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444]
        done, data = cv2.imencode(".jpg", frame.image_rgb[..., ::-1], options)
        assert done
        values[f"{name}.jpg"] = data
        return {**header, "K_px": frame.K_px.tolist()}
    values[f"{name}.points"] = np.rint(frame.points_sensor_m / POINT_STEP_M).astype(np.int16)
    values[f"{name}.intensity"] = np.rint(frame.intensity * 255.0).astype(np.uint8)
    values[f"{name}.ring"] = frame.ring
    values[f"{name}.dt_ns"] = frame.dt_ns
    return header


def _write(path: Path, values: dict[str, Any]) -> None:
    with whole_file(path) as part, part.open("wb") as file:
        np.savez_compressed(file, **values)


def _read(path: Path, key: str) -> dict[str, Any] | None:
    """What the file holds, None if there is none, it is of something else, or it was not written by us."""
    try:
        with path.open("rb") as file, np.load(file) as held:
            values = {name: held[name] for name in held.files}
        about = json.loads(values["about"].tobytes())
    except (FileNotFoundError, KeyError, ValueError, zipfile.BadZipFile):
        return None
    return values if about["key"] == key else None


def _decoded(values: dict[str, Any]) -> Recording:
    about = json.loads(values["about"].tobytes())
    return Recording(about["target"], tuple(_frames(values, about)))


def _frames(values: dict[str, Any], about: dict[str, Any]) -> Iterator[Frame]:
    for number, kept in enumerate(about["frames"]):
        frames = {
            h["sensor_id"]: _sensor(values, f"{number}.{h['sensor_id']}", kept["t_ns"], h) for h in kept["sensors"]
        }
        regions = {
            camera: Regions.unpacked(values[f"{number}.{camera}.regions"], *size)
            for camera, size in kept["regions"].items()
        }
        scene = Scene(
            role=tuple(kept["role"]),
            class_id=values[f"{number}.class_id"],
            center_ego_m=values[f"{number}.center_ego_m"],
            size_lwh_m=values[f"{number}.size_lwh_m"],
            rotation_ego=values[f"{number}.rotation_ego"],
            visible_px={camera: region.target_box_px for camera, region in regions.items()},
            regions=regions,
        )
        yield Frame(kept["before_s"], SensorBundle(kept["t_ns"], frames), scene)


def _sensor(values: dict[str, Any], name: str, t_ns: int, header: dict[str, Any]) -> SensorFrame:
    T_ego_sensor = Transform("ego", header["src"], np.array(header["T_ego_sensor"]))
    plain = {"sensor_id": header["sensor_id"], "t_ns": t_ns, "seq": header["seq"], "T_ego_sensor": T_ego_sensor}
    if "K_px" in header:
        image_rgb: Any = cv2.imdecode(values[f"{name}.jpg"], cv2.IMREAD_COLOR_RGB)
        return CameraFrame(**plain, image_rgb=image_rgb, K_px=np.array(header["K_px"]))
    return LidarFrame(
        **plain,
        points_sensor_m=values[f"{name}.points"].astype(np.float32) * np.float32(POINT_STEP_M),
        intensity=values[f"{name}.intensity"].astype(np.float32) / np.float32(255.0),
        ring=values[f"{name}.ring"],
        dt_ns=values[f"{name}.dt_ns"],
    )
