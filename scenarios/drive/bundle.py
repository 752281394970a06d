"""The run bundle: `drive.mcap`, readable up to the moment a run is killed, and `verdict.json`, whole or not there."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

import cv2
import numpy as np
from mcap.exceptions import McapError
from mcap.reader import NonSeekingReader
from mcap.writer import Writer
from mcap_protobuf.decoder import DecoderFactory
from numpy.typing import NDArray

from moosetest.config import ConfigError
from moosetest.motion import Plan
from moosetest.objects import Detections, ImageDetections
from moosetest.sensing import CameraFrame, LidarFrame, RadarFrame, SensorFrame
from scenarios.drive import foxglove_messages as messages
from scenarios.drive.perfect import to_be_seen
from scenarios.drive.record import Sample
from scenarios.drive.stack import StackOutput
from scenarios.writing import write_whole
from sim.rig import Rig
from sim.session import Tick

ABOUT_TOPIC = "/run"
STATE_TOPIC = "/state"
CHUNK_BYTES = 4_096
"""Smaller than what one tick writes, so that a killed run loses no more than its last tick or two."""
_JSON_SCHEMA = "moosetest.Json"


class BundleWriter:
    """Writes `drive.mcap` tick by tick; use as a context manager.

    Args:
        folder: made if missing; an earlier run's files in it go.
        about: what is driven, for who opens the bundle of a run that never came to its verdict.
        with_sensors: whether pictures and sweeps are kept: without them a bundle is a hundredth in size.
    """

    def __init__(self, folder: Path, about: Mapping[str, Any], with_sensors: bool = True) -> None:
        self._with_sensors = with_sensors
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "verdict.json").unlink(missing_ok=True)
        self._file = (folder / "drive.mcap").open("wb")
        self._writer = Writer(self._file, chunk_size=CHUNK_BYTES)
        self._channels: dict[str, int] = {}
        self._schemas: dict[str, int] = {}
        self._about = dict(about)
        self._placed: set[str] = set()
        self._writer.start(profile="", library="moosetest")

    def __enter__(self) -> BundleWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._writer.finish()
        self._file.close()

    def write(self, tick: Tick, output: StackOutput, sample: Sample, rig: Rig) -> None:
        """Add one tick: sensors, truth, every stage's output, and what the sensors of `rig` had in sight, if told."""
        t_ns = tick.truth.t_ns
        if ABOUT_TOPIC not in self._channels:
            self._add_json(ABOUT_TOPIC, t_ns, self._about)
            self._add("/map/lanes", t_ns, messages.lanes_message(t_ns, output.world.lanes))
        self._add("/tf", t_ns, messages.transforms_message(t_ns, [tick.truth.ego.T_world_ego]))
        for frame in tick.bundle.frames.values() if self._with_sensors else ():
            self._add_frame(frame, t_ns)
        self._add("/truth/objects", t_ns, messages.truth_message(tick.truth))
        self._add("/fusion/tracks", t_ns, messages.tracks_message(output.tracks))
        self._add_json(STATE_TOPIC, t_ns, _state(tick, output, sample, rig))
        self._file.flush()

    def _add_frame(self, frame: SensorFrame, t_ns: int) -> None:
        name = frame.sensor_id
        if name not in self._placed:
            self._placed.add(name)
            self._add("/tf", t_ns, messages.transforms_message(t_ns, [frame.T_ego_sensor]))
            if isinstance(frame, CameraFrame):
                self._add(f"/calibration/{name}", t_ns, messages.calibration_message(frame))
        if isinstance(frame, CameraFrame):
            self._add(f"/camera/{name}", t_ns, messages.image_message(frame))
        elif isinstance(frame, LidarFrame):
            self._add(f"/lidar/{name}", t_ns, messages.sweep_message(frame))
        elif isinstance(frame, RadarFrame):
            self._add(f"/radar/{name}", t_ns, messages.echoes_message(frame))

    def _add(self, topic: str, t_ns: int, message: Any) -> None:
        if topic not in self._channels:
            schema = message.get_schema()
            if schema.name not in self._schemas:
                self._schemas[schema.name] = self._writer.register_schema(schema.name, schema.encoding, schema.data)
            self._channels[topic] = self._writer.register_channel(topic, "protobuf", self._schemas[schema.name])
        self._writer.add_message(self._channels[topic], t_ns, message.encode(), t_ns)

    def _add_json(self, topic: str, t_ns: int, value: Any) -> None:
        if topic not in self._channels:
            if _JSON_SCHEMA not in self._schemas:
                anything = b'{"type": "object"}'
                self._schemas[_JSON_SCHEMA] = self._writer.register_schema(_JSON_SCHEMA, "jsonschema", anything)
            self._channels[topic] = self._writer.register_channel(topic, "json", self._schemas[_JSON_SCHEMA])
        self._writer.add_message(self._channels[topic], t_ns, json.dumps(value).encode(), t_ns)


