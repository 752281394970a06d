"""How the recorded actors move: a frame's places and velocities, and those between two frames."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sim.server.recorder.log_reader import table
from sim.server.recorder.packets import CM_PER_M, Kind

FloatArray = NDArray[np.float64]
FIELDS = ("location_m", "rotation_deg", "velocity_mps", "angular_velocity_degps", "acceleration_mps2")
"""Of a client's record, three numbers each: the columns of a motion's values, in this order."""
LOCATION, ROTATION, VELOCITY, TURN, ACCELERATION = (slice(3 * i, 3 * i + 3) for i in range(5))
_FARTHEST = 1e7
"""Metres, degrees or m/s beyond this are no motion of a world that single precision can hold."""


@dataclass(frozen=True, slots=True, eq=False)
class Motion:
    """Motion of N actors in CARLA's frame.

    Args:
        id: (N,) recorded ids, ascending.
        values: (N, 15) as `FIELDS`; rotations are pitch, yaw, roll.
        has_velocity: false where the recording tells places alone.
        records: (N,) the clients' records of just that moment; None for a moment that was not recorded so.
    """

    id: NDArray[np.int64]
    values: FloatArray
    has_velocity: bool
    records: NDArray[np.void] | None = None


def motion_of(packets: dict[Kind, bytes]) -> Motion:
    """The motion that a frame's packets tell; rows that are no numbers are left out.

    Raises:
        LogError: a broken packet.
    """
    if Kind.WORLD_STATE in packets or Kind.POSITIONS not in packets:
        return _from_records(table(Kind.WORLD_STATE, packets.get(Kind.WORLD_STATE, b"\0\0")))
    rows = table(Kind.POSITIONS, packets[Kind.POSITIONS])
    values = np.zeros((len(rows), 15))
    values[:, LOCATION] = rows["location_cm"] / CM_PER_M
    values[:, ROTATION] = rows["roll_pitch_yaw_deg"][:, [1, 2, 0]]
    if Kind.KINEMATICS in packets:
        at = {int(identity): index for index, identity in enumerate(rows["id"])}
        for row in table(Kind.KINEMATICS, packets[Kind.KINEMATICS]):
            if int(row["id"]) in at:
                values[at[int(row["id"])], VELOCITY] = row["velocity_mps"]
                values[at[int(row["id"])], TURN] = row["angular_velocity_degps"]
    return _sorted(rows["id"].astype(np.int64), values, Kind.KINEMATICS in packets, None)


def between(first: Motion, second: Motion, share: float, gap_s: float) -> Motion:
    """Motion at a share of the way from one frame to the next, `gap_s` later, the angles by the shorter way.

    Who is in one of the frames only stays as in the first.
    """
    if not len(second.id):
        return first
    at = np.minimum(np.searchsorted(second.id, first.id), len(second.id) - 1)
    here = np.flatnonzero(second.id[at] == first.id)
    there = at[here]
    change = second.values[there] - first.values[here]
    change[:, ROTATION] = (change[:, ROTATION] + 180.0) % 360.0 - 180.0
    values = first.values.copy()
    values[here] += change * share
    if not first.has_velocity and gap_s > 0:
        values[here, VELOCITY] = change[:, LOCATION] / gap_s
    return replace(first, values=values, records=first.records if share == 0.0 else None)


def _from_records(rows: NDArray[np.void]) -> Motion:
    values = np.concatenate([rows[name] for name in FIELDS], axis=1, dtype=np.float64)
    return _sorted(rows["actor_id"].astype(np.int64), values, True, rows)


def _sorted(
    identity: NDArray[np.int64], values: FloatArray, has_velocity: bool, records: NDArray[np.void] | None
) -> Motion:
    """By id, each once, without what is no number."""
    with np.errstate(invalid="ignore"):
        sound = np.flatnonzero((np.abs(values) < _FARTHEST).all(axis=1))
    _, first = np.unique(identity[sound], return_index=True)
    keep = sound[first]
    return Motion(identity[keep], values[keep], has_velocity, None if records is None else records[keep])
