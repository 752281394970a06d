"""Two runs against each other: a lane that says what differs, and a page that says since when."""

from __future__ import annotations

import rerun as rr

from moosetest.timing import NS_PER_S
from scenarios.view.divergence import divergences
from scenarios.view.drive_log import DriveLog
from scenarios.view.story import log_lane
from scenarios.view.summary import outcome, title

PATH = "/compared"


def log_comparison(rec: rr.RecordingStream, a: DriveLog, b: DriveLog) -> None:
    """The lane at `PATH`/divergence, the page at `PATH`/summary."""
    found = divergences(a, b)
    begin: dict[int, list[str]] = {0: []}
    for d in found:
        begin.setdefault(round(d.t_s * NS_PER_S), []).append(d.what)
    log_lane(rec, f"{PATH}/divergence", [(t_ns, ", ".join(what) or "equal") for t_ns, what in begin.items()])
    rec.log(f"{PATH}/summary", rr.TextDocument(compare_page(a, b), media_type="text/markdown"), static=True)


def compare_page(a: DriveLog, b: DriveLog) -> str:
    """Markdown: both outcomes, and what differs since when."""
    found = divergences(a, b)
    lines = [f"**A** {title(a)}: {outcome(a)}", "", f"**B** {title(b)}: {outcome(b)}", ""]
    if not found:
        return "\n".join([*lines, "The runs are equal in every tick."])
    lines += ["They part stage by stage, first:", ""]
    for d in found:
        of_a, _, of_b = d.text.partition(" | ")
        lines.append(f"- **{d.t_s:.1f} s {d.what}**: " + (f"A {of_a}, B {of_b}" if of_b else of_a))
    return "\n".join(lines)
