"""Which shader program draws which material: few programs, each without material branches."""

from __future__ import annotations

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from sim.assets.mesh import Material


class Family(IntEnum):
    """A shader program; the order is the order of drawing, so that what hides much comes first and the ground last."""

    GLOSS = 0
    LAMP = 1
    SHEET = 2
    FACADE = 3
    COVER = 4  # of no material: what a client's picture lies over
    SOLID = 5
    LEAF = 6
    GROUND = 7
    MARKING = 8


_MEMBERS: dict[Family, tuple[Material, ...]] = {
    Family.GLOSS: (Material.PAINT, Material.PANEL, Material.METAL, Material.RIM, Material.GLASS),
    Family.SOLID: (Material.MATTE, Material.RUBBER, Material.BARK, Material.SKIN, Material.CLOTH, Material.BLACK),
    Family.LAMP: (
        Material.HEADLAMP,
        Material.TAILLAMP,
        Material.INDICATOR,
        Material.REVERSE_LAMP,
        Material.BEACON,
        Material.SIGNAL_RED,
        Material.SIGNAL_YELLOW,
        Material.SIGNAL_GREEN,
        Material.STREET_LAMP,
    ),
    Family.SHEET: (Material.RETRO, Material.PLATE, Material.PICTURE),
    Family.FACADE: (Material.FACADE,),
    Family.LEAF: (Material.LEAF,),
    Family.GROUND: (Material.ASPHALT, Material.PAVING, Material.GRASS, Material.ROADMARK, Material.CONCRETE),
    Family.MARKING: (Material.DECAL,),
}

FAMILY_OF_MATERIAL: NDArray[np.uint8] = np.zeros(len(Material), dtype=np.uint8)
for _family, _materials in _MEMBERS.items():
    FAMILY_OF_MATERIAL[list(_materials)] = _family

CASTS_SHADOW: NDArray[np.bool_] = np.ones(len(Material), dtype=bool)
"""Flat ground receives shadow and does not cast it: it would only cost vertices."""
CASTS_SHADOW[[Material.ASPHALT, Material.PAVING, Material.GRASS, Material.ROADMARK, Material.DECAL]] = False
