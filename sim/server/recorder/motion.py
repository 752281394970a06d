"""How the recorded actors move: a frame's places and velocities, and those between two frames."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from sim.server.recorder.log_reader import table
from sim.server.recorder.packets import CM_PER_M, Kind

FloatArray = NDArray[np.float64]
_FARTHEST = 1e7
"""Metres, degrees or m/s beyond this are no motion of a world that single precision can hold."""


@dataclass(frozen=True, slots=True, eq=False)
class Motion:
    """Motion of N actors in CARLA's frame, by recorded id, ascending; rotations are pitch, yaw, roll.

    `records` (N,) are the clients' records of just that moment, None for a moment that was not recorded exactly.
    `has_velocity` is false where the recording tells places alone.
    """

    id: NDArray[np.int64]
    location_m: FloatArray
    rotation_deg: FloatArray
    velocity_mps: FloatArray
    angular_velocity_degps: FloatArray
    acceleration_mps2: FloatArray
    records: NDArray[np.void] | None
    has_velocity: bool


def motion_of(packets: dict[Kind, bytes]) -> Motion:
    """The motion that a frame's packets tell; rows that are no numbers are left out.

    Raises:
        LogError: a broken packet.
    """
    if Kind.WORLD_STATE in packets:
        return _from_records(table(Kind.WORLD_STATE, packets[Kind.WORLD_STATE]))
    if Kind.POSITIONS not in packets:
        return _from_records(np.zeros(0, table(Kind.WORLD_STATE, b"\0\0").dtype))
    rows = table(Kind.POSITIONS, packets[Kind.POSITIONS])
    location, rotation = rows["location_cm"] / CM_PER_M, rows["roll_pitch_yaw_deg"][:, [1, 2, 0]]
    velocity, turn, found = np.zeros((len(rows), 3)), np.zeros((len(rows), 3)), False
    if Kind.KINEMATICS in packets:
        moving = table(Kind.KINEMATICS, packets[Kind.KINEMATICS])
        at = {int(identity): index for index, identity in enumerate(moving["id"])}
        index = [(i, at[int(identity)]) for i, identity in enumerate(rows["id"]) if int(identity) in at]
        here, there = [i for i, _ in index], [j for _, j in index]
        velocity[here], turn[here] = moving["velocity_mps"][there], moving["angular_velocity_degps"][there]
        found = True
    return _sorted(Motion(rows["id"].astype(np.int64), location, rotation, velocity, turn, velocity * 0, None, found))


def between(first: Motion, second: Motion, share: float, gap_s: float) -> Motion:
    """Motion at a share of the way from one frame to the next, `gap_s` later, the angles by the shorter way.

    Who is in one of the frames only stays as in the first.
    """
    at = np.searchsorted(second.id, first.id)
    at[at == len(second.id)] = 0
    paired = second.id[at] == first.id if len(second.id) else np.zeros(len(first.id), np.bool_)
    if not paired.any():
        return first
    here, there = np.flatnonzero(paired), at[paired]
    blended = {}
    for name in ("location_m", "rotation_deg", "velocity_mps", "angular_velocity_degps", "acceleration_mps2"):
        values = np.array(getattr(first, name), dtype=np.float64)
        change = getattr(second, name)[there] - values[here]
        if name == "rotation_deg":
            change = (change + 180.0) % 360.0 - 180.0
        values[here] += change * share
        blended[name] = values
    if not first.has_velocity and gap_s > 0:
        blended["velocity_mps"][here] = (second.location_m[there] - first.location_m[here]) / gap_s
    exact = share == 0.0
    return replace(first, **blended, records=first.records if exact else None)


def _from_records(rows: NDArray[np.void]) -> Motion:
    names = ("location_m", "rotation_deg", "velocity_mps", "angular_velocity_degps", "acceleration_mps2")
    return _sorted(Motion(rows["actor_id"].astype(np.int64), *(rows[name] for name in names), rows, True))


def _sorted(motion: Motion) -> Motion:
    """By id, each once, without what is no number."""
    values = np.concatenate([motion.location_m, motion.rotation_deg, motion.velocity_mps], axis=1, dtype=np.float64)
    values = np.concatenate([values, motion.angular_velocity_degps, motion.acceleration_mps2], axis=1)
    with np.errstate(invalid="ignore"):
        sound = np.flatnonzero((np.abs(values) < _FARTHEST).all(axis=1))
    _, first = np.unique(motion.id[sound], return_index=True)
    keep = sound[first]
    parts = {f.name: getattr(motion, f.name) for f in fields(motion)}
    return Motion(**{name: part[keep] if isinstance(part, np.ndarray) else part for name, part in parts.items()})
