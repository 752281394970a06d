"""Run bundles as one Rerun recording with its layout."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import rerun as rr

from scenarios.view.cameras import log_cameras
from scenarios.view.clouds import log_clouds
from scenarios.view.comparison import log_comparison
from scenarios.view.drive_log import DriveLog
from scenarios.view.layout import one_run, two_runs
from scenarios.view.scene import log_scene
from scenarios.view.story import log_story, marks
from scenarios.view.summary import summary, title
from scenarios.view.timelines import log_timelines

ROOT, ROOT_A, ROOT_B = "", "/A", "/B"


def save_drives(logs: Sequence[DriveLog], path: Path) -> None:
    """Write one run, or two beside each other, as an .rrd file that any Rerun viewer opens."""
    if len(logs) == 1:
        log = logs[0]
        with _recording(title(log)) as rec:
            rec.save(path, default_blueprint=one_run(ROOT, log))
            _log_runs(rec, [(ROOT, "", log)])
        return
    a, b = logs
    with _recording(f"A: {title(a)}, B: {title(b)}") as rec:
        rec.save(path, default_blueprint=two_runs(ROOT_A, a, ROOT_B, b))
        log_comparison(rec, a, b)
        _log_runs(rec, [(ROOT_A, "A", a), (ROOT_B, "B", b)])


def _recording(name: str) -> rr.RecordingStream:
    # The same run tells the same: no time of day, no random name.
    rec = rr.RecordingStream("moosetest", recording_id=name, send_properties=False)
    rec.set_log_time_enabled(False)
    rec.send_recording_name(name)
    return rec


def _log_runs(rec: rr.RecordingStream, runs: Sequence[tuple[str, str, DriveLog]]) -> None:
    """Each with its root and tag, light things first: a browser shows what it has while it still loads."""
    for root, tag, log in runs:
        rec.log(f"{root}/summary", rr.TextDocument(summary(log, marks(log)), media_type="text/markdown"), static=True)
        log_timelines(rec, root, log, tag)
        log_story(rec, root, log)
        log_scene(rec, root, log)
    rec.flush()
    for root, _, log in runs:
        log_cameras(rec, root, log)
    rec.flush()
    for root, _, log in runs:
        log_clouds(rec, root, log)
