"""What LiDARs and radars heard, as points in the ego frame."""

from __future__ import annotations

import numpy as np
import rerun as rr
from numpy.typing import NDArray

from scenarios.view.drive_log import DriveLog, t_ns_of
from scenarios.view.timing import at

TOP_M = 3.0
"""Returns this high have the last colour of the ramp: about the height of a truck."""
LOW, HIGH = (78, 92, 120), (130, 225, 255)
STANDS, MOVES = (130, 90, 125), (255, 110, 220)
MOVES_MPS = 1.0
"""An echo whose range changes by this much more than the car's own way explains is of something that moves."""
GROUND_M = 0.15
"""Returns lower than this are of the road, mostly: only one of `GROUND_SHARE` is shown, for the browser's sake."""
GROUND_SHARE = 6


def log_clouds(rec: rr.RecordingStream, root: str, log: DriveLog) -> None:
    """Points below `root`/world/ego, by sensor."""
    speed_mps = {t_ns_of(state): state["sample"]["speed_mps"] for state in log.states}
    for name, clouds in log.clouds.items():
        for t_ns, rows in clouds:
            # The last tick of a run that was killed may lack its state.
            if t_ns not in speed_mps:
                continue
            if name.startswith("radar"):
                points = _echoes(rows, moving(rows, log.seats[name].translation_m, speed_mps[t_ns]))
            else:
                points = _sweep(rows)
            at(rec, t_ns)
            rec.log(f"{root}/world/ego/{name}", points)


def _sweep(rows: NDArray[np.float32]) -> rr.Points3D:
    """Coloured by height over the road."""
    kept = rows[:, 2] > GROUND_M
    kept[::GROUND_SHARE] = True
    xyz_m = rows[kept, :3]
    share = np.clip(xyz_m[:, 2:] / TOP_M, 0.0, 1.0)
    colors = (1.0 - share) * np.array(LOW) + share * np.array(HIGH)
    return rr.Points3D(xyz_m, colors=colors.astype(np.uint8), radii=rr.Radius.ui_points(1.0))


def _echoes(rows: NDArray[np.float32], moves: NDArray[np.bool_]) -> rr.Points3D:
    """What moves is large and bright: a radar tells that better than anything else."""
    return rr.Points3D(
        rows[:, :3],
        colors=np.where(moves[:, None], MOVES, STANDS).astype(np.uint8),
        radii=np.where(moves, rr.Radius.ui_points(3.5), rr.Radius.ui_points(1.2)),
    )


def moving(rows: NDArray[np.float32], seat_m: NDArray[np.float64], speed_mps: float) -> NDArray[np.bool_]:
    """(N,) of echoes (N, 4) x, y, z, range rate in the ego frame, heard at `seat_m` by a car on a straight way."""
    way_m = rows[:, :3] - seat_m
    closing_mps = speed_mps * way_m[:, 0] / np.maximum(np.linalg.norm(way_m, axis=1), 1e-6)
    return np.asarray(np.abs(rows[:, 3] + closing_mps) > MOVES_MPS)
