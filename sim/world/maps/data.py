"""What a map is: its OpenDRIVE text, where cars may start, what stands on it and which training split it belongs to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.world.scene import StaticScene, StreetLamp

SPLITS = ("train", "nominal", "edge")


class UnknownMapError(KeyError):
    """A map name nobody registered; its text is one line that names the nearest map."""

    def __str__(self) -> str:
        return str(self.args[0])


@dataclass(frozen=True, slots=True, eq=False)
class OrientedBoxArrays:
    """Upright boxes; N may be 0.

    Args:
        center_world_m: (N, 3) geometric centres.
        half_m: (N, 3) half extents along the box's own x, y, z.
        yaw_rad: (N,) counter-clockwise about world z.
    """

    center_world_m: NDArray[np.float64]
    half_m: NDArray[np.float64]
    yaw_rad: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.yaw_rad)


@dataclass(frozen=True, slots=True, eq=False)
class Solids(OrientedBoxArrays):
    """What bodies cannot pass.

    Args:
        tag: (N,) CityObjectLabel.
    """

    tag: NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class RoadSign:
    """A traffic light or sign beside a road, and the places where it acts on vehicles.

    Args:
        opendrive_id: `id` of the OpenDRIVE signal.
        kind: what comes after "traffic." in CARLA's name: "traffic_light", "stop", "yield" or "speed_limit.NN".
        T_world_sign: (4, 4) upright pose as CARLA's landmark has it: x along the road that it is for.
        areas: a vehicle that overlaps one of these boxes is governed by the sign.
        crossing_areas: who waits at a stop or yield sign lets those pass who are in these boxes.
        limit_kmph: of a speed limit, else 0.
    """

    opendrive_id: str
    kind: str
    T_world_sign: NDArray[np.float64]
    areas: OrientedBoxArrays
    crossing_areas: OrientedBoxArrays
    limit_kmph: float


@dataclass(frozen=True, slots=True, eq=False)
class SignalHead:
    """Where one traffic light hangs, and where its traffic waits.

    Args:
        opendrive_signal_id: `id` of the OpenDRIVE signal.
        T_world_head: (4, 4) pose of the head's centre: x points at the traffic that it is for, z up.
        stop_line_world_m: (2, 3) ends of the stop line, left end first as the driver sees it.
        group: signals of one group show the same colour; the groups of a cycle get green in turn, by this number.
        cycle: names the junction, or the single signal, whose lights take turns.
        sign: the light as a thing beside the road.
    """

    opendrive_signal_id: str
    T_world_head: NDArray[np.float64]
    stop_line_world_m: NDArray[np.float64]
    group: int
    cycle: str
    sign: RoadSign


@dataclass(frozen=True, slots=True, eq=False)
class MapData:
    """A map that the server can load.

    Args:
        name: as clients name it.
        xodr: OpenDRIVE text; its axes are our world frame (x, y left, z up).
        split: "train", "nominal" or "edge": what it may be used for.
        scenery: makes everything that stands still; made once, at the first call.
        spawn_points: (x_m, y_m, z_m, yaw_rad) on the road surface in driving direction, world frame.
        origin_lat_deg: latitude of the world's origin.
        origin_lon_deg: longitude of the world's origin.
        solids: what bodies collide with, made once, at the first call.
        signal_heads: poses for the traffic lights of `xodr`.
        ground_z_m: height of road, side walk or terrain under points (N, 2) in the world frame -> (N,).
        signs: stop, yield and speed limit signs of `xodr`.
        lamps: the street lamps, those of the scenery in the same order, known before the scenery is made.
    """

    name: str
    xodr: str
    split: str
    scenery: Callable[[], StaticScene]
    spawn_points: tuple[tuple[float, float, float, float], ...]
    origin_lat_deg: float
    origin_lon_deg: float
    solids: Callable[[], Solids]
    signal_heads: tuple[SignalHead, ...]
    ground_z_m: Callable[[NDArray[np.float64]], NDArray[np.float64]]
    signs: tuple[RoadSign, ...] = ()
    lamps: Callable[[], tuple[StreetLamp, ...]] = tuple
