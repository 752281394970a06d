"""Physical constants of each material for the LiDAR and the radar.

What the numbers rest on:

- LiDAR, 905 nm. Reflectivity is diffuse, against a white Lambertian target. Asphalt 0.15 to 0.20, concrete 0.35 to
  0.45, dry leaves and grass 0.45 to 0.55 (leaves are bright beyond 700 nm: the "red edge"), bark 0.3, skin 0.6 to 0.65,
  tyre rubber 0.04, are the near-infrared plateaus of public spectral libraries (USGS, ECOSTRESS). Car paint spans 0.03
  (solid black) to 0.9 (white): its entry is the clear coat over a mid grey, and the ray caster takes the paint colour
  into account. Cloth is dye-dependent, most dyes are bright at 905 nm: 0.5, scaled by the actor's
  `cloth_reflectance`.
- `specular` surfaces return their mirror image: a ray that misses the sensor on its way back is lost.
- `transmissive`: share of power that passes. Automotive safety glass with a solar tint lets through 0.6 to 0.75.
- `retro_gain`: how much brighter than a white Lambertian target a cube-corner or bead sheet looks along the ray.
  Sheeting of ASTM D4956 types III to XI has 250 to 700 cd/lx/m2 at 0.2 degrees of observation; a white
  Lambertian target has 1/pi = 0.32 cd/lx/m2. A pulsed LiDAR's receiver saturates far below that ratio of 1,000, so
  the gain that its intensity channel still resolves, about 30, is used. Plates and lamps hold smaller retro elements.
- Radar, 77 GHz. `radar_gain` is the power reflected against a metal plate (Fresnel at normal incidence, with relative
  permittivities measured at 76 to 81 GHz: glass 6.3, dry concrete 5 to 6, rubber 4, plastics 2.3 to 3, skin 6.5 - 13i;
  roughness takes 3 dB off asphalt and foliage, which scatter at all angles).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.assets.mesh import Material


class Surface(NamedTuple):
    """Constants of one material: see the module's text for where they come from."""

    lidar_reflectivity: float
    radar_gain: float
    specular: bool = False
    transmissive: float = 0.0
    retro_gain: float = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class MaterialTable:
    """Arrays indexed by `Material`, each (len(Material),).

    Args:
        lidar_reflectivity: diffuse reflectivity at 905 nm in [0, 1].
        radar_gain: reflected power at 77 GHz against metal, in [0, 1].
        specular: mirror-like at 905 nm.
        transmissive: share of 905 nm power that passes through, in [0, 1].
        retro_gain: brightness along the incoming ray against a white Lambertian target, >= 1.
    """

    lidar_reflectivity: NDArray[np.float32]
    radar_gain: NDArray[np.float32]
    specular: NDArray[np.bool_]
    transmissive: NDArray[np.float32]
    retro_gain: NDArray[np.float32]


SURFACES: dict[Material, Surface] = {
    Material.MATTE: Surface(0.40, 0.06),
    Material.PAINT: Surface(0.45, 1.0, specular=True),
    Material.GLASS: Surface(0.04, 0.18, specular=True, transmissive=0.7),
    Material.RUBBER: Surface(0.04, 0.11),
    Material.RIM: Surface(0.45, 0.9, specular=True),
    Material.ASPHALT: Surface(0.17, 0.07),
    Material.PAVING: Surface(0.33, 0.15),
    Material.FACADE: Surface(0.40, 0.16),
    Material.LEAF: Surface(0.50, 0.03),
    Material.BARK: Surface(0.30, 0.05),
    Material.SKIN: Surface(0.62, 0.35),
    Material.CLOTH: Surface(0.50, 0.30),  # the skin below reflects: dry cloth is transparent at 77 GHz
    Material.METAL: Surface(0.50, 1.0, specular=True),
    Material.HEADLAMP: Surface(0.30, 0.35, specular=True, transmissive=0.3, retro_gain=4.0),
    Material.TAILLAMP: Surface(0.35, 0.10, retro_gain=8.0),  # ECE R3 rear reflectors sit inside the lamp
    Material.INDICATOR: Surface(0.35, 0.08, retro_gain=2.0),
    Material.REVERSE_LAMP: Surface(0.40, 0.08, retro_gain=2.0),
    Material.BEACON: Surface(0.30, 0.08),
    Material.PANEL: Surface(0.60, 0.80),  # sandwich panel with aluminium skins
    Material.GRASS: Surface(0.48, 0.02),
    Material.BLACK: Surface(0.05, 0.06),
    Material.PLATE: Surface(0.70, 1.0, retro_gain=15.0),  # ISO 7591 retro-reflective number plate
    Material.ROADMARK: Surface(0.55, 0.08, retro_gain=2.5),  # glass beads, EN 1436 class R3: 150 mcd/lx/m2
    Material.RETRO: Surface(0.80, 0.50, retro_gain=30.0),
    Material.PICTURE: Surface(0.55, 0.30),
    Material.SIGNAL_RED: Surface(0.25, 0.06),
    Material.SIGNAL_YELLOW: Surface(0.25, 0.06),
    Material.SIGNAL_GREEN: Surface(0.25, 0.06),
    Material.STREET_LAMP: Surface(0.40, 0.30),
    Material.CONCRETE: Surface(0.40, 0.16),
}


@cache
def material_table() -> MaterialTable:
    """The constants of all materials as read-only arrays indexed by `Material`."""
    rows = [SURFACES[material] for material in Material]
    table = MaterialTable(
        lidar_reflectivity=np.array([row.lidar_reflectivity for row in rows], dtype=np.float32),
        radar_gain=np.array([row.radar_gain for row in rows], dtype=np.float32),
        specular=np.array([row.specular for row in rows], dtype=np.bool_),
        transmissive=np.array([row.transmissive for row in rows], dtype=np.float32),
        retro_gain=np.array([row.retro_gain for row in rows], dtype=np.float32),
    )
    for column in (table.lidar_reflectivity, table.radar_gain, table.specular, table.transmissive, table.retro_gain):
        column.setflags(write=False)
    return table
