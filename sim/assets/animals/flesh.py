"""Flesh and coat round the joints of a four-legged animal."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.assets.animals.antlers import add_forked, add_palmate
from sim.assets.animals.breeds import Breed, Color, Leg
from sim.assets.animals.quadruped import Joints
from sim.assets.builder import MeshBuilder
from sim.assets.mesh import Material

FloatArray = NDArray[np.float64]

HAIR = Material.CLOTH
"""What light and radar meet is what they meet of clothes: fibres over skin."""
_TRUNK_SEGMENTS, _NECK_SEGMENTS, _LEG_SEGMENTS, _THIN_SEGMENTS = (20, 16, 8), (14, 10, 6), (9, 6, 4), (8, 5, 4)
_EYE: Color = (0.006, 0.005, 0.004)


class Beast(NamedTuple):
    """What every part needs."""

    builder: MeshBuilder
    breed: Breed
    joints: Joints
    level: int

    def placed(self, points: FloatArray) -> FloatArray:
        """Points (..., 3) in shares of the withers' height, as the pose has them, in metres."""
        return self.joints.trunk(points * self.breed.withers_m)


def add_quadruped(builder: MeshBuilder, breed: Breed, joints: Joints, level: int) -> None:
    """Add an animal in a pose; it stands on z = 0, its middle near x = 0."""
    beast = Beast(builder, breed, joints, level)
    _add_trunk(beast)
    _add_neck_and_head(beast)
    for k, leg in enumerate(joints.legs):
        _add_leg(beast, leg, breed.hind if k % 2 == 0 else breed.fore)
    _add_tail(beast)
    for side in (1.0, -1.0):
        _add_ear(beast, side)
        if level == 0:
            _add_eye(beast, side)
    if breed.mane is not None:
        _add_mane(beast, breed.mane)
    if breed.dewlap:
        _add_dewlap(beast)
    add_antlers = {"palmate": add_palmate, "forked": add_forked}.get(breed.antlers)
    if add_antlers is not None:
        add_antlers(builder, beast.placed, breed.withers_m, breed.head[1], level)


def _add_trunk(beast: Beast) -> None:
    ring = np.array(beast.breed.trunk)
    path = np.stack([ring[:, 0], 0.0 * ring[:, 0], 0.5 * (ring[:, 1] + ring[:, 2])], axis=1)
    radius = np.stack([0.5 * (ring[:, 1] - ring[:, 2]), ring[:, 3]], axis=1) * beast.breed.withers_m
    segments = _TRUNK_SEGMENTS[beast.level]
    beast.builder.tube(beast.placed(path), radius, beast.breed.coat, HAIR, segments)


def _add_neck_and_head(beast: Beast) -> None:
    breed, segments = beast.breed, _NECK_SEGMENTS[beast.level]
    neck, head = np.array(breed.neck), np.array(breed.head)
    _add_rings(beast, neck, breed.coat, segments)
    muzzle_from = len(head) // 2
    colors = np.array([breed.coat] * muzzle_from + [breed.muzzle] * (len(head) - muzzle_from - 1) + [breed.nose])
    _add_rings(beast, head, colors, segments)


def _add_rings(beast: Beast, ring: FloatArray, color: FloatArray | Color, segments: int) -> None:
    path = np.stack([ring[:, 0], 0.0 * ring[:, 0], ring[:, 1]], axis=1)
    beast.builder.tube(beast.placed(path), ring[:, 2:] * beast.breed.withers_m, color, HAIR, segments)


