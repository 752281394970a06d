"""The one time line of a view: simulated time since the start of the drive."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import rerun as rr

from moosetest.timing import NS_PER_S

TIMELINE = "since start"


def at(rec: rr.RecordingStream, t_ns: int) -> None:
    """What is logged from now on is of this time."""
    rec.set_time(TIMELINE, duration=np.timedelta64(t_ns, "ns"))


def column(times_s: Sequence[float]) -> rr.TimeColumn:
    """The same for whole columns."""
    t_ns = np.round(np.asarray(times_s) * NS_PER_S).astype(np.int64)
    return rr.TimeColumn(TIMELINE, duration=t_ns.astype("timedelta64[ns]"))