def write_verdict(folder: Path, verdict: dict[str, Any]) -> None:
    """Write `verdict.json` whole: a reader finds the old one, the new one, or none."""
    write_whole(folder / "verdict.json", json.dumps(verdict, indent=2) + "\n")


def read_verdict(folder: Path) -> dict[str, Any]:
    """The verdict of a bundle.

    Raises:
        ConfigError: no verdict there, or what is there is none.
    """
    path = folder / "verdict.json"
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror}); want a finished run's folder") from error
    except (ValueError, TypeError) as error:
        raise ConfigError(f"{path}: not a verdict ({error}); want a finished run's folder") from error


def read_states(folder: Path) -> Iterator[dict[str, Any]]:
    """The state of each tick, up to where the file ends, however it ends."""
    for _, channel, message in _records(folder):
        if channel.topic == STATE_TOPIC:
            yield json.loads(message.data)


def read_images(folder: Path, sensor_id: str) -> Iterator[tuple[int, NDArray[np.uint8]]]:
    """Time in ns and picture (H, W, 3) RGB of each frame of one camera."""
    for _, t_ns, message in read_messages(folder, f"/camera/{sensor_id}"):
        rgb = cv2.imdecode(np.frombuffer(message.data, dtype=np.uint8), cv2.IMREAD_COLOR_RGB)
        if rgb is not None:
            yield t_ns, rgb.astype(np.uint8, copy=False)


def read_messages(folder: Path, topic: str | None = None) -> Iterator[tuple[str, int, Any]]:
    """Topic, time in ns and decoded message of everything, or of one topic, up to where the file ends.

    Raises:
        ConfigError: no bundle there.
    """
    decoders = DecoderFactory()
    for schema, channel, message in _records(folder):
        if topic not in (None, channel.topic):
            continue
        if channel.message_encoding == "json":
            yield channel.topic, message.log_time, json.loads(message.data)
        else:
            decode = decoders.decoder_for(channel.message_encoding, schema)
            assert decode is not None, "our own writer registered the schema"
            yield channel.topic, message.log_time, decode(message.data)


def _records(folder: Path) -> Iterator[tuple[Any, Any, Any]]:
    path = folder / "drive.mcap"
    if not path.is_file():
        raise ConfigError(f"{path}: no such file; want a run's folder")
    with path.open("rb") as file:
        try:
            yield from NonSeekingReader(file).iter_messages(log_time_order=False)
        except (McapError, EOFError):
            # A killed run's file stops in the middle of a record: what came before is whole.
            return


def _state(tick: Tick, output: StackOutput, sample: Sample, rig: Rig) -> dict[str, Any]:
    truth = tick.truth
    return {
        "sample": _finite(dataclasses.asdict(sample)),
        "ego": {
            "position_world_m": _rounded(truth.ego.T_world_ego.translation_m),
            "yaw_world_rad": round(truth.ego.T_world_ego.yaw_rad, 5),
            "rotation_wxyz": _rounded(messages.quaternions_wxyz(truth.ego.T_world_ego.matrix[None, :3, :3])[0]),
        },
        "truth": {
            "actor_id": truth.objects.actor_id.tolist(),
            "role": list(truth.objects.role),
            "class_id": truth.objects.class_id.tolist(),
            "center_world_m": _rounded(truth.objects.center_world_m),
            "size_lwh_m": _rounded(truth.objects.size_lwh_m),
            "yaw_world_rad": _rounded(truth.objects.yaw_world_rad),
            "rotation_wxyz": _rounded(messages.quaternions_wxyz(truth.objects.rotation)),
        },
        "contacts": [dataclasses.asdict(contact) for contact in tick.contacts],
        "to_be_seen": {
            mount.sensor_id: to_be_seen(truth, tick.sight[mount.sensor_id], mount).tolist()
            for mount in rig.mounts
            if mount.sensor_id in tick.sight
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
        "plan": _plan(output.plan),
        "command": {"accel_mps2": output.command.accel_mps2, "steer_rad": output.command.steer_rad},
        "control": dataclasses.asdict(output.control),
        "missing": sorted(tick.bundle.missing),
        "stage_ms": {name: round(value, 2) for name, value in output.stage_ms.items()},
    }


def _plan(plan: Plan) -> dict[str, Any]:
    told = {
        "pose_world": _rounded(plan.pose_world),
        "speed_mps": _rounded(plan.speed_mps),
        "status": plan.status.value,
        "reason": plan.reason,
        "blocking_track_id": plan.blocking_track_id,
    }
    if plan.envelope is not None:
        told["envelope"] = {
            name: value.tolist() if name == "track_id" else _rounded(value)
            for name, value in dataclasses.asdict(plan.envelope).items()
        }
    return told


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
