"""Faults put on the sensors of a rig: named on the command line, applied to each bundle, with an account of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from moosetest.config import ConfigError
from moosetest.registry import UnknownNameError, nearest_hint
from moosetest.sensing import (
    CameraFrame,
    GnssSample,
    ImuSample,
    LidarFrame,
    OdometrySample,
    RadarFrame,
    SensorBundle,
    SensorFrame,
)
from sim.faults import FAULTS, Fault
from sim.rig import Mount, Rig

INSTRUMENTS: dict[str, type[SensorFrame]] = {"gnss": GnssSample, "imu": ImuSample, "odometry": OdometrySample}
"""What every rig has besides its cameras, LiDARs and radars; a fault spoils them only when it names them."""


@dataclass(frozen=True, slots=True)
class FaultSpec:
    """A fault by name and severity in [0, 1], of one sensor or (None) of each of the rig's that it can spoil."""

    name: str
    severity: float
    sensor_id: str | None = None

    @classmethod
    def parse(cls, text: str) -> FaultSpec:
        """From `NAME=SEVERITY` or `NAME=SEVERITY@SENSOR`.

        Raises:
            ConfigError: it is not written so, or the severity is not in [0, 1].
            UnknownNameError: no such fault.
        """
        name, _, rest = text.partition("=")
        number, at, sensor_id = rest.partition("@")
        form = f"fault {text!r}: want NAME=SEVERITY or NAME=SEVERITY@SENSOR, severity from 0 to 1"
        try:
            severity = float(number)
        except ValueError as error:
            raise ConfigError(form) from error
        if at and not sensor_id:
            raise ConfigError(form)
        spec = cls(name, severity, sensor_id or None)
        spec.build()
        return spec

    def build(self) -> Fault:
        """The fault, to be reset for a sensor.

        Raises:
            ConfigError: the severity is not in [0, 1].
            UnknownNameError: no such fault.
        """
        return FAULTS.build(self.name, severity=self.severity)

    def __str__(self) -> str:
        return f"{self.name}={self.severity:g}" + (f"@{self.sensor_id}" if self.sensor_id else "")


@dataclass(slots=True)
class SensorToll:
    """What became of a sensor's frames, in ticks: each is counted under the gravest thing that happened to it."""

    whole: int = 0
    altered: int = 0
    stale: int = 0
    lost: int = 0

    def count(self, sent: SensorFrame | None, came: SensorFrame | None) -> None:
        """Add one tick."""
        if came is None:
            self.lost += 1
        elif sent is None or came.seq != sent.seq:
            self.stale += 1
        elif came is not sent:
            self.altered += 1
        else:
            self.whole += 1


class SensorFaults:
    """The faults of one run; the same specs, rig, seed and bundles give the same bytes.

    Args:
        specs: applied to a sensor one after the other, in this order.
        rig: the sensors that there are.
        seed: decides all that the faults draw, each fault of each sensor by itself.
        spared: sensors that are left whole all the same; the others draw what they would have drawn.

    Raises:
        UnknownNameError: a spec names a fault or a sensor that is not there.
        ConfigError: a spec names a sensor that its fault cannot spoil.
    """

    def __init__(self, specs: Sequence[FaultSpec], rig: Rig, seed: int, spared: frozenset[str] = frozenset()) -> None:
        self.effects: dict[str, str] = {}
        self.toll: dict[str, SensorToll] = {}
        self._chains: dict[str, list[Fault]] = {}
        mounts = _mounts(rig)
        for number, spec in enumerate(specs):
            pattern = spec.build()
            self.effects[str(spec)] = pattern.effect
            for sensor_id in _spoiled(spec, pattern.suits, mounts):
                if sensor_id in spared:
                    continue
                mount, _ = mounts[sensor_id]
                fault = spec.build()
                fault.reset(mount, np.random.default_rng([seed, number, *sensor_id.encode()]))
                self._chains.setdefault(sensor_id, []).append(fault)

    def apply(self, bundle: SensorBundle) -> SensorBundle:
        """What the stack gets of `bundle`: a frame that does not come is named in `missing`, and never made up."""
        frames, missing = dict(bundle.frames), set(bundle.missing)
        for sensor_id, chain in self._chains.items():
            if sensor_id not in bundle.frames and sensor_id not in bundle.missing:
                continue  # this run does not have the sensor
            sent = came = frames.pop(sensor_id, None)
            for fault in chain:
                came = fault.afflict(came, bundle.t_ns)
            self.toll.setdefault(sensor_id, SensorToll()).count(sent, came)
            missing.discard(sensor_id)
            if came is None:
                missing.add(sensor_id)
            else:
                frames[sensor_id] = came
        return replace(bundle, frames=frames, missing=frozenset(missing))


def _mounts(rig: Rig) -> dict[str, tuple[Mount, type[SensorFrame]]]:
    mounts: dict[str, tuple[Mount, type[SensorFrame]]] = {}
    mounts |= {mount.sensor_id: (mount, CameraFrame) for mount in rig.cameras}
    mounts |= {mount.sensor_id: (mount, LidarFrame) for mount in rig.lidars}
    mounts |= {mount.sensor_id: (mount, RadarFrame) for mount in rig.radars}
    origin = {"x_m": 0.0, "y_m": 0.0, "z_m": 0.0}
    return mounts | {name: (Mount(sensor_id=name, **origin), kind) for name, kind in INSTRUMENTS.items()}


def _spoiled(
    spec: FaultSpec, suits: tuple[type[SensorFrame], ...], mounts: dict[str, tuple[Mount, type[SensorFrame]]]
) -> list[str]:
    """The sensors that `spec` is about, whose fault can spoil the frames `suits`."""
    fitting = [name for name, (_, frame_type) in mounts.items() if issubclass(frame_type, suits)]
    if spec.sensor_id is None:
        return [name for name in fitting if name not in INSTRUMENTS]
    if spec.sensor_id not in mounts:
        hint = nearest_hint(spec.sensor_id, list(mounts))
        raise UnknownNameError(f"fault {spec}: no sensor {spec.sensor_id!r} in the rig: {hint}")
    if spec.sensor_id not in fitting:
        raise ConfigError(f"fault {spec}: {spec.name} cannot spoil it; want one of {', '.join(fitting)}")
    return [spec.sensor_id]
