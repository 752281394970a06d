"""Hatched areas on the road, which nobody drives on: slanting bars within an outline."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import shapely

from sim.world.maps.network import RoadObject
from sim.world.scenery.strips import Floats

BAR_M, GAP_M = 1.0, 2.0
SLANT = 1.0
"""Bars run so many metres along the road a metre across."""
SMALLEST_M2 = 0.05


def hatching_cells(area: RoadObject) -> Iterator[Floats]:
    """(K, 2) corners of each bar in the area's own axes, counter-clockwise; all are convex where the area is narrow."""
    outline = shapely.Polygon(area.corners_m[:, :2])
    left_u, low_v, right_u, high_v = outline.bounds
    reach_m = SLANT * (high_v - low_v)
    for start_u in np.arange(left_u - reach_m, right_u + reach_m, BAR_M + GAP_M):
        bar = shapely.Polygon(
            [
                (start_u, low_v),
                (start_u + BAR_M, low_v),
                (start_u + BAR_M + reach_m, high_v),
                (start_u + reach_m, high_v),
            ]
        )
        for part in shapely.get_parts(outline & bar):
            if isinstance(part, shapely.Polygon) and part.area > SMALLEST_M2:
                yield shapely.get_coordinates(shapely.orient_polygons(part))[:-1]
