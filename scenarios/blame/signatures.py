"""The error of each module in one run, measured against truth and held against a norm: the evidence beside the blame.

All of it from the states of a run's bundle that has what the sensors had in sight. Errors of different kinds are
compared by their excess: how often the way from what a module is designed for to its norm. Of several causes people
name the least normal one (Halpern and Hitchcock, 2015), and so does `erring`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import degrees, radians
from typing import Any

import numpy as np

from moosetest.arrays import FloatArray
from moosetest.objects import TrackStatus
from moosetest.timing import NS_PER_S, TICK_NS
from scenarios.blame.matched import Residuals, Sightings, residuals_of, sightings_of
from scenarios.drive.modules import SENSORS, Module, module_of
from sim.rig import CameraMount, Mount, Rig

MIN_RECALL = 0.5
"""Of the ticks in which a thing is large and free enough: a tracker follows what is found every other time."""
MAX_YAW_RAD = radians(1.0)
"""A parking bump turns a bracket by 0.5 to 2 degrees; factories align to a few tenths."""
MAX_YAW_SCATTER_RAD = radians(0.8)
"""Residuals that scatter wider are those of boxes, not of a calibration: half a person's width at 20 m."""
MAX_BIAS_M = 2.0
"""Half a car's length: the far side of a thing is a guess."""
FUSION_LAG_S, MAX_FUSION_LAG_S = 0.3, 1.0
"""From the first box to a track that is believed: three confirming sweeps; with as many misses again, and some."""
ACTUATION_LAG_S, MAX_ACTUATION_LAG_S = 0.2, 0.35
"""A tick of latency by design and another for brakes to build up; and one to spare: the next is too late."""
MIN_SAMPLES = 8
BRAKING_MPS2 = -1.0
LAGS = range(16)
"""Ticks that an actuation's delay is looked for in: up to 1.5 s."""
WINDOW_TICKS = 20


@dataclass(frozen=True, slots=True)
class Evidence:
    """One measured error; `usual` is what the module is designed for, `norm` what is tolerated, None if all is."""

    module: Module
    what: str
    value: float
    unit: str
    usual: float
    norm: float | None
    is_beyond: bool
    text: str

    @property
    def excess(self) -> float:
        """0 for what is usual, 1 at the norm."""
        if self.norm is None:
            return 0.0
        return (abs(self.value) - self.usual) / (self.norm - self.usual)


def evidence(states: Sequence[Mapping[str, Any]], rig: Rig, modules: Sequence[Module]) -> list[Evidence]:
    """All that can be told of the errors of `modules` in a run.

    Args:
        states: of the bundle, tick by tick, with `to_be_seen`.
        rig: the true mounts.
        modules: of the stack.
    """
    found: list[Evidence] = []
    for mount in rig.mounts:
        if module_of(mount) in modules:
            found += _of_sensor(states, mount)
    if Module.FUSION in modules:
        found += _of_fusion(states)
    return [*found, *_of_control(states)]


def erring(found: Iterable[Evidence]) -> tuple[Module, ...]:
    """The modules with an error beyond its norm, the least normal one first.

    Fusion is not among them where a sensor is: what it makes of wrong boxes is no measure of it.
    """
    worst: dict[Module, float] = {}
    for item in found:
        if item.is_beyond:
            worst[item.module] = max(item.excess, worst.get(item.module, 0.0))
    if any(module in worst for module in SENSORS):
        worst.pop(Module.FUSION, None)
    return tuple(sorted(worst, key=lambda module: (-worst[module], module)))


def _of_sensor(states: Sequence[Mapping[str, Any]], mount: Mount) -> list[Evidence]:
    module, name = module_of(mount), mount.sensor_id
    found = recall(sightings_of(states, mount), module, name)
    if not isinstance(mount, CameraMount):
        found += offsets(residuals_of(states, mount), module, name)
    return found


def recall(sightings: Sightings, module: Module, name: str) -> list[Evidence]:
    """How much of what a perfect detector reports was found, and when first."""
    if sightings.wanted < MIN_SAMPLES:
        return []
    share = sightings.found / sightings.wanted
    text = f"{name} found {share:.0%} of what was there to find ({sightings.wanted} boxes)"
    return [Evidence(module, "recall", share, "", 1.0, MIN_RECALL, share < MIN_RECALL, text)]


