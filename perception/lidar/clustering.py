"""Things that stand on the ground, found by geometry alone: no class is ever asked for, so none can be unknown."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import label

from moosetest.config import ConfigError, want_positive
from moosetest.frames import wrap_rad_array
from moosetest.objects import Detections, ObjectClass
from moosetest.sensing import LidarFrame, SensorBundle
from perception.lidar.box_codec import SpaceBoxes
from perception.lidar.covariance import RangeError
from perception.lidar.ground import heights_over_ground_m
from perception.lidar.pillars import as_detections
from perception.registry import DETECTORS

ANGLES_RAD = np.radians(np.arange(0.0, 90.0, 3.0))
"""Directions tried for a box: 3 degrees turn a 5 m side by 0.26 m at its end, less than a cell."""
MAX_FIT_POINTS = 100
"""Returns of one thing that its box's direction is fitted to."""
CLOSEST_M = 0.05
"""Returns this near to an edge count no more than this: the ray caster's range noise is of that order."""
LEAST_SIZE_M = 0.3
"""Smallest side of a box: a cell."""
WIDEST_VEHICLE_M = 3.2
"""A road vehicle is at most 2.55 m wide (Directive 96/53/EC), and mirrors; what is wider is split up."""
LONGEST_VEHICLE_M = 20.0
"""A road train is at most 18.75 m long (Directive 96/53/EC); what is longer is split up."""
LARGE_PIECE_M = 6.0
"""Things wider than a vehicle are split until no piece is longer: so that the box of a bent wall leaves the road it
bends around free."""
HALF_SCORE_POINTS = 10.0
"""Returns at which the score is one half."""
ERROR = RangeError(along_base_m=0.8, along_slope=0.006, across_base_m=0.3, across_slope=0.004)
"""Of the centre of what is seen, as that of the whole thing: its far side is hidden, by half a car's length or so."""


@dataclass(frozen=True, slots=True)
class ClustersConfig:
    """Where to look, and what counts as a thing.

    Args:
        sensor_id: the LiDAR.
        cell_m: side of the cells whose neighbourhood joins returns.
        half_width_m: how far to each side of the car is looked; house walls lie beyond.
        max_range_m: how far ahead.
        min_height_m: returns lower over ground are road and kerbs; it grows with distance by `height_slope`, as the
            error of the ground does.
        max_height_m: returns higher over ground hang over the road.
        min_points: fewer returns are noise, rain or insects.
    """

    sensor_id: str = "lidar_front"
    cell_m: float = 0.3
    half_width_m: float = 12.0
    max_range_m: float = 120.0
    min_height_m: float = 0.25
    height_slope: float = 0.003
    max_height_m: float = 2.5
    min_points: int = 4

    def __post_init__(self) -> None:
        want_positive(self, "cell_m", "half_width_m", "max_range_m", "min_height_m")
        if self.max_height_m <= self.min_height_m:
            raise ConfigError(f"ClustersConfig.max_height_m: {self.max_height_m}, want more than min_height_m")


@DETECTORS.register("clusters-v1", ClustersConfig)
class ClustersDetector:
    """One LiDAR's sweep -> boxes of class UNKNOWN around all that stands on the ground near the road."""

    def __init__(self, config: ClustersConfig) -> None:
        self._config = config

    @property
    def needs(self) -> frozenset[str]:
        """The one LiDAR."""
        return frozenset({self._config.sensor_id})

    def reset(self, rng: np.random.Generator) -> None:
        """Nothing to forget."""

    def detect(self, bundle: SensorBundle) -> Detections:
        """Boxes at `bundle.t_ns`; a missing sweep gives an empty result."""
        frame = bundle.frames.get(self._config.sensor_id)
        if not isinstance(frame, LidarFrame):
            return Detections.empty(self._config.sensor_id, bundle.t_ns)
        boxes = cluster_boxes(frame.T_ego_sensor.points(frame.points_sensor_m), self._config)
        return as_detections(frame, boxes, {ObjectClass.UNKNOWN: ERROR})


@dataclass(frozen=True, slots=True, eq=False)
class Rectangle:
    """Seen from above: angle of its first axis, and its extent along both (2,)."""

    angle_rad: float
    low_m: NDArray[np.float64]
    high_m: NDArray[np.float64]


def cluster_boxes(points_ego_m: NDArray[np.float64], config: ClustersConfig) -> SpaceBoxes:
    """Boxes around connected returns (N, 3) over the ground, those with most returns first."""
    height_m = heights_over_ground_m(points_ego_m).astype(np.float64)
    distance_m = np.hypot(points_ego_m[:, 0], points_ego_m[:, 1])
    solid = (height_m > config.min_height_m + config.height_slope * distance_m) & (height_m < config.max_height_m)
    solid &= (np.abs(points_ego_m[:, 1]) < config.half_width_m) & (distance_m < config.max_range_m)
    points, heights = points_ego_m[solid], height_m[solid]
    rows = [
        _box(points[piece], heights[piece], rectangle)
        for members in _connected(points[:, :2], config.cell_m)
        for piece, rectangle in _pieces(points[:, :2], members, config.min_points)
    ]
    table = np.array(rows).reshape(-1, 8)
    table = table[np.lexsort((table[:, 1], table[:, 0], -table[:, 7]))]
    return SpaceBoxes(
        center_ego_m=table[:, :3],
        size_lwh_m=table[:, 3:6],
        yaw_ego_rad=wrap_rad_array(table[:, 6]),
        class_id=np.full(len(table), int(ObjectClass.UNKNOWN), dtype=np.int16),
        score=table[:, 7] / (table[:, 7] + HALF_SCORE_POINTS),
    )


