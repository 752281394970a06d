"""How bright a surface looks to a LiDAR: power sent back along the ray, against a matt white plate that faces it.

Four things send light back: the matt body (reflectivity x cosine of incidence: Lambert), the skin that shines (a lobe
around the normal: Cook and Torrance 1982, Beckmann's slopes), retro-reflectors, and what lies under a film of water.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.assets.materials import material_table
from sim.assets.mesh import Material
from sim.raycast.hits import SCENERY, Hits
from sim.raycast.paint import decals, paint_under
from sim.world.scene import Weather

Floats = NDArray[np.float32]

WATER_INDEX = 1.33
WATER_FRESNEL = ((WATER_INDEX - 1.0) / (WATER_INDEX + 1.0)) ** 2
"""Share of light that water sends back at normal incidence: 2 %."""
_ROADS = [Material.ASPHALT, Material.PAVING, Material.CONCRETE, Material.ROADMARK, Material.DECAL]
GROUND = np.isin(np.arange(len(Material)), _ROADS)
"""Materials that rain wets."""
SNOWED = GROUND | (np.arange(len(Material)) == Material.GRASS)
"""Materials that snow covers."""
SNOW = 0.85
"""Reflectivity of fresh snow at 0.9 um (Wiscombe and Warren 1980)."""
DYED = np.isin(np.arange(len(Material)), [Material.PAINT, Material.PANEL])
"""Materials whose reflectivity is that of their colour."""
BLACK_PAINT, WHITE_PAINT = 0.03, 0.90
"""Reflectivity of solid black and of white car paint at 905 nm."""
RETRO_HALF_RAD = np.radians(42.0)
"""Sheeting answers exp(-(angle / this)**2): 60 % at 30 deg (ASTM D4956, type III: 150 of 250 cd/lx/m2)."""
DROWNED_BEADS = 0.75
"""Share of what beads in a road marking send back that water on them takes (EN 1436: class RW2 has 35 of R3's 150)."""


def brightness(hits: Hits, weather: Weather) -> Floats:
    """Of what each ray met (N,); 0 where it met nothing."""
    table = material_table()
    material, cos = hits.material, hits.cos_incidence
    matt = _matt(hits, material)
    if weather.line_contrast < 1.0:
        lines = np.flatnonzero(material == Material.ROADMARK)
        road = table.lidar_reflectivity[Material.ASPHALT]
        matt[lines] = road + np.float32(weather.line_contrast) * (matt.take(lines) - road)
    sheets_of_paint = decals(material)
    hidden, bright = paint_under(hits, sheets_of_paint)
    matt[sheets_of_paint] += hidden * (np.float32(WHITE_PAINT) * bright - matt.take(sheets_of_paint))
    shine = table.glint.take(material)
    if weather.wetness > 0.0 or weather.deposits > 0.0:
        matt, cos_under = _under_water(matt, cos, GROUND.take(material), weather)
        back = matt * cos_under
    else:
        back = matt * cos
    if weather.snow_cover > 0.0:
        share = np.float32(weather.snow_cover) * SNOWED.take(material)
        back += share * (np.float32(SNOW) * cos - back)
    glossy = np.flatnonzero(shine > 0.0)
    back[glossy] += _glint(shine.take(glossy), table.slope.take(material.take(glossy)), cos.take(glossy))
    retro = table.retro.take(material)
    beads = np.flatnonzero(material == Material.ROADMARK)
    retro[beads] *= np.float32(weather.line_contrast)
    retro[sheets_of_paint] = table.retro[Material.ROADMARK] * hidden * bright  # beads are strewn on bright paint
    beads = np.concatenate([beads, sheets_of_paint])
    retro[beads] *= np.float32((1.0 - DROWNED_BEADS * weather.wetness) * (1.0 - weather.snow_cover))
    sheets = np.flatnonzero((retro > 0.0) & ~np.isin(material, (Material.ROADMARK, Material.DECAL)))
    angle_rad = np.arccos(cos.take(sheets))
    retro[sheets] *= np.exp(-((angle_rad / np.float32(RETRO_HALF_RAD)) ** 2))
    if hits.surfaces.lamp_share is not None:
        retro *= hits.surfaces.lamp_share.take(np.maximum(hits.source, SCENERY))
    back += retro
    return np.where(hits.source >= 0, back, np.float32(0.0))


def _matt(hits: Hits, material: NDArray[np.uint8]) -> Floats:
    """Diffuse reflectivity (N,)."""
    matt = material_table().lidar_reflectivity.take(material)
    dyed = np.flatnonzero(DYED.take(material))
    matt[dyed] = np.float32(BLACK_PAINT) + np.float32(WHITE_PAINT - BLACK_PAINT) * hits.pigment.take(dyed)
    cloth = np.flatnonzero(material == Material.CLOTH)
    matt[cloth] = np.clip(matt.take(cloth) * hits.cloth_reflectance.take(cloth), 0.0, 1.0)
    return matt


def _under_water(matt: Floats, cos: Floats, ground: NDArray[np.bool_], weather: Weather) -> tuple[Floats, Floats]:
    """Reflectivity and cosine of what rain has wetted.

    Wet pores are darker, because what they scatter is thrown back inside at the water's skin (Ångström 1925). Where
    water stands, its smooth skin mirrors the pulse away on its way in and out (Fresnel, by Schlick 1994).
    """
    wet = matt / (np.float32(WATER_INDEX**2) * (1.0 - matt) + matt)
    mirrored = np.float32(WATER_FRESNEL) + np.float32(1.0 - WATER_FRESNEL) * (1.0 - cos) ** 5
    through = 1.0 - np.float32(weather.deposits) * (1.0 - (1.0 - mirrored) ** 2)
    darker = matt + np.float32(weather.wetness) * (wet - matt)
    return np.where(ground, darker, matt), np.where(ground, cos * through, cos)


def _glint(fresnel: Floats, slope: Floats, cos: Floats) -> Floats:
    """Of a shining skin: facets that face the sensor, whose slopes have that root mean square."""
    cos2 = np.maximum(cos * cos, np.float32(1e-4))
    facets = np.exp(-(1.0 - cos2) / (cos2 * slope * slope)) / (slope * slope * cos2 * cos2)
    return (fresnel * facets / (4.0 * np.sqrt(cos2))).astype(np.float32)
