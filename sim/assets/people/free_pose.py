"""Poses that no catalogue has, as the text of a mesh key: the same text gives the same body."""

from __future__ import annotations

import base64
from dataclasses import fields
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sim.assets.people.skeleton import Skeleton

FloatArray = NDArray[np.float64]

PREFIX: Final = "bones:"
_STEP: Final = 1e-3
"""Joints are told to the millimetre, directions to a thousandth."""
_FARTHEST: Final = 32.0
_APART_M: Final = 0.005
"""Joints of one limb keep so far from each other: flesh needs a direction."""
_LIMBS: Final = (
    ("hip", "neck"),
    ("neck", "head"),
    ("shoulders", "elbows"),
    ("elbows", "wrists"),
    ("hips", "knees"),
    ("knees", "ankles"),
)
_FOLDS: Final = (("shoulders", "elbows", "wrists"), ("hips", "knees", "ankles"))
_FOLDED: Final = 0.1
"""A limb that comes back on itself as near as this has no direction at its joint, and is opened by 2 cm."""
_SHAPES: Final = {field.name: (3,) for field in fields(Skeleton)[:3]} | {
    **{field.name: (2, 3) for field in fields(Skeleton)[3:-1]},
    "head_axes": (3, 3),
}


def is_free(pose: str) -> bool:
    """Whether a pose is one of these."""
    return pose.startswith(PREFIX)


def encoded(body: Skeleton) -> str:
    """The pose text of a body, whose joints are in metres in the person's frame."""
    values = np.concatenate([np.asarray(getattr(body, name)).ravel() for name in _SHAPES])
    steps = np.rint(np.clip(values, -_FARTHEST, _FARTHEST) / _STEP).astype("<i2")
    return PREFIX + base64.b64encode(steps.tobytes()).decode()


def decoded(pose: str) -> Skeleton:
    """The body of a pose text, with its joints a little apart where they would fall together.

    Raises:
        KeyError: not such a text.
    """
    try:
        values = np.frombuffer(base64.b64decode(pose.removeprefix(PREFIX), validate=True), "<i2").astype(float) * _STEP
        ends = np.cumsum([int(np.prod(shape)) for shape in _SHAPES.values()])
        parts = np.split(values, ends[:-1])
        body = {name: part.reshape(shape) for (name, shape), part in zip(_SHAPES.items(), parts, strict=True)}
    except ValueError as error:
        raise KeyError(f"pose {pose!r:.40}: not a pose of bones ({error})") from None
    return Skeleton(**_apart(body))


def _unit(vector: FloatArray) -> FloatArray:
    length: FloatArray = np.linalg.norm(vector, axis=-1, keepdims=True)
    return vector / length


def _apart(body: dict[str, FloatArray]) -> dict[str, FloatArray]:
    for start, end in _LIMBS:
        away = body[end] - body[start]
        near = np.linalg.norm(away, axis=-1, keepdims=True) < _APART_M
        up = 1.0 if start in ("hip", "neck") else -1.0
        body[end] = np.where(near, body[start] + np.array([0.0, 0.0, up * _APART_M]), body[end])
    for start, middle, end in _FOLDS:
        before, after = (_unit(body[b] - body[a]) for a, b in ((start, middle), (middle, end)))
        folded = np.linalg.norm(before + after, axis=-1, keepdims=True) < _FOLDED
        body[end] = body[end] + folded * np.eye(3)[np.argmin(np.abs(before), axis=-1)] * 4 * _APART_M
    short = np.linalg.norm(body["foot_axes"], axis=-1, keepdims=True) < _APART_M
    body["foot_axes"] = np.where(short, np.array([1.0, 0.0, 0.0]), body["foot_axes"])
    for axis in ([0.0, 1.0, 0.0], [1.0, 0.0, 0.0]):  # the hips lie across the trunk, not along it
        across = np.cross(body["hips"][0] - body["hips"][1], body["neck"] - body["hip"])
        if np.linalg.norm(across) < _APART_M**2:
            body["hips"] = body["hips"] + np.array([axis, [0.0, 0.0, 0.0]]) * _APART_M
    turn, _ = np.linalg.qr(body["head_axes"] + 1e-9 * np.eye(3))
    body["head_axes"] = turn * np.where(np.einsum("ij,ij->j", turn, body["head_axes"]) < 0, -1.0, 1.0)
    return body
