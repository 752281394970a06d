"""The bones of a person as CARLA names them: where they are in a pose, and the body for any place of theirs.

Frames are right-handed. In the rest pose, upright with hanging arms, the axes of all bones are the person's: x ahead,
y to the left, z up. CARLA's own rig has other axes, which nobody documents.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from sim.assets.people.head import head_axes
from sim.assets.people.skeleton import Skeleton

FloatArray = NDArray[np.float64]
Put = Callable[[str, FloatArray, FloatArray], None]
"""Gives a bone its place and its axes."""

_FINGERS: Final = {"Thumb": 0.030, "Index": 0.022, "Middle": 0.006, "Ring": -0.010, "Pinky": -0.025}
"""How far ahead of the middle of the hand each begins, metres for a height of 1.75 m."""
_FIRST_JOINT_M: Final = {"Thumb": -0.03}
_KNUCKLES_M: Final = -0.062
_PHALANX_M: Final = (0.0, -0.025, -0.020, -0.016)
_EYE_M: Final = (0.090, 0.033, 0.018)
_TOE_M: Final = (0.09, 0.15)
_SPINE_SHARE: Final = (0.3, 0.65)
_COLLAR_SHARE: Final = 0.2
_DOWN, _AHEAD, _LEFT = np.array([0.0, 0.0, -1.0]), np.array([1.0, 0.0, 0.0]), np.array([0.0, 1.0, 0.0])


def _arm(side: str) -> list[tuple[str, str]]:
    chain = ["crl_spine01__C", *(f"crl_{part}__{side}" for part in ("shoulder", "arm", "foreArm", "hand"))]
    pairs = list(zip(chain[1:], chain[:-1], strict=True))
    for finger in _FINGERS:
        joints = [f"crl_hand{finger}{end}__{side}" for end in ("", "01", "02", "End")]
        pairs += list(zip(joints, [f"crl_hand__{side}", *joints[:-1]], strict=True))
    return pairs


def _leg(side: str) -> list[tuple[str, str]]:
    chain = ["crl_hips__C", *(f"crl_{part}__{side}" for part in ("thigh", "leg", "foot", "toe", "toeEnd"))]
    return list(zip(chain[1:], chain[:-1], strict=True))


PARENT: Final[dict[str, str]] = dict(
    [
        ("crl_root", ""),
        ("crl_hips__C", "crl_root"),
        ("crl_spine__C", "crl_hips__C"),
        ("crl_spine01__C", "crl_spine__C"),
        *_arm("L"),
        ("crl_neck__C", "crl_spine01__C"),
        ("crl_Head__C", "crl_neck__C"),
        ("crl_eye__L", "crl_Head__C"),
        ("crl_eye__R", "crl_Head__C"),
        *_arm("R"),
        *_leg("L"),
        *_leg("R"),
    ]
)
"""Every bone and its parent, parents first."""
NAMES: Final = tuple(PARENT)
_ROW: Final = {name: row for row, name in enumerate(NAMES)}
_PARENT_ROW: Final = np.array([_ROW.get(PARENT[name], -1) for name in NAMES])


@dataclass(frozen=True, slots=True, eq=False)
class Bones:
    """(B, 4, 4) poses of the bones in the order of `NAMES`, in the person's frame: `T_person_bone`."""

    T_person_bone: FloatArray

    def relative(self) -> FloatArray:
        """(B, 4, 4) poses in the frames of the parents; the root's in the person's."""
        parents = np.concatenate([self.T_person_bone, np.eye(4)[None]])[_PARENT_ROW]  # row -1 is the person
        return np.linalg.inv(parents) @ self.T_person_bone


def from_relative(T_parent_bone: FloatArray) -> Bones:
    """The bones of poses in the frames of their parents (B, 4, 4)."""
    whole = np.empty_like(T_parent_bone)
    for row, parent in enumerate(_PARENT_ROW):
        whole[row] = T_parent_bone[row] if parent < 0 else whole[parent] @ T_parent_bone[row]
    return Bones(whole)


def blended(first: FloatArray, second: FloatArray, share: float) -> FloatArray:
    """Poses (B, 4, 4) between two: places on the line, turned about one axis; `share` 0 gives the first."""
    between = np.empty_like(first)
    between[:] = np.eye(4)
    between[:, :3, 3] = first[:, :3, 3] + share * (second[:, :3, 3] - first[:, :3, 3])
    turn = Rotation.from_matrix(np.swapaxes(first[:, :3, :3], 1, 2) @ second[:, :3, :3]).as_rotvec()
    between[:, :3, :3] = first[:, :3, :3] @ Rotation.from_rotvec(share * turn).as_matrix()
    return between


