"""Physical constants of each material for the LiDAR and the radar.

What the numbers rest on:

- LiDAR, 905 nm. Reflectivity is diffuse, against a white Lambertian target. Asphalt 0.15 to 0.20, concrete 0.35 to
  0.45, dry leaves and grass 0.45 to 0.55 (leaves are bright beyond 700 nm: the "red edge"), bark 0.3, skin 0.6 to 0.65,
  tyre rubber 0.04, are the near-infrared plateaus of public spectral libraries (USGS, ECOSTRESS). Car paint spans 0.03
  (solid black) to 0.9 (white): its entry is the clear coat over a mid grey, and the ray caster takes the paint colour
  into account. Cloth is dye-dependent, most dyes are bright at 905 nm: 0.5, scaled by the actor's
  `cloth_reflectance`.
- `glint` is the share of light that a shining skin mirrors at normal incidence (Fresnel: 0.04 for clear coat and glass
  with n = 1.5; bare and painted metal about 0.6), `slope` the root mean square slope of its facets (Beckmann): 0.1 for
  coats and panes with their curvature, 0.3 for brushed or cast metal. The rest of the mirrored light misses the sensor.
- `transmissive`: share of power that passes. Automotive safety glass with a solar tint lets through 0.6 to 0.75.
- `retro` is power sent back along the ray by cube corners or beads, against a white Lambertian target, which has
  1/pi = 0.32 cd/lx/m2. Sheeting of ASTM D4956 types III and IV has 250 to 360 cd/lx/m2 at 0.2 degrees of observation:
  950. Number plates have 50 (ISO 7591): 150. Rear lamps hold a reflector of class IA (ECE R3: 0.3 cd/lx) in
  some 0.03 m2: 30. Beads in road markings give 0.15 cd/lx/m2 at grazing incidence (EN 1436, class R3): 0.47.
- Radar, 77 GHz. `radar_gain` is the power reflected against a metal plate (Fresnel at normal incidence, with relative
  permittivities measured at 76 to 81 GHz: glass 6.3, dry concrete 5 to 6, rubber 4, plastics 2.3 to 3, skin 6.5 - 13i;
  roughness takes 3 dB off asphalt and foliage, which scatter at all angles).
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.assets.mesh import Material


class Surface(NamedTuple):
    """Constants of one material: see the module's text for where they come from."""

    lidar_reflectivity: float
    radar_gain: float
    glint: float = 0.0
    slope: float = 0.1
    transmissive: float = 0.0
    retro: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class MaterialTable:
    """Arrays indexed by `Material`, each (len(Material),).

    Args:
        lidar_reflectivity: diffuse reflectivity at 905 nm in [0, 1].
        radar_gain: reflected power at 77 GHz against metal, in [0, 1].
        glint: share of 905 nm light that its skin mirrors at normal incidence, in [0, 1]; 0 is a matt one.
        slope: root mean square slope of that skin's facets, > 0.
        transmissive: share of 905 nm power that passes through, in [0, 1].
        retro: retro-reflected power along the ray against a white Lambertian target, >= 0.
    """

    lidar_reflectivity: NDArray[np.float32]
    radar_gain: NDArray[np.float32]
    glint: NDArray[np.float32]
    slope: NDArray[np.float32]
    transmissive: NDArray[np.float32]
    retro: NDArray[np.float32]


SURFACES: dict[Material, Surface] = {
    Material.MATTE: Surface(0.40, 0.06),
    Material.PAINT: Surface(0.45, 1.0, glint=0.04),
    Material.GLASS: Surface(0.04, 0.18, glint=0.04, transmissive=0.7),
    Material.RUBBER: Surface(0.04, 0.11),
    Material.RIM: Surface(0.30, 0.9, glint=0.6, slope=0.3),
    Material.ASPHALT: Surface(0.17, 0.07),
    Material.PAVING: Surface(0.33, 0.15),
    Material.FACADE: Surface(0.40, 0.16),
    Material.LEAF: Surface(0.50, 0.03),
    Material.BARK: Surface(0.30, 0.05),
    Material.SKIN: Surface(0.62, 0.35),
    Material.CLOTH: Surface(0.50, 0.30),  # the skin below reflects: dry cloth is transparent at 77 GHz
    Material.METAL: Surface(0.30, 1.0, glint=0.6, slope=0.3),
    Material.HEADLAMP: Surface(0.30, 0.35, glint=0.04, retro=4.0),
    Material.TAILLAMP: Surface(0.35, 0.10, glint=0.04, retro=30.0),  # ECE R3 rear reflectors sit inside the lamp
    Material.INDICATOR: Surface(0.35, 0.08, glint=0.04, retro=2.0),
    Material.REVERSE_LAMP: Surface(0.40, 0.08, glint=0.04, retro=2.0),
    Material.BEACON: Surface(0.30, 0.08),
    Material.PANEL: Surface(0.60, 0.80),  # sandwich panel with aluminium skins
    Material.GRASS: Surface(0.48, 0.02),
    Material.BLACK: Surface(0.05, 0.06, glint=0.04, slope=0.3),
    Material.PLATE: Surface(0.70, 1.0, retro=150.0),  # ISO 7591 retro-reflective number plate
    Material.ROADMARK: Surface(0.55, 0.08, retro=0.47),  # glass beads, EN 1436 class R3: 150 mcd/lx/m2
    Material.RETRO: Surface(0.80, 0.50, retro=950.0),
    Material.PICTURE: Surface(0.55, 0.30),
    Material.SIGNAL_RED: Surface(0.25, 0.06),
    Material.SIGNAL_YELLOW: Surface(0.25, 0.06),
    Material.SIGNAL_GREEN: Surface(0.25, 0.06),
    Material.STREET_LAMP: Surface(0.40, 0.30),
    Material.CONCRETE: Surface(0.40, 0.16),
    Material.DECAL: Surface(0.17, 0.07),  # the road under it; the ray caster adds the paint
}


@cache
def material_table() -> MaterialTable:
    """The constants of all materials as read-only arrays indexed by `Material`."""
    rows = [SURFACES[material] for material in Material]
    table = MaterialTable(
        lidar_reflectivity=np.array([row.lidar_reflectivity for row in rows], dtype=np.float32),
        radar_gain=np.array([row.radar_gain for row in rows], dtype=np.float32),
        glint=np.array([row.glint for row in rows], dtype=np.float32),
        slope=np.array([row.slope for row in rows], dtype=np.float32),
        transmissive=np.array([row.transmissive for row in rows], dtype=np.float32),
        retro=np.array([row.retro for row in rows], dtype=np.float32),
    )
    for column in fields(table):
        getattr(table, column.name).setflags(write=False)
    return table
