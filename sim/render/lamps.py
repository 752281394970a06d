"""Lamps that light the street: a map of street-lamp light around the camera, and the beams of the nearest vehicles."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.assets.mesh import Material
from sim.render.actors import Actors
from sim.render.frame import MAX_BEAMS, Beam, LampField
from sim.render.tunnels import LAMP_CD_PER_M2, LAMP_RGB
from sim.world.scene import LAMP_CD, StreetLamp
from sim.world.vehicle_lights import HIGH_BEAM, LOW_BEAM

FIELD_SIZE_PX = 128
FIELD_SIDE_M = 160.0
FIELD_STEP_M = 40.0
"""The map moves with the camera in steps of this, so that it is kept between frames."""
LAMP_HEIGHT_M = 8.0
"""A lamp's light is computed this far below its head: on the ground."""
HEADS_A_ROW, HEAD_ROWS = 256, 16
"""Lamps whose own glass can glow: far more than a map has (`scenery/plan.py` puts 80 at most)."""
TUNNEL_HEAD = HEADS_A_ROW * HEAD_ROWS - 1
"""The last stands for all lamps of tunnels, which are always on."""
HEAD_CD_PER_M2 = 25_000.0
"""Luminance of the glass of a lamp of usual intensity."""
BEAM_RANGE_M = 120.0
LAMPS_OF_TAG = {18: 1.0, 19: 0.06}
"""How many headlamps of a car the lamps of a motorcycle and of a bicycle (about 1,000 cd) make; others have two."""


def lamp_field(
    lamps: Sequence[StreetLamp], eye_world_m: NDArray[np.float64]
) -> tuple[LampField, NDArray[np.float16], NDArray[np.float16]]:
    """Where the map around the camera lies, its (128, 128, 4) texels, and their (128, 128, 4) tint.

    Texels are lux times direction, and lux; the tint is the light's colour as a factor on the mean colour of all lamps.
    """
    corner = np.round(eye_world_m[:2] / FIELD_STEP_M) * FIELD_STEP_M - FIELD_SIDE_M / 2.0
    texel = (np.arange(FIELD_SIZE_PX) + 0.5) * (FIELD_SIDE_M / FIELD_SIZE_PX)
    field, colored = np.zeros((FIELD_SIZE_PX, FIELD_SIZE_PX, 4)), np.zeros((FIELD_SIZE_PX, FIELD_SIZE_PX, 3))
    lit = [lamp for lamp in lamps if lamp.intensity_cd > 0.0]
    near = [p for p in lit if (np.abs(np.array(p.position_world_m[:2]) - corner - FIELD_SIDE_M / 2) < 110.0).all()]
    color = np.zeros(3)
    for lamp in near:
        x, y, _ = lamp.position_world_m
        dx, dy = x - corner[0] - texel[None, :], y - corner[1] - texel[:, None]
        to_lamp = np.stack(np.broadcast_arrays(dx, dy, LAMP_HEIGHT_M), axis=2)
        distance = np.linalg.norm(to_lamp, axis=2, keepdims=True)
        to_lamp /= distance
        # flat bowl: full to 55 degrees off straight down, none beyond 80
        cone = np.clip((to_lamp[:, :, 2:] - 0.17) / 0.40, 0.0, 1.0)
        lux = lamp.intensity_cd * cone / distance**2
        field[:, :, :3] += lux * to_lamp
        field[:, :, 3:] += lux
        colored += lux * lamp.color_rgb
        color += np.array(lamp.color_rgb) / len(near)
    tint = np.ones((FIELD_SIZE_PX, FIELD_SIZE_PX, 4))
    total = field[:, :, 3:] * color
    np.divide(colored, total, out=tint[:, :, :3], where=total > 0.0)
    rgb = (float(color[0]), float(color[1]), float(color[2]))
    where = LampField((float(corner[0]), float(corner[1])), FIELD_SIDE_M, LAMP_HEIGHT_M, rgb)
    return where, field.astype(np.float16), tint.astype(np.float16)