def _connected(xy_m: NDArray[np.float64], cell_m: float) -> list[NDArray[np.intp]]:
    """Indices of the returns (N, 2) of each connected group of occupied cells, corners count as neighbours."""
    if not len(xy_m):
        return []
    cells = np.floor(xy_m / cell_m).astype(np.int64)
    cells -= cells.min(axis=0)
    occupied = np.zeros(cells.max(axis=0) + 1, dtype=np.bool_)
    occupied[cells[:, 0], cells[:, 1]] = True
    labels, n = label(occupied, structure=np.ones((3, 3)))
    owner = labels[cells[:, 0], cells[:, 1]] - 1
    order = np.argsort(owner, kind="stable")
    return np.split(order, np.cumsum(np.bincount(owner, minlength=n))[:-1])


def _pieces(
    xy_m: NDArray[np.float64], members: NDArray[np.intp], min_points: int
) -> list[tuple[NDArray[np.intp], Rectangle]]:
    """The group itself, or, if it is larger than any vehicle, its halves across the longer side, and so on.

    Pieces of fewer than `min_points` are left out.
    """
    if len(members) < min_points:
        return []
    rectangle = _fitted_rectangle(xy_m[members])
    sides = rectangle.high_m - rectangle.low_m
    long, short = sides.max(), sides.min()
    if long <= LARGE_PIECE_M or (short <= WIDEST_VEHICLE_M and long <= LONGEST_VEHICLE_M):
        return [(members, rectangle)]
    axis = int(sides.argmax())
    along = xy_m[members] @ _axes(rectangle.angle_rad)[axis]
    first = along < (rectangle.low_m[axis] + rectangle.high_m[axis]) / 2
    return _pieces(xy_m, members[first], min_points) + _pieces(xy_m, members[~first], min_points)


def _box(points_m: NDArray[np.float64], height_m: NDArray[np.float64], rectangle: Rectangle) -> tuple[float, ...]:
    """Centre, size, yaw and number of returns: a rectangle from above, from the ground to the highest return."""
    angle = rectangle.angle_rad
    center_xy = (rectangle.low_m + rectangle.high_m) / 2 @ _axes(angle)
    sides = np.maximum(rectangle.high_m - rectangle.low_m, LEAST_SIZE_M)
    if sides[0] < sides[1]:
        sides, angle = sides[::-1], angle + np.pi / 2
    # An axis has two ways; the one that points away from the car is as good a guess as any, and even.
    yaw = angle if np.cos(angle) >= 0 else angle + np.pi
    top_m = max(float(height_m.max()), LEAST_SIZE_M)
    ground_z_m = float(np.mean(points_m[:, 2] - height_m))
    return (*center_xy, ground_z_m + top_m / 2, *sides, top_m, yaw, float(len(points_m)))


def _fitted_rectangle(xy_m: NDArray[np.float64]) -> Rectangle:
    """The rectangle whose edges lie closest to the returns (N, 2).

    The closeness criterion of Zhang et al., "Efficient L-shape fitting for vehicle detection using laser scanners"
    (2017): the sum of the inverse distances of the returns to their nearest edge is largest.
    """
    some = xy_m[:: max(1, len(xy_m) // MAX_FIT_POINTS)]
    cos, sin = np.cos(ANGLES_RAD)[:, None], np.sin(ANGLES_RAD)[:, None]
    scores = np.zeros((2, len(ANGLES_RAD), len(some)))
    for k, along in enumerate((some[:, 0] * cos + some[:, 1] * sin, -some[:, 0] * sin + some[:, 1] * cos)):
        low, high = along.min(axis=1, keepdims=True), along.max(axis=1, keepdims=True)
        scores[k] = np.minimum(along - low, high - along)
    closeness = (1.0 / np.maximum(scores.min(axis=0), CLOSEST_M)).sum(axis=1)
    # Rounded, so that of equally good angles the first is taken on every machine.
    angle = float(ANGLES_RAD[int(np.round(closeness, 6).argmax())])
    spread = xy_m @ _axes(angle).T
    return Rectangle(angle, spread.min(axis=0), spread.max(axis=0))


def _axes(angle_rad: float) -> NDArray[np.float64]:
    """(2, 2) unit vectors of a rectangle's axes, as rows."""
    cos, sin = np.cos(angle_rad), np.sin(angle_rad)
    return np.array([[cos, sin], [-sin, cos]])
