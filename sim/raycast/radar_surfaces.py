"""How strongly surfaces throw radar waves of 77 GHz back, and how well they mirror them.

A surface is taken as facets of random slope, larger than the wave. Those that happen to face the radar give a lobe
around the normal (geometric optics of rough surfaces: Barrick 1968, Valenzuela 1978); what edges, seams and the
small-scale roughness throw in all directions is the constant-gamma law (Long, Radar Reflectivity of Land and Sea,
2001).
A sphere of any mean slope then has the cross-section of geometric optics, reflectance x pi x radius squared.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from math import pi
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.assets.materials import material_table
from sim.assets.mesh import Material
from sim.raycast.receiver import LIGHT_MPS

WAVELENGTH_M = LIGHT_MPS / 76.5e9
"""The middle of the band for car radars, 76 to 77 GHz (ETSI EN 301 091)."""
BODY_SLOPE2 = 0.10
"""Mean square slope of a pressed panel within one of the mesh's triangles: 18 degrees."""
BODY_SCATTER = 0.3
"""Gamma of seams, edges and cavities per reflectance: a car seen from its corner has some 0 dBsm, 13 from behind."""


@dataclass(frozen=True, slots=True)
class _Rough:
    """`slope2` mean square slope; `gamma` of the constant-gamma law; `rms_m` roughness, inf: it never mirrors."""

    slope2: float
    gamma: float
    rms_m: float = float("inf")


_GROUND: dict[Material, _Rough] = {
    # Asphalt at grazing angles: Li and Sarabandi 1999 measured -20 to -30 dB between 10 and 20 degrees.
    Material.ASPHALT: _Rough(0.02, 0.02, 0.4e-3),
    Material.ROADMARK: _Rough(0.02, 0.02, 0.4e-3),
    Material.DECAL: _Rough(0.02, 0.02, 0.4e-3),
    Material.PAVING: _Rough(0.02, 0.03, 0.5e-3),
    Material.CONCRETE: _Rough(0.02, 0.03, 0.3e-3),
    Material.GRASS: _Rough(0.2, 0.06),  # -12 dB, as grassland at Ka band (Long 2001)
    Material.LEAF: _Rough(0.5, 0.05),
    Material.BARK: _Rough(0.3, 0.05),
    Material.FACADE: _Rough(0.02, 0.05, 0.5e-3),
    Material.PANEL: _Rough(0.05, 0.2, 0.1e-3),
    Material.METAL: _Rough(BODY_SLOPE2, 0.2, 0.1e-3),
}


@dataclass(frozen=True, slots=True, eq=False)
class _Table:
    reflectance: NDArray[np.float64]
    slope2: NDArray[np.float64]
    gamma: NDArray[np.float64]
    rms_m: NDArray[np.float64]


@cache
def _table() -> _Table:
    reflectance = material_table().radar_gain.astype(np.float64)
    rows = [_GROUND.get(m, _Rough(BODY_SLOPE2, BODY_SCATTER * float(reflectance[m]))) for m in Material]
    columns = np.array([(row.slope2, row.gamma, row.rms_m) for row in rows]).T
    return _Table(reflectance, *columns)


def backscatter(material: NDArray[Any], cos_incidence: NDArray[Any]) -> NDArray[np.float64]:
    """Cross-section per area of surface (N,), m2/m2, at an angle to the normal; 0 for a grazing ray."""
    table = _table()
    cos2 = np.square(np.maximum(np.asarray(cos_incidence, np.float64), 1e-3))
    slope2 = table.slope2[material]
    facing = table.reflectance[material] / (slope2 * cos2 * cos2) * np.exp(-(1.0 / cos2 - 1.0) / slope2)
    return np.asarray(facing + table.gamma[material] * np.sqrt(cos2), np.float64)


def mirrored_share(material: NDArray[Any], cos_incidence: NDArray[Any]) -> NDArray[np.float64]:
    """Share of the power (N,) that a surface mirrors: Fresnel by Schlick's formula, less what its roughness scatters.

    Roughness costs exp(-(4 pi h cos / wavelength)^2) (Ament 1953). Of bodies only flat panels mirror.
    """
    table = _table()
    cos = np.asarray(cos_incidence, np.float64)
    reflectance = table.reflectance[material]
    fresnel = reflectance + (1.0 - reflectance) * (1.0 - cos) ** 5
    height = table.rms_m[material]
    flat = np.isfinite(height)
    phase = 4.0 * pi * np.where(flat, height, 0.0) * cos / WAVELENGTH_M
    return np.asarray(np.where(flat, fresnel * np.exp(-np.square(phase)), 0.0), np.float64)


def trihedral_rcs_m2(edge_m: float, direction_cosines: NDArray[Any]) -> NDArray[np.float64]:
    """Cross-section (N,) of a corner of three square plates, 12 pi edge^4 / wavelength^2 along its axis of symmetry.

    Args:
        edge_m: of a plate.
        direction_cosines: (N, 3) of the way to the radar along the three edges; 0 outside of the corner.

    The effective area is that of Knott (Radar Cross Section, 2004).
    """
    low, middle, high = np.sort(np.asarray(direction_cosines, np.float64), axis=1).T
    inside = low > 0.0
    low, middle, high = (np.where(inside, cosine, 1.0) for cosine in (low, middle, high))
    narrow = middle <= high / 2.0
    area_m2 = edge_m**2 * np.where(narrow, 4.0 * low * middle / high, low * (4.0 - high / middle))
    return np.where(inside, 4.0 * pi * np.square(area_m2) / WAVELENGTH_M**2, 0.0)
