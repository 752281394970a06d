"""What happened in a drive, moment by moment: marks, and what the planner, the sensors and the belief were up to."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import rerun as rr

from moosetest.timing import NS_PER_S
from scenarios.view.drive_log import DriveLog, t_ns_of
from scenarios.view.sight import first_visible
from scenarios.view.timing import at

BRAKES_MPS2 = 1.0
"""A command to brake at least this hard is braking, and no letting go of the pedal."""
STATUS_COLORS = {"ok": 0x3C8C5AFF, "degraded": 0xC8963CFF, "emergency": 0xD23C3CFF}
DEED_COLORS = {
    "cruise": 0x3C6EA0FF,
    "keep": 0x3C6EA0FF,
    "follow": 0x3C8C8CFF,
    "caution": 0xA0A03CFF,
    "yield": 0xC8963CFF,
    "stop": 0xC86E3CFF,
    "hold": 0x8C6E5AFF,
    "slow": 0xA0783CFF,
    "brake": 0xD23C3CFF,
}
SEEN_COLORS = {"sees the target": 0x7C3AEDFF}
STEP_COLORS = {
    "visible": 0x5A7896FF,
    "tracked": 0x3C8C8CFF,
    "reacted": 0xA0783CFF,
    "braked": 0xC86E3CFF,
    "contact": 0xD23C3CFF,
}
LEVELS = {"ok": rr.TextLogLevel.INFO, "degraded": rr.TextLogLevel.WARN, "emergency": rr.TextLogLevel.ERROR}


@dataclass(frozen=True, slots=True)
class Mark:
    """A moment that matters; `step` is how far the drive has come with it, in a word, where it is such a step."""

    t_s: float
    text: str
    step: str = ""
    level: str = str(rr.TextLogLevel.INFO)


def marks(log: DriveLog) -> list[Mark]:
    """First visible, first seen by each sensor, tracked, reacted to, braked for, and contact, by time."""
    found = [mark for mark in (_visible(log), *_seen(log), *_handled(log), _contact(log)) if mark is not None]
    return sorted(found, key=lambda mark: mark.t_s)


def _visible(log: DriveLog) -> Mark | None:
    sight = first_visible(log)
    return Mark(sight[0], f"first visible ({sight[1]})", "visible") if sight else None


def _seen(log: DriveLog) -> list[Mark]:
    first: dict[str, float] = {}
    for state in log.states:
        for sensor_id in state["sample"]["seen_by"]:
            first.setdefault(sensor_id, state["sample"]["t_s"])
    return [Mark(t_s, f"first seen by {sensor_id}") for sensor_id, t_s in first.items()]


def _handled(log: DriveLog) -> list[Mark | None]:
    """Tracked: a track is where the target is. Reacted: the plan names that track. Braked: control is asked to."""
    tracked = reacted = braked = None
    for state in log.states:
        sample, track_id = state["sample"], state["sample"]["track_id"]
        t_s = sample["t_s"]
        if track_id < 0:
            continue
        tracked = tracked or Mark(t_s, f"first tracked (#{track_id})", "tracked")
        if state["plan"]["blocking_track_id"] != track_id:
            continue
        reacted = reacted or Mark(t_s, "first reacted", "reacted", str(rr.TextLogLevel.WARN))
        if state["command"]["accel_mps2"] <= -BRAKES_MPS2:
            braked = braked or Mark(t_s, "first braked", "braked", str(rr.TextLogLevel.WARN))
    return [tracked, reacted, braked]


def _contact(log: DriveLog) -> Mark | None:
    """The first contact: by the verdict, or by what the bumper had told when the run was cut short."""
    level = str(rr.TextLogLevel.CRITICAL)
    if log.verdict is not None:
        t_s = log.verdict.get("impact_s")
        return None if t_s is None else Mark(float(t_s), "contact", "contact", level)
    frames = [contact["frame"] for state in log.states for contact in state.get("contacts", [])]
    after = [s for s in (state["sample"] for state in log.states) if frames and s["frame"] >= min(frames)]
    return Mark(after[0]["t_s"], "contact", "contact", level) if after else None


def opening_s(told: list[Mark]) -> float:
    """Where to look first: the first reaction; without one a second before contact; else the start."""
    for mark in told:
        if mark.step == "reacted":
            return mark.t_s
        if mark.step == "contact":
            return max(0.0, mark.t_s - 1.0)
    return 0.0


def log_story(rec: rr.RecordingStream, root: str, log: DriveLog) -> None:
    """Lanes of states below `root`/story, and the planner's words below `root`/reasons."""
    told = marks(log)
    times = [t_ns_of(state) for state in log.states]
    # Without an end the last state of a run would reach to the end of a longer one beside it.
    end = (times[-1] + 1, "")
    steps = [(round(mark.t_s * NS_PER_S), mark.step) for mark in told if mark.step]
    log_lane(rec, f"{root}/story/1_target", [*steps, end], STEP_COLORS)
    plans = [state["plan"] for state in log.states]
    status = [(t_ns, plan["status"]) for t_ns, plan in zip(times, plans, strict=True)]
    if any(name != "ok" for _, name in status):
        log_lane(rec, f"{root}/story/3_status", [*status, end], STATUS_COLORS)
    deeds = [(t_ns, deed(plan["reason"])) for t_ns, plan in zip(times, plans, strict=True)]
    log_lane(rec, f"{root}/story/2_planner", [*deeds, end], DEED_COLORS)
    for sensor_id in sorted({name for state in log.states for name in state["sample"]["seen_by"]}):
        seen = [
            (t_ns, "sees the target" if sensor_id in state["sample"]["seen_by"] else "")
            for t_ns, state in zip(times, log.states, strict=True)
        ]
        log_lane(rec, f"{root}/story/4_{sensor_id}", [*seen, end], SEEN_COLORS)
    _log_words(rec, f"{root}/reasons", log, told)


def log_lane(
    rec: rr.RecordingStream, path: str, states: list[tuple[int, str]], colors: dict[str, int] | None = None
) -> None:
    """A lane of states (time in ns, text), of which the changes are logged; an empty one is a gap."""
    if colors:
        configured = rr.StateConfiguration(values=list(colors), colors=np.array(list(colors.values()), np.uint32))
        rec.log(path, configured, static=True)
    last = ""
    for t_ns, text in states:
        if text != last:
            at(rec, t_ns)
            rec.log(path, rr.StateChange(state=text))
            last = text


def deed(reason: str) -> str:
    """The planner's reason in a word: 'yield: person 0.8 20 m ahead' is 'yield'; silent sensors are told before it."""
    return reason.rpartition("; ")[2].split(":")[0].split(" ")[0]


def _log_words(rec: rr.RecordingStream, path: str, log: DriveLog, told: list[Mark]) -> None:
    """Each reason once for as long as it stays, whatever its numbers do, and the marks among them."""
    rows = [(round(mark.t_s * NS_PER_S), f"— {mark.text} —", mark.level) for mark in told]
    last = ""
    for state in log.states:
        reason, status = state["plan"]["reason"], state["plan"]["status"]
        gist = status + re.sub(r"[\d.]+", "", reason)
        if gist != last:
            rows.append((t_ns_of(state), reason, str(LEVELS[status])))
            last = gist
    for t_ns, text, level in sorted(rows, key=lambda row: row[0]):
        at(rec, t_ns)
        rec.log(path, rr.TextLog(text, level=level))
