"""Where two runs part: the first tick in which each stage of one says something else than the other's."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from scenarios.view.drive_log import DriveLog, State, t_ns_of
from scenarios.view.story import deed

WANTED_MPS2 = 0.5
"""Commands that differ by less feel the same; a car at 14 m/s that obeys for 1 s is 25 cm away from the other."""
DECISION = "decision"
"""What the planner is about, and why."""
PLACE_M = 0.1
"""Cars nearer than this are in the same place: half of what a lane-keeping car sways by."""


@dataclass(frozen=True, slots=True)
class Divergence:
    """From `t_s` on: `what` differed then for the first time, and how."""

    t_s: float
    what: str
    text: str


def divergences(a: DriveLog, b: DriveLog) -> list[Divergence]:
    """The first of each stage, by time; empty for equal runs. Runs are aligned by simulated time from their start."""
    pairs = _aligned(a, b)
    found = []
    for what, differs in _STAGES:
        for first, second in pairs:
            if text := differs(first, second):
                found.append(Divergence(first["sample"]["t_s"], what, text))
                break
    ends_s = min(a.times_s[-1], b.times_s[-1])
    if a.times_s[-1] != b.times_s[-1]:
        longer, shorter = ("A", "B") if a.times_s[-1] > ends_s else ("B", "A")
        found.append(Divergence(ends_s, f"end of {shorter}", f"only {longer} goes on"))
    return sorted(found, key=lambda d: d.t_s)


def _aligned(a: DriveLog, b: DriveLog) -> list[tuple[State, State]]:
    second = {t_ns_of(state): state for state in b.states}
    return [(state, second[t_ns_of(state)]) for state in a.states if t_ns_of(state) in second]


def _seen(a: State, b: State) -> str:
    first, second = (set(state["sample"]["seen_by"]) for state in (a, b))
    return "" if first == second else f"{_names(first)} | {_names(second)}"


def _names(sensor_ids: set[str]) -> str:
    return ", ".join(sorted(sensor_ids)) or "no sensor"


def _detections(a: State, b: State) -> str:
    for kind in ("image_detections", "detections"):
        first, second = _by_sensor(a[kind]), _by_sensor(b[kind])
        for sensor_id in sorted(first.keys() | second.keys()):
            if first.get(sensor_id) != second.get(sensor_id):
                return f"{sensor_id}: {_count(first.get(sensor_id))} | {_count(second.get(sensor_id))}"
    return ""


def _by_sensor(detections: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """More than one detector may listen to a sensor."""
    told: dict[str, list[dict[str, Any]]] = {}
    for of_one in detections:
        told.setdefault(of_one["sensor_id"], []).append(of_one)
    return told


def _count(detections: list[dict[str, Any]] | None) -> str:
    return "not used" if detections is None else f"{sum(len(d['score']) for d in detections)} boxes"


def _tracks(a: State, b: State) -> str:
    if a["tracks"] == b["tracks"]:
        return ""
    return f"{len(a['tracks']['track_id'])} tracks | {len(b['tracks']['track_id'])} tracks"


def _decision(a: State, b: State) -> str:
    first, second = ((deed(state["plan"]["reason"]), state["plan"]["status"]) for state in (a, b))
    return "" if first == second else f"{a['plan']['reason']} | {b['plan']['reason']}"


def _wish(a: State, b: State) -> str:
    first, second = (state["command"]["accel_mps2"] for state in (a, b))
    return f"{first:.1f} | {second:.1f} m/s²" if abs(first - second) > WANTED_MPS2 else ""


def _place(a: State, b: State) -> str:
    apart_m = math.dist(a["ego"]["position_world_m"], b["ego"]["position_world_m"])
    return f"{apart_m:.2f} m apart" if apart_m > PLACE_M else ""


_STAGES: tuple[tuple[str, Callable[[State, State], str]], ...] = (
    ("detections", _detections),
    ("who sees the target", _seen),
    ("tracks", _tracks),
    (DECISION, _decision),
    ("wanted acceleration", _wish),
    ("the car's place", _place),
)
"""Along the chain from the sensors to the road."""
