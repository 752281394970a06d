"""The run bundle: `drive.mcap`, readable up to the moment a run is killed, and `verdict.json`, whole or not there."""

from __future__ import annotations

import dataclasses
import json
import os
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any

import cv2
import numpy as np
from foxglove import messages as fox
from mcap.exceptions import McapError
from mcap.reader import NonSeekingReader
from mcap.writer import Writer
from mcap_protobuf.decoder import DecoderFactory
from numpy.typing import NDArray

from moosetest.config import ConfigError
from moosetest.objects import Detections, ImageDetections, Tracks
from moosetest.sensing import CameraFrame, LidarFrame
from moosetest.timing import NS_PER_S
from scenarios.drive.record import Sample
from scenarios.drive.stack import StackOutput
from sim.session import Tick
from sim.truth import GroundTruth

STATE_TOPIC = "/state"
JPEG_QUALITY = 85
CHUNK_BYTES = 4_096
"""Smaller than what one tick writes, so that a killed run loses no more than its last tick or two."""


class BundleWriter:
    """Writes `drive.mcap` tick by tick; use as a context manager.

    Args:
        folder: made if missing; a `drive.mcap` in it is replaced.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._file = (folder / "drive.mcap").open("wb")
        self._writer = Writer(self._file, chunk_size=CHUNK_BYTES)
        self._channels: dict[str, int] = {}
        self._schemas: dict[str, int] = {}
        self._writer.start(profile="", library="moosetest")

    def __enter__(self) -> BundleWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._writer.finish()
        self._file.close()

    def write(self, tick: Tick, output: StackOutput, sample: Sample) -> None:
        """Add one tick: sensors, truth, every stage's output."""
        t_ns = tick.truth.t_ns
        for frame in tick.bundle.frames.values():
            if isinstance(frame, CameraFrame):
                self._add(f"/camera/{frame.sensor_id}", t_ns, _image_message(frame))
            elif isinstance(frame, LidarFrame):
                self._add(f"/lidar/{frame.sensor_id}", t_ns, _cloud_message(frame))
        self._add("/truth/objects", t_ns, _truth_message(tick.truth))
        self._add("/fusion/tracks", t_ns, _tracks_message(output.tracks))
        self._add_json(STATE_TOPIC, t_ns, _state(tick, output, sample))
        self._file.flush()

    def _add(self, topic: str, t_ns: int, message: Any) -> None:
        if topic not in self._channels:
            schema = message.get_schema()
            if schema.name not in self._schemas:
                self._schemas[schema.name] = self._writer.register_schema(schema.name, schema.encoding, schema.data)
            self._channels[topic] = self._writer.register_channel(topic, "protobuf", self._schemas[schema.name])
        self._writer.add_message(self._channels[topic], t_ns, message.encode(), t_ns)

    def _add_json(self, topic: str, t_ns: int, value: Any) -> None:
        if topic not in self._channels:
            schema_id = self._writer.register_schema("moosetest.State", "jsonschema", b'{"type": "object"}')
            self._channels[topic] = self._writer.register_channel(topic, "json", schema_id)
        self._writer.add_message(self._channels[topic], t_ns, json.dumps(value).encode(), t_ns)


def write_verdict(folder: Path, verdict: dict[str, Any]) -> None:
    """Write `verdict.json` whole: a reader finds the old one, the new one, or none."""
    part = folder / ".verdict.json.part"
    part.write_text(json.dumps(verdict, indent=2) + "\n", encoding="utf-8")
    os.replace(part, folder / "verdict.json")


def read_verdict(folder: Path) -> dict[str, Any]:
    """The verdict of a bundle.

    Raises:
        ConfigError: no verdict there.
    """
    path = folder / "verdict.json"
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror}); want a finished run's folder") from error


def read_states(folder: Path) -> Iterator[dict[str, Any]]:
    """The state of each tick, up to where the file ends, however it ends."""
    for _, channel, message in _messages(folder):
        if channel.topic == STATE_TOPIC:
            yield json.loads(message.data)


def read_images(folder: Path, sensor_id: str) -> Iterator[tuple[int, NDArray[np.uint8]]]:
    """Time in ns and picture (H, W, 3) RGB of each frame of one camera."""
    decoders = DecoderFactory()
    for schema, channel, message in _messages(folder):
        if channel.topic == f"/camera/{sensor_id}":
            decode = decoders.decoder_for(channel.message_encoding, schema)
            assert decode is not None, "our own writer registered the schema"
            jpeg = np.frombuffer(decode(message.data).data, dtype=np.uint8)
            rgb = cv2.imdecode(jpeg, cv2.IMREAD_COLOR_RGB)
            if rgb is not None:
                yield message.log_time, rgb.astype(np.uint8, copy=False)


def _messages(folder: Path) -> Iterator[tuple[Any, Any, Any]]:
    path = folder / "drive.mcap"
    if not path.is_file():
        raise ConfigError(f"{path}: no such file; want a run's folder")
    with path.open("rb") as file:
        try:
            yield from NonSeekingReader(file).iter_messages(log_time_order=False)
        except (McapError, EOFError):
            # A killed run's file stops in the middle of a record: what came before is whole.
            return


