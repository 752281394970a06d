"""Which sensors the car carries, where, and how they are set: read from TOML files beside this one or from a user's."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from math import pi, radians, tan
from pathlib import Path

import numpy as np

from moosetest.arrays import FloatArray
from moosetest.config import ConfigError, from_toml
from moosetest.frames import R_BODY_OPTICAL, Transform
from moosetest.timing import NS_PER_S, TICK_NS

_RIGS = Path(__file__).parent / "rigs"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mount:
    """Where a sensor sits in the ego frame; angles in degrees, yaw to the left, pitch nose down (ISO 8855)."""

    sensor_id: str
    x_m: float
    y_m: float
    z_m: float
    pitch_deg: float = 0.0
    yaw_deg: float = 0.0

    @property
    def T_ego_body(self) -> Transform:
        """Mount axes: x forward, y left, z up."""
        rpy_rad = (0.0, radians(self.pitch_deg), radians(self.yaw_deg))
        return Transform.from_xyz_rpy("ego", self.sensor_id, (self.x_m, self.y_m, self.z_m), rpy_rad)


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraMount(Mount):
    """A pinhole camera; `fov_deg` is horizontal."""

    width_px: int
    height_px: int
    fov_deg: float

    @property
    def K_px(self) -> FloatArray:
        """(3, 3) pinhole matrix for pixel centres at integers."""
        focal_px = self.width_px / (2.0 * tan(radians(self.fov_deg) / 2.0))
        return np.array(
            [[focal_px, 0.0, (self.width_px - 1) / 2.0], [0.0, focal_px, (self.height_px - 1) / 2.0], [0.0, 0.0, 1.0]]
        )

    @property
    def T_ego_optical(self) -> Transform:
        """Optical axes: x right, y down, z forward."""
        body = self.T_ego_body
        matrix = body.matrix.copy()
        matrix[:3, :3] = matrix[:3, :3] @ R_BODY_OPTICAL
        return Transform("ego", self.sensor_id, matrix)


@dataclass(frozen=True, slots=True, kw_only=True)
class LidarMount(Mount):
    """A scanning LiDAR: `channels` beams between lower and upper, `columns` directions over the horizontal field.

    One with `physics` hears by the range equation, through the weather, instead of by CARLA's formulas.
    """

    channels: int
    columns: int
    range_m: float
    upper_fov_deg: float
    lower_fov_deg: float
    horizontal_fov_deg: float = 360.0
    physics: bool = False

    @property
    def points_per_second(self) -> int:
        """For one sweep a tick."""
        return self.channels * self.columns * NS_PER_S // TICK_NS


@dataclass(frozen=True, slots=True, kw_only=True)
class RadarMount(Mount):
    """A radar with an elliptic field of view and `points_per_tick` rays.

    With `physics` it is the embedded server's physical instrument, and `points_per_tick` its most detections.
    """

    points_per_tick: int
    range_m: float
    horizontal_fov_deg: float
    vertical_fov_deg: float
    physics: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Rig:
    """All sensors of a car. GNSS, IMU and odometry are always there: `gnss`, `imu`, `odometry`."""

    name: str
    cameras: tuple[CameraMount, ...] = ()
    lidars: tuple[LidarMount, ...] = ()
    radars: tuple[RadarMount, ...] = ()

    def __post_init__(self) -> None:
        ids = self.sensor_ids
        if len(set(ids)) != len(ids):
            raise ConfigError(f"rig {self.name}: sensor_id repeats in {', '.join(ids)}; want each once")
        for camera in self.cameras:
            if not 0.0 < radians(camera.fov_deg) < pi:
                raise ConfigError(f"rig {self.name}: {camera.sensor_id}.fov_deg is {camera.fov_deg}; want 0 to 180")

    @property
    def mounts(self) -> tuple[Mount, ...]:
        """Cameras, LiDARs and radars, in the file's order."""
        return (*self.cameras, *self.lidars, *self.radars)

    @property
    def sensor_ids(self) -> list[str]:
        """Ids of cameras, LiDARs and radars, in the file's order."""
        return [mount.sensor_id for mount in self.mounts]

    def only(self, sensor_ids: frozenset[str]) -> Rig:
        """The same rig with the named sensors alone."""
        return Rig(
            name=self.name,
            cameras=tuple(m for m in self.cameras if m.sensor_id in sensor_ids),
            lidars=tuple(m for m in self.lidars if m.sensor_id in sensor_ids),
            radars=tuple(m for m in self.radars if m.sensor_id in sensor_ids),
        )


def load_rig(name_or_path: str = "default") -> Rig:
    """A rig by name, or from a user's TOML file.

    Raises:
        ConfigError: no such rig, or a file that does not fit.
    """
    path = Path(name_or_path)
    if path.suffix == ".toml":
        return from_toml(Rig, path)
    known = sorted(p.stem for p in _RIGS.glob("*.toml"))
    if name_or_path not in known:
        close = get_close_matches(name_or_path, known, n=1)
        hint = f"did you mean {close[0]!r}?" if close else "known: " + ", ".join(known)
        raise ConfigError(f"unknown rig {name_or_path!r}: {hint} (or a .toml file)")
    return from_toml(Rig, _RIGS / f"{name_or_path}.toml")
