"""A snapshot of the world for the sensors: what stands, what moves, the light. Right-handed, metres, radians."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sim.assets.mesh import Mesh, MeshKey
from sim.world.covers import NO_COVERS, Covers
from sim.world.marks import NO_MARKS, Marks
from sim.world.poster import Poster

NOBODY = -1
"""Owner of triangles that belong to no object."""


@dataclass(frozen=True, slots=True, eq=False)
class SceneryObject:
    """One thing of the scenery, as clients list it and hide it.

    Args:
        name: unique on its map.
        kind: what it is: "building", "lamp", "tree", "road", ...
        tag: CityObjectLabel.
        position_world_m: its place, on the ground under its middle as a rule.
        yaw_rad: of the thing and of its box.
        center_world_m: (3,) middle of its box.
        half_m: (3,) half extents of its box.
        solid: row of the box that bodies collide with among the map's solids, -1 for none.
    """

    name: str
    kind: str
    tag: int
    position_world_m: tuple[float, float, float]
    yaw_rad: float
    center_world_m: NDArray[np.float64]
    half_m: NDArray[np.float64]
    solid: int = -1


@dataclass(frozen=True, slots=True, eq=False)
class StaticPart:
    """Scenery of one kind, in the world frame.

    Args:
        name: for environment-object queries.
        tag: CARLA's CityObjectLabel (1 roads, 2 side walks, 3 buildings, 6 poles, 9 vegetation, 24 road lines, ...).
        mesh: in the world frame.
        paint_rgb: (3,) linear, for vertices that take the paint colour.
        seed: varies procedural texture.
        owner: (T,) index among the scene's objects of each triangle; None for a part without objects.
    """

    name: str
    tag: int
    mesh: Mesh
    paint_rgb: tuple[float, float, float] = (0.5, 0.5, 0.5)
    seed: float = 0.0
    owner: NDArray[np.int32] | None = None


LAMP_CD = 4000.0
"""Luminous intensity of a street lamp straight down (about 16,000 lm: a road lamp of 120 W)."""


@dataclass(frozen=True, slots=True, eq=False)
class StreetLamp:
    """A lamp head; 0 cd is off."""

    position_world_m: tuple[float, float, float]
    color_rgb: tuple[float, float, float] = (1.0, 0.86, 0.66)
    intensity_cd: float = LAMP_CD


@dataclass(frozen=True, slots=True)
class Tube:
    """A straight stretch of a tunnel, along whose road it goes from `begin` to `end`.

    Args:
        begin_world_m: on the road, midway between the walls.
        end_world_m: the same at the other end.
        width_m: between the walls.
        clear_m: height of the ceiling above the road.
        before_m: way in the tunnel from its mouth to `begin`; 0 where the tunnel begins.
        behind_m: the same from `end` to the other mouth.
    """

    begin_world_m: tuple[float, float, float]
    end_world_m: tuple[float, float, float]
    width_m: float
    clear_m: float
    before_m: float = 0.0
    behind_m: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class StaticScene:
    """All that stands still on a map; `key` identifies it for caches."""

    key: str
    parts: tuple[StaticPart, ...]
    lamps: tuple[StreetLamp, ...] = ()
    objects: tuple[SceneryObject, ...] = ()
    tubes: tuple[Tube, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Instance:
    """One actor as the sensors see it.

    Args:
        actor_id: CARLA actor id; shown in instance images and semantic LiDAR.
        tag: CityObjectLabel.
        mesh: which mesh, in which pose.
        T_world_body: (4, 4) float64, body frame to world.
        velocity_world_mps: (3,) of the body origin; angular_velocity_world_radps: (3,).
        paint_rgb: linear paint colour.
        lights: bits of carla.VehicleLightState.
        lamp_share: share of their light that its lamps, reflectors and plates give: dirt takes the rest.
        cloth_reflectance: factor on CLOTH albedo; 1 is as modelled.
        cloth_rgb: linear colour of all its CLOTH, None for the colours as modelled.
        picture: name of the picture that PICTURE faces show ("" is blank white board).
        picture_scale: share of the face that the picture covers, 0 to 1.
        poster: a user's picture that PICTURE faces show instead.
        contrast: of DECAL paint: share of the road under it that it hides where its picture is opaque.
        signal_state: carla.TrafficLightState for traffic lights.
        seed: varies procedural texture.
    """

    actor_id: int
    tag: int
    mesh: MeshKey
    T_world_body: NDArray[np.float64]
    velocity_world_mps: NDArray[np.float64] = field(default_factory=lambda: np.zeros(3))
    angular_velocity_world_radps: NDArray[np.float64] = field(default_factory=lambda: np.zeros(3))
    paint_rgb: tuple[float, float, float] = (0.5, 0.5, 0.5)
    lights: int = 0
    lamp_share: float = 1.0
    cloth_reflectance: float = 1.0
    cloth_rgb: tuple[float, float, float] | None = None
    picture: str = ""
    picture_scale: float = 1.0
    poster: Poster | None = None
    contrast: float = 1.0
    signal_state: int = 3
    seed: float = 0.0


@dataclass(frozen=True, slots=True)
class Weather:
    """CARLA's weather, with angles in radians and azimuth in the right-handed world frame.

    `sun_direction_world` points from the ground to the sun. Percentages become shares in [0, 1]. `wetness` is how wet
    roads are, `deposits` how much of them lies under water. `scattering`, `mie` and `rayleigh` are factors on what
    CARLA's defaults mean. Fog is as dense as `fog_density` says at `fog_base_z_m`. CARLA knows no snow:
    `snowfall_mm_per_h` is the rate at which it falls, as water; `snow_cover` the share of the ground that it hides.
    Nor does it know how long ago lines were painted: `line_contrast` is how far they stand out, 1 as fresh paint does.
    `sim/world/air.py` says what these mean in metres of sight.
    """

    sun_azimuth_rad: float = 0.8
    sun_elevation_rad: float = 0.8
    cloudiness: float = 0.1
    precipitation: float = 0.0
    wetness: float = 0.0
    fog_density: float = 0.0
    fog_distance_m: float = 0.75
    fog_falloff: float = 0.1
    dust_storm: float = 0.0
    deposits: float = 0.0
    wind: float = 0.1
    scattering: float = 1.0
    mie: float = 1.0
    rayleigh: float = 1.0
    fog_base_z_m: float = 0.0
    snowfall_mm_per_h: float = 0.0
    snow_cover: float = 0.0
    line_contrast: float = 1.0

    @property
    def sun_direction_world(self) -> NDArray[np.float64]:
        """(3,) unit vector from the ground to the sun."""
        ce = np.cos(self.sun_elevation_rad)
        azimuth = self.sun_azimuth_rad
        return np.array([ce * np.cos(azimuth), ce * np.sin(azimuth), np.sin(self.sun_elevation_rad)])


@dataclass(frozen=True, slots=True, eq=False)
class Puffs:
    """Small clouds near the ground: round, densest in the middle, by a bell curve.

    At a distance s from the middle of one the extinction is `extinction_per_m * exp(-(s / radius_m) ** 2)`: a ray that
    passes the middle at a distance q meets an optical depth of
    `sqrt(pi) * radius_m * extinction_per_m * exp(-(q / radius_m) ** 2)`, and over it exp(-depth) of its light is left.

    Args:
        center_world_m: (N, 3).
        radius_m: (N,).
        extinction_per_m: (N,) in the middle, for all waves from visible light to 1.6 um.
    """

    center_world_m: NDArray[np.float64]
    radius_m: NDArray[np.float64]
    extinction_per_m: NDArray[np.float64]

    def depth(self) -> NDArray[np.float64]:
        """(N,) optical depth right through the middle."""
        return np.sqrt(np.pi) * self.radius_m * self.extinction_per_m


NO_PUFFS = Puffs(np.zeros((0, 3)), np.zeros(0), np.zeros(0))


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """What all sensors of one tick look at.

    `lamps` are the street lamps of `static`, in the same order, with the light that they give now; () is none lit.
    Cameras see nothing but ground beyond `culling_distance_m`. `covers` are pictures on objects of `static`.
    `puffs` hang in the air; truth does not know of them.
    """

    static: StaticScene
    instances: tuple[Instance, ...]
    weather: Weather
    time_s: float
    frame: int = 0
    lamps: tuple[StreetLamp, ...] = ()
    marks: Marks = NO_MARKS
    culling_distance_m: float = float("inf")
    covers: Covers = NO_COVERS
    puffs: Puffs = NO_PUFFS

    @property
    def has_lit_lamps(self) -> bool:
        """Whether any street lamp is on."""
        return any(lamp.intensity_cd > 0.0 for lamp in self.lamps)