def _stamp(t_ns: int) -> Any:
    return fox.Timestamp(t_ns // NS_PER_S, t_ns % NS_PER_S)


def _image_message(frame: CameraFrame) -> Any:
    bgr = cv2.cvtColor(frame.image_rgb, cv2.COLOR_RGB2BGR)
    _, jpeg = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    stamp = _stamp(frame.t_ns)
    return fox.CompressedImage(timestamp=stamp, frame_id=frame.sensor_id, data=jpeg.tobytes(), format="jpeg")


def _cloud_message(frame: LidarFrame) -> Any:
    points = np.column_stack([frame.T_ego_sensor.points(frame.points_sensor_m), frame.intensity]).astype(np.float32)
    number = fox.PackedElementFieldNumericType.Float32
    fields = [
        fox.PackedElementField(name=n, offset=4 * i, type=number) for i, n in enumerate(("x", "y", "z", "intensity"))
    ]
    return fox.PointCloud(
        timestamp=_stamp(frame.t_ns), frame_id="ego", point_stride=16, fields=fields, data=points.tobytes()
    )


def _cube(center_m: Any, size_m: Any, yaw_rad: float, rgb: tuple[float, float, float]) -> Any:
    turn = fox.Quaternion(x=0.0, y=0.0, z=float(np.sin(yaw_rad / 2)), w=float(np.cos(yaw_rad / 2)))
    position = fox.Vector3(x=float(center_m[0]), y=float(center_m[1]), z=float(center_m[2]))
    size = fox.Vector3(x=float(size_m[0]), y=float(size_m[1]), z=float(size_m[2]))
    color = fox.Color(r=rgb[0], g=rgb[1], b=rgb[2], a=0.5)
    return fox.CubePrimitive(pose=fox.Pose(position=position, orientation=turn), size=size, color=color)


def _truth_message(truth: GroundTruth) -> Any:
    o = truth.objects
    cubes = [
        _cube(o.center_world_m[i], o.size_lwh_m[i], float(o.yaw_world_rad[i]), (0.2, 0.8, 0.3)) for i in range(len(o))
    ]
    entity = fox.SceneEntity(timestamp=_stamp(truth.t_ns), frame_id="world", id="truth", cubes=cubes)
    return fox.SceneUpdate(entities=[entity])


def _tracks_message(tracks: Tracks) -> Any:
    entities = [
        fox.SceneEntity(
            timestamp=_stamp(tracks.t_ns),
            frame_id="world",
            id=str(track_id),
            cubes=[
                _cube(tracks.center_world_m[i], tracks.size_lwh_m[i], float(tracks.yaw_world_rad[i]), (0.9, 0.4, 0.1))
            ],
        )
        for i, track_id in enumerate(tracks.track_id)
    ]
    return fox.SceneUpdate(entities=entities)


def _state(tick: Tick, output: StackOutput, sample: Sample) -> dict[str, Any]:
    plan, truth = output.plan, tick.truth
    return {
        "sample": _finite(dataclasses.asdict(sample)),
        "ego": {
            "position_world_m": _rounded(truth.ego.T_world_ego.translation_m),
            "yaw_world_rad": round(truth.ego.T_world_ego.yaw_rad, 5),
        },
        "truth": {
            "role": list(truth.objects.role),
            "center_world_m": _rounded(truth.objects.center_world_m),
            "size_lwh_m": _rounded(truth.objects.size_lwh_m),
            "yaw_world_rad": _rounded(truth.objects.yaw_world_rad),
        },
        "detections": [_detections(d) for d in output.detections],
        "image_detections": [_image_detections(d) for d in output.image_detections],
        "tracks": {
            "track_id": output.tracks.track_id.tolist(),
            "center_world_m": _rounded(output.tracks.center_world_m),
            "size_lwh_m": _rounded(output.tracks.size_lwh_m),
            "yaw_world_rad": _rounded(output.tracks.yaw_world_rad),
            "velocity_world_mps": _rounded(output.tracks.velocity_world_mps),
            "existence": _rounded(output.tracks.existence),
            "class_prob": _rounded(output.tracks.class_prob),
            "status": output.tracks.status.tolist(),
        },
        "plan": {
            "pose_world": _rounded(plan.pose_world),
            "speed_mps": _rounded(plan.speed_mps),
            "status": plan.status.value,
            "reason": plan.reason,
            "blocking_track_id": plan.blocking_track_id,
        },
        "command": {"accel_mps2": output.command.accel_mps2, "steer_rad": output.command.steer_rad},
        "control": dataclasses.asdict(output.control),
        "missing": sorted(tick.bundle.missing),
        "stage_ms": {name: round(value, 2) for name, value in output.stage_ms.items()},
    }


def _detections(detections: Detections) -> dict[str, Any]:
    return {
        "sensor_id": detections.sensor_id,
        "center_ego_m": _rounded(detections.center_ego_m),
        "size_lwh_m": _rounded(detections.size_lwh_m),
        "yaw_ego_rad": _rounded(detections.yaw_ego_rad),
        "class_id": detections.class_id.tolist(),
        "score": _rounded(detections.score),
    }


def _image_detections(detections: ImageDetections) -> dict[str, Any]:
    return {
        "sensor_id": detections.sensor_id,
        "box_px": _rounded(detections.box_px),
        "class_id": detections.class_id.tolist(),
        "score": _rounded(detections.score),
    }


def _rounded(values: Any) -> Any:
    return np.round(np.asarray(values, dtype=np.float64), 4).tolist()


def _finite(values: dict[str, Any]) -> dict[str, Any]:
    """JSON has no infinity: an absent gap or time to collision becomes null."""
    return {k: None if isinstance(v, float) and not np.isfinite(v) else v for k, v in values.items()}