def bones_of(body: Skeleton, height_m: float) -> Bones:
    """The bones of a body whose joints are in metres in the person's frame, the middle of its box."""
    unit = height_m / 1.75
    T = np.tile(np.eye(4), (len(NAMES), 1, 1))

    def put(name: str, place: FloatArray, rotation: FloatArray) -> None:
        T[_ROW[name], :3, 3], T[_ROW[name], :3, :3] = place, rotation

    trunk = trunk_axes(body)
    put("crl_root", np.array([0.0, 0.0, -height_m / 2]), np.eye(3))
    put("crl_hips__C", body.hip, trunk)
    for name, share in zip(("crl_spine__C", "crl_spine01__C"), _SPINE_SHARE, strict=True):
        put(name, body.hip + share * (body.neck - body.hip), trunk)
    put("crl_neck__C", body.neck, trunk)
    head = head_axes(body)
    put("crl_Head__C", body.head, head)
    for index, (side, sign) in enumerate((("L", 1.0), ("R", -1.0))):
        put(f"crl_eye__{side}", body.head + head @ (np.array(_EYE_M) * [1.0, sign, 1.0] * unit), head)
        _put_arm(put, body, index, (side, sign, unit), trunk)
        _put_leg(put, body, index, (side, unit), trunk)
    return Bones(T)


def _put_arm(put: Put, body: Skeleton, index: int, which: tuple[str, float, float], trunk: FloatArray) -> None:
    side, sign, unit = which
    joints = [body.shoulders.mean(axis=0), body.shoulders[index], body.elbows[index], body.wrists[index]]
    joints[0] = joints[0] + _COLLAR_SHARE * (joints[1] - joints[0])
    collar = _aligned(trunk, sign * _LEFT, joints[1] - joints[0])
    upper = _aligned(trunk, _DOWN, joints[2] - joints[1])
    lower = _aligned(upper, _DOWN, joints[3] - joints[2])
    for part, place, axes in zip(
        ("shoulder", "arm", "foreArm", "hand"), joints, (collar, upper, lower, lower), strict=True
    ):
        put(f"crl_{part}__{side}", place, axes)
    for finger, ahead_m in _FINGERS.items():
        along_m = _FIRST_JOINT_M.get(finger, _KNUCKLES_M) + np.cumsum(_PHALANX_M)
        for end, z in zip(("", "01", "02", "End"), along_m, strict=True):
            put(f"crl_hand{finger}{end}__{side}", joints[3] + lower @ (np.array([ahead_m, 0.0, z]) * unit), lower)


def _put_leg(put: Put, body: Skeleton, index: int, which: tuple[str, float], trunk: FloatArray) -> None:
    side, unit = which
    hip, knee, ankle = body.hips[index], body.knees[index], body.ankles[index]
    ahead = body.foot_axes[index] / np.linalg.norm(body.foot_axes[index])
    thigh = _aligned(trunk, _DOWN, knee - hip)
    shin = _aligned(thigh, _DOWN, ankle - knee)
    foot = _aligned(shin, _AHEAD, ahead)
    places = (hip, thigh), (knee, shin), (ankle, foot), *((ankle + unit * m * ahead, foot) for m in _TOE_M)
    for part, (place, axes) in zip(("thigh", "leg", "foot", "toe", "toeEnd"), places, strict=True):
        put(f"crl_{part}__{side}", place, axes)


def body_of(bones: Bones) -> Skeleton:
    """The joints of a body whose bones have been put somewhere, in the person's frame."""

    def at(name: str) -> FloatArray:
        place: FloatArray = bones.T_person_bone[_ROW[name], :3, 3]
        return place

    def pair(part: str) -> FloatArray:
        return np.stack([at(f"crl_{part}__L"), at(f"crl_{part}__R")])

    return Skeleton(
        hip=at("crl_hips__C"),
        neck=at("crl_neck__C"),
        head=at("crl_Head__C"),
        hips=pair("thigh"),
        knees=pair("leg"),
        ankles=pair("foot"),
        foot_axes=pair("toe") - pair("foot"),
        shoulders=pair("arm"),
        elbows=pair("foreArm"),
        wrists=pair("hand"),
        head_axes=bones.T_person_bone[_ROW["crl_Head__C"], :3, :3],
    )


def row_of(name: str) -> int | None:
    """The row of a bone, None for a name that no bone has."""
    return _ROW.get(name)


def trunk_axes(body: Skeleton) -> FloatArray:
    """Columns: ahead, left and up of the trunk."""
    up = (body.neck - body.hip) / np.linalg.norm(body.neck - body.hip)
    ahead = np.cross(body.hips[0] - body.hips[1], up)
    ahead = ahead / np.linalg.norm(ahead)
    return np.stack([ahead, np.cross(up, ahead), up], axis=1)


def _aligned(parent: FloatArray, rest: FloatArray, along: FloatArray) -> FloatArray:
    """The parent's axes turned the shortest way so that the direction `rest` of theirs points `along`."""
    start, end = parent @ rest, along / (np.linalg.norm(along) + 1e-12)
    axis = np.cross(start, end)
    sine, cosine = float(np.linalg.norm(axis)), float(start @ end)
    if sine < 1e-9:
        return parent if cosine > 0 else Rotation.from_rotvec(np.pi * parent[:, 1]).as_matrix() @ parent
    turn: FloatArray = Rotation.from_rotvec(axis / sine * np.arctan2(sine, cosine)).as_matrix() @ parent
    return turn
