"""Flesh and clothes round a skeleton."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.assets.builder import MeshBuilder
from sim.assets.mesh import Material
from sim.assets.people.head import add_head
from sim.assets.people.skeleton import Skeleton
from sim.assets.people.wardrobe import Color, Look

FloatArray = NDArray[np.float64]

# Rings of the trunk: share of the way from hip to neck, half width, half depth (m, for a height of 1.75 m). In light
# clothes a chest is 0.28 m deep (DIN 33402-2: chest depth of adults).
_TRUNK = np.array(
    [
        (-0.20, 0.020, 0.020), (-0.16, 0.140, 0.115), (-0.06, 0.166, 0.136), (0.06, 0.164, 0.133),
        (0.20, 0.150, 0.122), (0.36, 0.145, 0.117), (0.56, 0.160, 0.131), (0.74, 0.176, 0.138),
        (0.89, 0.180, 0.122), (0.97, 0.150, 0.099), (1.02, 0.090, 0.076), (1.06, 0.056, 0.056),
    ]
)  # fmt: skip
_TRUNK_ROWS = (tuple(range(12)), (0, 1, 3, 5, 7, 9, 11), (0, 1, 4, 8, 11))
_TRUNK_SEGMENTS = (14, 8, 6)
_LIMB_SEGMENTS = (8, 5, 4)
_BELT: Color = (0.02, 0.018, 0.016)
_WAIST = 0.10
"""Where tops end and bottoms begin, as a share of the way from hip to neck."""


class Body(NamedTuple):
    """What every part needs: where to add, the bones, the clothes, the level, and the scale of thicknesses."""

    builder: MeshBuilder
    bones: Skeleton
    look: Look
    level: int
    unit: float


def add_person(
    builder: MeshBuilder, bones: Skeleton, look: Look, level: int, height_m: float, helmet: Color | None = None
) -> None:
    """Add a person round `bones` (metres); `height_m` scales how thick everything is."""
    body = Body(builder, bones, look, level, height_m / 1.75)
    _add_trunk(body)
    add_head(builder, bones, look, level, _head_unit(body), helmet)
    for i, side in ((0, 1.0), (1, -1.0)):
        _add_leg(body, i)
        _add_arm(body, i)
        _add_shoe(body, i)
        _add_hand(body, i, side)
    if look.skirt or look.long_coat:
        _add_hanging_cloth(body)
    if look.backpack and level < 2:
        _add_backpack(body)
    if look.handbag and level < 2:
        _add_handbag(body)


def _head_unit(body: Body) -> float:
    """Children's heads are nearly as large as adults'."""
    return body.unit * (1.42 if body.look.age == "child" else 1.0)


def _trunk_axes(bones: Skeleton) -> tuple[FloatArray, FloatArray]:
    up = bones.neck - bones.hip
    left = bones.hips[0] - bones.hips[1]
    left = left / np.linalg.norm(left)
    forward = np.cross(left, up)
    return forward / np.linalg.norm(forward), left


def _add_trunk(body: Body) -> None:
    look, segments = body.look, _TRUNK_SEGMENTS[body.level]
    share, width, depth = _TRUNK[list(_TRUNK_ROWS[body.level])].T
    forward, left = _trunk_axes(body.bones)
    angle = np.arange(segments) * (2.0 * np.pi / segments)
    girth = np.where((share > -0.3) & (share < 0.8), look.girth, 1.0) * body.unit
    chest = np.exp(-(((share - 0.72) / 0.12) ** 2)) * (0.022 if look.female and look.age != "child" else 0.0)
    shoulders = np.where(share > 0.6, 0.92 if look.female else 1.0, 1.0)
    hips = np.where(share < 0.2, 1.05 if look.female else 0.97, 1.0)
    belly = np.exp(-(((share - 0.3) / 0.2) ** 2)) * 0.05 * max(0.0, look.girth - 1.0) * 3.0
    ahead = np.clip(np.cos(angle), 0.0, None)[None, :]
    out = (girth * depth)[:, None] * np.cos(angle)[None] + body.unit * (chest + belly)[:, None] * ahead**2
    aside = (girth * width * shoulders * hips)[:, None] * np.sin(angle)[None]
    center = body.bones.hip + share[:, None] * (body.bones.neck - body.bones.hip)
    points = center[:, None] + out[:, :, None] * forward + aside[:, :, None] * left
    middle = 0.5 * (share[:-1] + share[1:])
    color = np.empty((len(share) - 1, segments, 3))
    color[:] = look.top
    color[middle < (-0.1 if look.open_jacket or look.long_coat else _WAIST)] = look.bottom
    if look.open_jacket and body.level == 0:
        # the shirt under the open jacket, on the two strips beside the middle
        color[np.ix_((middle > _WAIST) & (middle < 1.0), [0, segments - 1])] = look.accent
    color[middle > 1.0] = look.skin
    material = np.full(color.shape[:2], int(Material.CLOTH))
    belt = (middle > -0.02) & (middle < _WAIST) & (look.top == look.bottom) & (body.level == 0)
    color[belt], material[belt] = _BELT, Material.MATTE
    material[middle > 1.0] = Material.SKIN
    # cells run upwards and counter-clockwise: the outside is azimuth x up
    body.builder.grid(
        points.transpose(1, 0, 2),
        color.transpose(1, 0, 2),
        material.T,
        crease_deg=70.0,
        close_u=True,
    )


def _add_limb(
    body: Body, joints: list[FloatArray], radius_m: list[float], bare_from: int, bare: bool, color: Color
) -> None:
    """A limb through its joints; from joint `bare_from` on it is skin if `bare`."""
    look, segments = body.look, _LIMB_SEGMENTS[body.level]
    u = body.unit
    # blunt ends, which close shoulders and wrists
    along = (joints[1] - joints[0]) / np.linalg.norm(joints[1] - joints[0])
    end = (joints[-1] - joints[-2]) / np.linalg.norm(joints[-1] - joints[-2])
    path = [joints[0] - 0.3 * radius_m[0] * u * along, *joints, joints[-1] + 0.3 * radius_m[-1] * u * end]
    radius = [0.0, *(r * u for r in radius_m), 0.0]
    if not bare:
        body.builder.tube(path, radius, color, Material.CLOTH, segments, cap=False)
        return
    if body.level == 2:
        # far away one tube does for sleeve and skin
        colors = np.array([color] * (bare_from + 1) + [look.skin] * (len(path) - bare_from - 1))
        body.builder.tube(path, radius, colors, Material.CLOTH, segments, cap=False)
        return
    # the sleeve ends in a hem that closes it against the skin
    hem = joints[bare_from] + 0.012 * u * along
    sleeve = [r * 1.06 for r in radius[: bare_from + 2]]
    body.builder.tube(
        [*path[: bare_from + 2], hem], [*sleeve, 0.7 * sleeve[-1]], color, Material.CLOTH, segments, False
    )
    start = joints[bare_from] - 0.3 * radius_m[bare_from] * u * end
    skin, thick = [start, *path[bare_from + 1 :]], [0.0, *radius[bare_from + 1 :]]
    body.builder.tube(skin, thick, look.skin, Material.SKIN, segments, cap=False)


def _add_leg(body: Body, i: int) -> None:
    hip, knee, ankle = body.bones.hips[i], body.bones.knees[i], body.bones.ankles[i]
    g = body.look.girth * (0.85 if body.look.age == "child" else 1.0)
    if body.level == 2:
        joints, radius, bare_from = [hip, knee, ankle], [0.085 * g, 0.060, 0.046], 1
    else:
        joints = [hip, hip + 0.4 * (knee - hip), knee, knee + 0.3 * (ankle - knee), ankle]
        radius, bare_from = [0.086 * g, 0.083 * g, 0.058, 0.059, 0.044], 2
    bare = body.look.shorts or body.look.skirt
    _add_limb(body, joints, radius, bare_from, bare, body.look.bottom)


def _add_arm(body: Body, i: int) -> None:
    shoulder, elbow, wrist = body.bones.shoulders[i], body.bones.elbows[i], body.bones.wrists[i]
    g = 0.5 + 0.5 * body.look.girth
    joints, radius, bare_from = [shoulder, elbow, wrist], [0.056 * g, 0.044 * g, 0.032], 1
    if body.level == 0:
        joints.insert(1, shoulder + 0.5 * (elbow - shoulder))
        radius.insert(1, 0.052 * g)
        bare_from = 2
    _add_limb(body, joints, radius, bare_from, body.look.short_sleeves, body.look.top)


def _add_shoe(body: Body, i: int) -> None:
    ankle, axis = body.bones.ankles[i], body.bones.foot_axes[i]
    axis = axis / np.linalg.norm(axis)
    down = np.cross(axis, np.cross(axis, np.array([0.0, 0.0, 1.0])))
    norm = np.linalg.norm(down)
    down = down / norm if norm > 1e-6 else np.array([-1.0, 0.0, 0.0])
    u, sole = body.unit, ankle + down * 0.038 * body.unit
    if body.level == 2:
        left = np.cross(down, axis)
        R = np.stack([axis, -left, -down], axis=1)
        body.builder.box(sole + axis * 0.05 * u, np.array([0.12, 0.045, 0.038]) * u, body.look.shoes, Material.MATTE, R)
        return
    path = [sole - axis * 0.045 * u, sole + axis * 0.07 * u, sole + axis * 0.15 * u + down * 0.012 * u]
    radius = np.array([[0.040, 0.040], [0.040, 0.046], [0.026, 0.038]]) * u
    body.builder.tube(path, radius, body.look.shoes, Material.MATTE, (8, 5)[body.level])


def _add_hand(body: Body, i: int, side: float) -> None:
    if body.level == 2:
        return
    wrist, elbow = body.bones.wrists[i], body.bones.elbows[i]
    along = (wrist - elbow) / np.linalg.norm(wrist - elbow)
    u = body.unit
    rings = (5, 6) if body.level == 0 else (4, 4)
    across = np.cross(along, np.array([0.0, side, 0.0]))
    if np.linalg.norm(across) < 1e-3:  # stretched out to the side: the palm looks down, as a little lower
        across = np.array([side, 0.0, 0.0])
    across = across / (np.linalg.norm(across) + 1e-9)
    R = np.stack([across, np.cross(along, across), along], axis=1)
    body.builder.ellipsoid(
        wrist + along * 0.05 * u, np.array([0.040, 0.022, 0.075]) * u, body.look.skin, Material.SKIN, *rings, R=R
    )


def _add_hanging_cloth(body: Body) -> None:
    """A skirt, or the lower half of a long coat: wide enough to hold both thighs."""
    bones, u = body.bones, body.unit
    knees = bones.knees.mean(axis=0)
    spread = 0.5 * float(np.abs(bones.knees[0, 0] - bones.knees[1, 0]))
    path = np.stack([bones.hip + 0.1 * (bones.neck - bones.hip), bones.hip, knees])
    width = np.array([0.155, 0.178, 0.19]) * u * body.look.girth
    depth = np.array([0.11, 0.128, 0.14]) * u * body.look.girth + np.array([0.0, 0.0, 0.85 * spread])
    color = body.look.top if body.look.long_coat else body.look.bottom
    segments = (12, 8, 6)[body.level]
    radius = np.stack([depth, width], axis=1)
    outside = MeshBuilder().tube(path, radius, color, Material.CLOTH, segments, cap=False).build()
    # seen from below: the same cloth from within, a few millimetres further in
    inside = replace(
        outside,
        position_m=outside.position_m - np.float32(0.006) * outside.normal,
        normal=-outside.normal,
        color=outside.color * np.float32(0.4),
        triangle=outside.triangle[:, ::-1],
    )
    body.builder.add(outside).add(inside)


def _add_backpack(body: Body) -> None:
    forward, _ = _trunk_axes(body.bones)
    trunk = body.bones.neck - body.bones.hip
    center = body.bones.hip + 0.64 * trunk - forward * 0.175 * body.unit
    rings = (8, 10) if body.level == 0 else (5, 6)
    radii = np.array([0.10, 0.145, 0.21]) * body.unit
    tilt = np.stack([forward, np.cross(trunk / np.linalg.norm(trunk), forward), trunk / np.linalg.norm(trunk)], axis=1)
    body.builder.ellipsoid(center, radii, body.look.accent, Material.CLOTH, *rings, R=tilt)


def _add_handbag(body: Body) -> None:
    u, wrist = body.unit, body.bones.wrists[0]
    body.builder.box(
        wrist + np.array([0.0, 0.01, -0.24]) * u, np.array([0.15, 0.055, 0.11]) * u, body.look.accent, Material.CLOTH
    )
    if body.level == 0:
        strap = [wrist + np.array([dx, 0.01, dz]) * u for dx, dz in ((-0.09, -0.13), (0.0, -0.06), (0.09, -0.13))]
        body.builder.tube(strap, 0.009 * u, body.look.accent, Material.CLOTH, 4, cap=False)