def offsets(residuals: Residuals, module: Module, name: str) -> list[Evidence]:
    """A constant turn of the sensor, boxes too near or too far, and boxes that are late."""
    if len(residuals.bearing_rad) < MIN_SAMPLES:
        return []
    turn_rad = float(np.median(residuals.bearing_rad))
    scatter_rad = 1.4826 * float(np.median(np.abs(residuals.bearing_rad - turn_rad)))
    is_turned = abs(turn_rad) > MAX_YAW_RAD and scatter_rad < max(MAX_YAW_SCATTER_RAD, abs(turn_rad) / 2.0)
    text = f"{name} is turned by {degrees(turn_rad):+.1f}° (scatter {degrees(scatter_rad):.1f}°)"
    text += ": calibration" if is_turned else ""
    bias_m = float(np.median(residuals.range_m))
    return [
        Evidence(module, "yaw offset", degrees(turn_rad), "deg", 0.0, degrees(MAX_YAW_RAD), is_turned, text),
        Evidence(
            module,
            "range bias",
            bias_m,
            "m",
            0.0,
            MAX_BIAS_M,
            abs(bias_m) > MAX_BIAS_M,
            f"{name} puts things {bias_m:+.1f} m along the line of sight",
        ),
    ]


def _of_fusion(states: Sequence[Mapping[str, Any]]) -> list[Evidence]:
    seen_s = [state["sample"]["t_s"] for state in states if state["sample"]["seen_by"]]
    if not seen_s:
        return []
    believed = [state["sample"] for state in states if _is_believed(state)]
    late_s = (believed[0]["t_s"] if believed else states[-1]["sample"]["t_s"]) - seen_s[0]
    text = f"believes in the target {late_s:.1f} s after a sensor's first box of it"
    if not believed:
        text = "never believes in the target, which a sensor has seen"
    beyond = not believed or late_s > MAX_FUSION_LAG_S
    found = [Evidence(Module.FUSION, "lag", late_s, "s", FUSION_LAG_S, MAX_FUSION_LAG_S, beyond, text)]
    if believed:
        error_m = float(np.median([sample["track_error_m"] for sample in believed]))
        text = f"its track of the target is {error_m:.1f} m off (median)"
        found.append(Evidence(Module.FUSION, "track error", error_m, "m", 0.0, None, False, text))
    return found


def _is_believed(state: Mapping[str, Any]) -> bool:
    tracks, track_id = state["tracks"], state["sample"]["track_id"]
    if track_id < 0:
        return False
    return bool(tracks["status"][tracks["track_id"].index(track_id)] != int(TrackStatus.TENTATIVE))


def _of_control(states: Sequence[Mapping[str, Any]]) -> list[Evidence]:
    asked_mps2 = np.array([state["command"]["accel_mps2"] for state in states])
    speed_mps = np.array([state["sample"]["speed_mps"] for state in states])
    lag_s = actuation_lag_s(asked_mps2, speed_mps)
    if lag_s is None:
        return []
    text = f"the car brakes {lag_s:.1f} s after it is asked to"
    beyond = lag_s > MAX_ACTUATION_LAG_S
    return [Evidence(Module.CONTROL, "braking lag", lag_s, "s", ACTUATION_LAG_S, MAX_ACTUATION_LAG_S, beyond, text)]


def actuation_lag_s(asked_mps2: FloatArray, speed_mps: FloatArray) -> float | None:
    """The lag at which what was asked (T,) tells best what the speed (T,) does, about where braking begins.

    None when braking is asked for nowhere, or too near to the end or to standstill to tell.
    """
    accel_mps2 = np.diff(speed_mps, append=speed_mps[-1:]) * NS_PER_S / TICK_NS
    onsets = np.flatnonzero((asked_mps2[1:] < BRAKING_MPS2) & (asked_mps2[:-1] >= BRAKING_MPS2)) + 1
    if asked_mps2[0] < BRAKING_MPS2:
        onsets = np.r_[0, onsets]
    if not len(onsets):
        return None
    ticks = np.unique(np.concatenate([np.arange(at - 5, at + WINDOW_TICKS) for at in onsets]))
    ticks = ticks[(ticks >= LAGS.stop) & (ticks < len(speed_mps) - 1)]
    ticks = ticks[speed_mps[ticks] > 1.0]
    if len(ticks) < MIN_SAMPLES:
        return None
    errors = [float(np.mean((asked_mps2[ticks - lag] - accel_mps2[ticks]) ** 2)) for lag in LAGS]
    return int(np.argmin(errors)) * TICK_NS / NS_PER_S
