"""A run bundle read whole: what was driven, what every tick said, pictures and returns, as far as the file goes."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from moosetest.config import ConfigError
from moosetest.frames import Transform
from moosetest.timing import NS_PER_S
from scenarios.drive.bundle import ABOUT_TOPIC, STATE_TOPIC, read_messages, read_verdict

State = dict[str, Any]
"""What one tick said, as the bundle has it."""


@dataclass(frozen=True, slots=True, eq=False)
class Camera:
    """A camera as the stack was told of it; `T_ego_camera` in optical axes."""

    sensor_id: str
    K_px: NDArray[np.float64]
    image_size_px: tuple[int, int]
    T_ego_camera: Transform


@dataclass(slots=True, eq=False)
class DriveLog:
    """One run.

    `seats` are the sensors' poses in the ego frame. `images` are JPEGs, `clouds` (N, 4) float32 points x, y, z in the
    ego frame with intensity or range rate, each with its time in ns. `lane_borders_m` are (K, 3) lines in
    the world. `verdict` is None of a run that never came to one.
    """

    folder: Path
    about: dict[str, Any] = field(default_factory=dict)
    verdict: dict[str, Any] | None = None
    states: list[State] = field(default_factory=list)
    seats: dict[str, Transform] = field(default_factory=dict)
    cameras: dict[str, Camera] = field(default_factory=dict)
    images: dict[str, list[tuple[int, bytes]]] = field(default_factory=dict)
    clouds: dict[str, list[tuple[int, NDArray[np.float32]]]] = field(default_factory=dict)
    lane_borders_m: list[NDArray[np.float64]] = field(default_factory=list)

    @property
    def times_s(self) -> list[float]:
        """Simulated time of each tick."""
        return [state["sample"]["t_s"] for state in self.states]

    @property
    def target(self) -> str:
        """Role of the actor that the case is about; empty when the bundle does not say."""
        return str(self.about.get("target", ""))

    def column(self, name: str) -> list[Any]:
        """One quantity of the samples over the run; None where there is none."""
        return [state["sample"][name] for state in self.states]


def t_ns_of(state: State) -> int:
    """Time of a tick, exact."""
    return round(state["sample"]["t_s"] * NS_PER_S)


def T_world_ego_of(state: State) -> Transform:
    """Where the car truly was."""
    ego = state["ego"]
    return _transform("world", "ego", ego["position_world_m"], ego["rotation_wxyz"])


def read_drive(folder: Path) -> DriveLog:
    """The run in `folder`, finished or killed.

    Raises:
        ConfigError: no run bundle, or one without a single whole tick.
    """
    log = DriveLog(folder)
    reader = _Reader(log)
    for topic, t_ns, value in read_messages(folder):
        reader.take(topic, t_ns, value)
    if not log.states:
        raise ConfigError(f"{folder / 'drive.mcap'}: no whole tick in it; want the folder of a run")
    if (folder / "verdict.json").is_file():
        log.verdict = read_verdict(folder)
        log.about = {**log.verdict, **log.about}
    return log


class _Reader:
    """Puts each message of a bundle where it belongs."""

    def __init__(self, log: DriveLog) -> None:
        self._log = log

    def take(self, topic: str, t_ns: int, value: Any) -> None:
        log = self._log
        kind, _, name = topic.strip("/").partition("/")
        if topic == STATE_TOPIC:
            log.states.append(value)
        elif topic == ABOUT_TOPIC:
            log.about = value
        elif kind == "tf":
            self._place(value)
        elif kind == "map":
            log.lane_borders_m = [_line_m(line) for entity in value.entities for line in entity.lines]
        elif kind == "calibration":
            K_px = np.reshape(value.K, (3, 3))
            log.cameras[name] = Camera(name, K_px, (value.width, value.height), log.seats[name])
        elif kind == "camera":
            log.images.setdefault(name, []).append((t_ns, value.data))
        elif kind in ("lidar", "radar"):
            rows = np.frombuffer(value.data, np.float32).reshape(-1, value.point_stride // 4)
            log.clouds.setdefault(name, []).append((t_ns, rows))

    def _place(self, transforms: Any) -> None:
        for placed in transforms.transforms:
            if placed.parent_frame_id == "ego":
                at, q = placed.translation, placed.rotation
                name = placed.child_frame_id
                self._log.seats[name] = _transform("ego", name, (at.x, at.y, at.z), (q.w, q.x, q.y, q.z))


def _line_m(line: Any) -> NDArray[np.float64]:
    return np.array([(p.x, p.y, p.z) for p in line.points])


def _transform(dst: str, src: str, at_m: Any, wxyz: Any) -> Transform:
    matrix = np.eye(4)
    matrix[:3, :3] = Rotation.from_quat(np.asarray(wxyz), scalar_first=True).as_matrix()
    matrix[:3, 3] = at_m
    return Transform(dst, src, matrix)