class LampFieldMap:
    """Keeps the textures of the lamp field and fills them when the camera leaves its cell, or a lamp changes.

    `heads` holds what each lamp's own glass shines with: colour, and luminance in cd/m2.
    """

    def __init__(self, context: Any) -> None:
        self.texture = context.texture((FIELD_SIZE_PX, FIELD_SIZE_PX), 4, dtype="f2")
        self.tint = context.texture((FIELD_SIZE_PX, FIELD_SIZE_PX), 4, dtype="f2")
        self.heads = context.texture((HEADS_A_ROW, HEAD_ROWS), 4, dtype="f4")
        for texture in (self.texture, self.tint):
            texture.repeat_x = texture.repeat_y = False
        self._key: tuple[object, ...] | None = None
        self._lamps: Sequence[StreetLamp] | None = None
        self._field_lamps: Sequence[StreetLamp] | None = None
        self._field: LampField | None = None
        self._mean_lx = 0.0

    @property
    def mean_lx(self) -> float:
        """Mean illuminance of the ground in the middle of the map: what exposure is measured on."""
        return self._mean_lx

    def shine(self, lamps: Sequence[StreetLamp]) -> bool:
        """Take over what the lamps give now; returns whether their colours differ."""
        if lamps is not self._lamps:
            self._lamps = lamps
            heads = np.zeros((HEADS_A_ROW * HEAD_ROWS, 4), np.float32)
            heads[TUNNEL_HEAD] = (*LAMP_RGB, LAMP_CD_PER_M2)
            for row, lamp in zip(heads, lamps, strict=False):
                row[:3], row[3] = lamp.color_rgb, HEAD_CD_PER_M2 * lamp.intensity_cd / LAMP_CD
            self.heads.write(heads.tobytes())
        return len({lamp.color_rgb for lamp in lamps if lamp.intensity_cd > 0.0}) > 1

    def update(self, map_key: str, eye_world_m: NDArray[np.float64]) -> LampField:
        """The field around the camera; `map_key` tells maps apart."""
        key = (map_key, *np.round(eye_world_m[:2] / FIELD_STEP_M))
        # by day no field is asked for, so that of the night before stands
        if key != self._key or self._lamps is not self._field_lamps or self._field is None:
            self._field, texels, tint = lamp_field(self._lamps or (), eye_world_m)
            self.texture.write(texels.tobytes())
            self.tint.write(tint.tobytes())
            middle = slice(FIELD_SIZE_PX // 4, 3 * FIELD_SIZE_PX // 4)
            self._mean_lx = float(texels[middle, middle, 2].astype(np.float64).mean())
            self._key, self._field_lamps = key, self._lamps
        return self._field


def beams_of(actors: Actors) -> tuple[Beam, ...]:
    """The headlamp beams of the nearest vehicles that have them on."""
    lit = [
        k
        for k, instance in enumerate(actors.instances)
        if instance.lights & (LOW_BEAM | HIGH_BEAM) and actors.distance_m[k] < BEAM_RANGE_M
    ]
    return tuple(_beam(actors, k) for k in lit[:MAX_BEAMS])


def _beam(actors: Actors, k: int) -> Beam:
    T, mesh, lights = actors.T_world_body[k], actors.meshes[k], actors.instances[k].lights
    lamps = mesh.lamps.get(Material.HEADLAMP)
    count = LAMPS_OF_TAG.get(actors.instances[k].tag, 2.0)
    share = actors.instances[k].lamp_share
    if lamps is None:
        low, high = mesh.low_body_m, mesh.high_body_m
        center = np.array([high[0], (low[1] + high[1]) / 2.0, low[2] + 0.65])
    else:
        center = lamps.center_body_m.mean(axis=0)
    return Beam(
        position_world_m=T[:3, :3] @ center + T[:3, 3],
        forward_world=T[:3, 0],
        dipped=count * share,
        main=count * share if lights & HIGH_BEAM and count >= 1.0 else 0.0,
    )