def _add_leg(beast: Beast, joint_m: FloatArray, leg: Leg) -> None:
    """A tube down the joints, with a ring in the middle of the lowest muscle, and a hoof."""
    breed, unit_m = beast.breed, beast.breed.withers_m
    knee = len(leg.upper)
    calf = joint_m[knee - 1] + 0.45 * (joint_m[knee] - joint_m[knee - 1])
    path = np.concatenate([joint_m[:knee], calf[None], joint_m[knee:]])
    under = joint_m[-1] - joint_m[-2]
    shin = joint_m[knee] + 0.5 * (joint_m[knee + 1] - joint_m[knee])
    path = np.insert(path, knee + 2, shin, axis=0)
    radius = np.array(leg.radius) * unit_m
    # above the top joint the muscle runs out under the skin of the trunk
    crown = path[0] + 0.5 * radius[0, 0] * np.array([0.0, 0.0, 1.0])
    path = np.concatenate([crown[None], path[:-1], (path[-1] - 0.45 * under)[None]])
    radius = np.concatenate([radius[:1] * 0.55, radius[:-1], radius[-2:-1]])
    shank_from = knee + 1
    colors = np.array([breed.coat] * (shank_from + 1) + [breed.shanks] * (len(path) - shank_from - 1))
    segments = _LEG_SEGMENTS[beast.level]
    beast.builder.tube(path, radius, colors, HAIR, segments, cap=False)
    thick = np.array([leg.radius[-2], leg.radius[-1]]) * unit_m
    # the rounded end of a tube sticks out by a good half of its radius
    tip = joint_m[-1] - 0.55 * thick[-1].mean() * under / np.linalg.norm(under)
    hoof = np.array([joint_m[-1] - 0.6 * under, tip])
    beast.builder.tube(hoof, thick, breed.hoof, Material.MATTE, segments, cap=beast.level < 2)


def _add_tail(beast: Beast) -> None:
    tail = np.array(beast.breed.tail)
    path = np.stack([tail[:, 0], 0.0 * tail[:, 0], tail[:, 1]], axis=1)
    radius = tail[:, 2] * beast.breed.withers_m
    beast.builder.tube(beast.placed(path), radius, beast.breed.tail_color, HAIR, _LEG_SEGMENTS[beast.level])


def _crown(breed: Breed) -> FloatArray:
    """The place between the ears: on top of the second ring of the head."""
    x, z, depth, _ = breed.head[1]
    return np.array([x - 0.45 * depth, 0.0, z + 0.75 * depth])


def _add_ear(beast: Beast, side: float) -> None:
    length, width, hang = beast.breed.ear
    half_head = beast.breed.head[1][3]
    root = _crown(beast.breed) + np.array([0.0, side * (0.75 + 0.15 * hang) * half_head, -0.4 * hang * half_head])
    along = (1.0 - hang) * np.array([-0.25, side * 0.45, 1.0]) + hang * np.array([0.15, side * 0.35, -1.0])
    along /= np.linalg.norm(along)
    path = root + np.array([0.0, 0.7, 1.4, 2.0])[:, None] * length * along
    thick = 0.35 * width
    radius = np.array([(0.5 * width, thick), (width, thick), (0.8 * width, thick), (0.15 * width, 0.3 * thick)])
    beast.builder.tube(
        beast.placed(path), radius * beast.breed.withers_m, beast.breed.coat, HAIR, _THIN_SEGMENTS[beast.level]
    )


def _add_eye(beast: Beast, side: float) -> None:
    x, z, depth, half = beast.breed.head[1]
    place = beast.placed(np.array([x + 0.25 * depth, side * 0.88 * half, z + 0.25 * depth]))
    size_m = 0.16 * half * beast.breed.withers_m
    beast.builder.ellipsoid(place, (size_m, size_m, size_m), _EYE, Material.GLASS, 5, 6)


def _add_mane(beast: Beast, color: Color) -> None:
    """A crest along the back of the neck."""
    neck = np.array(beast.breed.neck)
    along = np.gradient(neck[:, :2], axis=0)
    along /= np.linalg.norm(along, axis=1, keepdims=True)
    back = np.stack([-along[:, 1], along[:, 0]], axis=1) * 0.92 * neck[:, 2:3]
    path = np.stack([neck[:, 0] + back[:, 0], 0.0 * neck[:, 0], neck[:, 1] + back[:, 1]], axis=1)
    radius = np.array([(0.03, 0.018), (0.05, 0.022), (0.05, 0.022), (0.035, 0.018)]) * beast.breed.withers_m
    beast.builder.tube(beast.placed(path), radius, color, HAIR, _THIN_SEGMENTS[beast.level])


def _add_dewlap(beast: Beast) -> None:
    x, z, depth, _ = beast.breed.head[1]
    top = np.array([x, 0.0, z - 0.8 * depth])
    path = top + np.array([0.0, 0.5, 1.0])[:, None] * np.array([0.01, 0.0, -0.13])
    radius = np.array([(0.035, 0.020), (0.030, 0.018), (0.010, 0.008)]) * beast.breed.withers_m
    beast.builder.tube(beast.placed(path), radius, beast.breed.coat, HAIR, _THIN_SEGMENTS[beast.level])
