"""The numbers of a drive over time: gap, time to collision, speed, braking, belief in the target."""

from __future__ import annotations

import math
from typing import Any

import rerun as rr

from scenarios.report.charts import TTC_SHOWN_S
from scenarios.report.paint import CLASS_COLORS, CLASS_NAMES
from scenarios.view.drive_log import DriveLog
from scenarios.view.timing import column

Color = tuple[int, int, int]
COLORS: dict[str, Color] = {
    "gap_m": (60, 200, 140),
    "ttc_s": (240, 170, 60),
    "speed_kmh": (90, 160, 255),
    "done": (255, 90, 90),
    "wanted": (250, 200, 90),
    "exists": (235, 238, 242),
    "visible": (255, 110, 220),
}
BRAKING_SHOWN_MPS2 = 10.0
"""As hard as a tyre on a dry road holds, about 1 g: what is harder is an impact, and hides braking."""
CLASS_SHOWN = 0.25
"""A class that the target's track is never believed to be with more than this has no line of its own."""


def log_timelines(rec: rr.RecordingStream, root: str, log: DriveLog, tag: str) -> None:
    """One line each below `root`/numbers; `tag` tells two runs apart in the legend."""
    dim = 1.0 if tag in ("", "A") else 0.6
    for name, values in {**numbers(log), **belief(log)}.items():
        path, word = f"{root}/numbers/{name}", name.rpartition("/")[2]
        color = COLORS[word] if word in COLORS else CLASS_COLORS[CLASS_NAMES.index(word)]
        shade = tuple(round(c * dim) for c in color)
        # A chart of one quantity has its name in its title.
        label = f"{word} {tag}".strip() if "/" in name or not tag else tag
        rec.log(path, rr.SeriesLines(colors=shade, names=label, widths=1.5 if dim == 1.0 else 1.0), static=True)
        scalars = [math.nan if value is None else float(value) for value in values]
        rec.send_columns(path, indexes=[column(log.times_s)], columns=rr.Scalars.columns(scalars=scalars))


def numbers(log: DriveLog) -> dict[str, list[float | None]]:
    """What the car did, a value a tick; None where the target is out of sight or no collision is ahead."""
    samples = [state["sample"] for state in log.states]
    return {
        "gap_m": [s["gap_m"] for s in samples],
        "ttc_s": [s["ttc_s"] if s["ttc_s"] is not None and s["ttc_s"] <= TTC_SHOWN_S else None for s in samples],
        "speed_kmh": [s["speed_mps"] * 3.6 for s in samples],
        "braking/done": [min(max(0.0, -s["accel_mps2"]), BRAKING_SHOWN_MPS2) for s in samples],
        "braking/wanted": [max(0.0, -state["command"]["accel_mps2"]) for state in log.states],
    }


def belief(log: DriveLog) -> dict[str, list[float | None]]:
    """What is believed of the track nearest to the target: that it exists, and what it is; None where there is none.

    Beside it how much of the target the cameras could see past the other actors.
    """
    rows = [_target_row(state) for state in log.states]
    tracks = [state["tracks"] for state in log.states]
    existence = [None if r is None else t["existence"][r] for r, t in zip(rows, tracks, strict=True)]
    visible = [state["sample"]["visible_share"] for state in log.states]
    told: dict[str, list[float | None]] = {"belief/exists": existence, "belief/visible": visible}
    for k, name in enumerate(CLASS_NAMES):
        values = [None if r is None else t["class_prob"][r][k] for r, t in zip(rows, tracks, strict=True)]
        if max((v for v in values if v is not None), default=0.0) > CLASS_SHOWN:
            told[f"belief/{name}"] = values
    return told


def _target_row(state: dict[str, Any]) -> int | None:
    ids = state["tracks"]["track_id"]
    track_id = state["sample"]["track_id"]
    return ids.index(track_id) if track_id in ids else None
