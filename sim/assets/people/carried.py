"""People who hide part of themselves: under an umbrella, beside a board, in a wheelchair."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final, NamedTuple

import numpy as np

from sim.assets.builder import MeshBuilder
from sim.assets.cycles.rider import Seat, rider_skeleton
from sim.assets.cycles.rings import RingWheel, add_ring_wheel
from sim.assets.mesh import Material
from sim.assets.people.skeleton import FOREARM, UPPER_ARM, Skeleton, bent_joint

UMBRELLA: Final = "walker.moosetest.umbrella"
BOARD_CARRIER: Final = "walker.moosetest.board_carrier"
WHEELCHAIR: Final = "walker.moosetest.wheelchair"

_CANOPY_M, _CANOPY_DEEP_M, _SHAFT_M = 0.46, 0.20, 0.88
_BOARD_HALF_M = (0.62, 0.012, 0.41)
_CANOPY, _PLYWOOD, _STEEL, _SEAT = (0.45, 0.02, 0.03), (0.42, 0.29, 0.16), (0.30, 0.30, 0.31), (0.02, 0.02, 0.025)


class Load(NamedTuple):
    """What a walker has with it.

    Args:
        stature_m: of the person, standing; the walker's box is as high as person and load together.
        posed: the person's joints (metres) as the load asks for.
        add: adds the load to a person with those joints.
        bears_person: it stands on the ground and the person in it, whatever the pose.
    """

    stature_m: float
    posed: Callable[[Skeleton, float], Skeleton]
    add: Callable[[MeshBuilder, Skeleton, int], None]
    bears_person: bool = False


def _with_right_hand(body: Skeleton, height_m: float, wrist: np.ndarray) -> Skeleton:
    lengths = UPPER_ARM * height_m, FOREARM * height_m
    elbow = bent_joint(body.shoulders[1], wrist, lengths, np.array([-0.6, -0.5, -0.6]))
    return replace(body, wrists=np.stack([body.wrists[0], wrist]), elbows=np.stack([body.elbows[0], elbow]))


def _hand_before_chest(body: Skeleton, height_m: float) -> Skeleton:
    return _with_right_hand(body, height_m, body.shoulders[1] + np.array([0.12, 0.04, -0.11]) * height_m)


def _hand_on_board(body: Skeleton, height_m: float) -> Skeleton:
    return _with_right_hand(body, height_m, body.hips[1] + np.array([0.03, -0.105, 0.04]) * height_m)


def _seated(body: Skeleton, height_m: float) -> Skeleton:
    del body
    return rider_skeleton(
        Seat((-0.10, 0.0, 0.56), (0.16, 0.29, 0.62), ((0.40, 0.09, 0.17), (0.40, -0.09, 0.17)), -0.06, 0.05), height_m
    )


def _add_umbrella(builder: MeshBuilder, body: Skeleton, level: int) -> None:
    """A shaft from the hand, and a canopy whose eight ribs stand off; seen from below it is the same cloth."""
    foot = body.wrists[1] + np.array([0.03, 0.0, -0.08])
    top = foot + np.array([0.0, 0.0, _SHAFT_M + 0.08])
    builder.tube([foot, top], 0.010, _STEEL, Material.METAL, (6, 5, 3)[level], cap=False)
    around = (24, 16, 7)[level]
    angle = np.arange(around)[:, None] * (2.0 * np.pi / around)
    share = np.sin(np.linspace(0.5 * np.pi, 0.0, (6, 4, 4)[level]))[None]
    rib = 1.0 - 0.05 * (1.0 - np.cos(8.0 * angle)) * share**4 if level < 2 else 1.0
    x, y = _CANOPY_M * share * rib * np.cos(angle), _CANOPY_M * share * rib * np.sin(angle)
    z = _CANOPY_DEEP_M * (np.sqrt(np.maximum(1.0 - share**2, 0.0)) - 1.0) + 0.0 * angle
    canopy = np.stack([x, y, z], axis=-1) + top
    builder.grid(canopy, _CANOPY, Material.CLOTH, crease_deg=70, close_u=True)
    lining = ((canopy - top) * [0.97, 0.97, 1.0] + top - np.array([0.0, 0.0, 0.006]))[:, ::-1]
    builder.grid(lining, tuple(0.4 * c for c in _CANOPY), Material.CLOTH, crease_deg=70, close_u=True)


def _add_board(builder: MeshBuilder, body: Skeleton, level: int) -> None:
    del level
    middle = body.wrists[1] + np.array([0.02, -0.12, 0.02])
    builder.box(middle, _BOARD_HALF_M, _PLYWOOD, Material.MATTE)


def _add_wheelchair(builder: MeshBuilder, body: Skeleton, level: int) -> None:
    """Two large wheels with push rims, seat, back, foot rest and castors, round a sitting person."""
    del body
    for side in (1.0, -1.0):
        wheel = MeshBuilder()
        add_ring_wheel(wheel, RingWheel(-0.12, 0.305, 0.032, 12, 0.004), level)
        builder.add(wheel.build(), t_m=(0.0, 0.30 * side, 0.0))
        castor = MeshBuilder()
        add_ring_wheel(castor, RingWheel(0.28, 0.075, 0.035, 4, 0.012), max(level, 1))
        builder.add(castor.build(), t_m=(0.0, 0.22 * side, 0.0))
        frame = [(-0.27, 0.22, 0.95), (-0.25, 0.22, 0.45), (0.22, 0.22, 0.45), (0.30, 0.20, 0.30), (0.38, 0.12, 0.12)]
        path = np.array(frame) * [1.0, side, 1.0]
        builder.tube(path, 0.013, _STEEL, Material.METAL, (8, 6, 4)[level], cap=False)
        builder.box((-0.02, 0.24 * side, 0.66), (0.15, 0.025, 0.015), _SEAT, Material.MATTE)
    builder.box((-0.03, 0.0, 0.46), (0.22, 0.21, 0.025), _SEAT, Material.CLOTH)
    builder.box((-0.25, 0.0, 0.70), (0.02, 0.21, 0.22), _SEAT, Material.CLOTH)
    builder.box((0.43, 0.0, 0.10), (0.09, 0.16, 0.01), _SEAT, Material.MATTE)


LOADS: Final[dict[str, Load]] = {
    UMBRELLA: Load(1.72, _hand_before_chest, _add_umbrella),
    BOARD_CARRIER: Load(1.78, _hand_on_board, _add_board),
    WHEELCHAIR: Load(1.75, _seated, _add_wheelchair, bears_person=True),
}
"""By blueprint id."""
