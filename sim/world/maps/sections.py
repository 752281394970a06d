"""Roads whose lanes begin, end, widen and narrow along the way: one lane section after the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from scenariogeneration import xodr

from sim.world.maps import opendrive as od

Profile = Mapping[str, od.LaneSpec]
"""Lanes of one side by name, from the middle outwards; lanes of one name are one lane, section after section."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """The lanes of a road from `start_m` on, and the marks on its reference line one after the other."""

    start_m: float
    left: Profile = field(default_factory=dict)
    right: Profile = field(default_factory=dict)
    center: Sequence[xodr.RoadMark] = field(default_factory=lambda: (od.no_mark(),))

    def lane_ids(self) -> dict[tuple[int, str], int]:
        """Lane ids by side (+1 left, -1 right) and name."""
        sides = ((1, self.left), (-1, self.right))
        return {(sign, name): sign * place for sign, lanes in sides for place, name in enumerate(lanes, start=1)}


def sectioned_road(
    road_id: int,
    course: xodr.PlanView,
    stretches: Sequence[Stretch],
    kind: tuple[xodr.RoadType, int],
    junction: int = -1,
) -> xodr.Road:
    """A road along `course` with a lane section a stretch; `kind` is its type and speed limit in km/h."""
    lanes = xodr.Lanes()
    for number, stretch in enumerate(stretches):
        before = stretches[number - 1].lane_ids() if number else {}
        after = stretches[number + 1].lane_ids() if number + 1 < len(stretches) else {}
        middle = xodr.Lane()
        for mark in stretch.center:
            middle.add_roadmark(mark)
        section = xodr.LaneSection(stretch.start_m, middle)
        for sign, side, add in ((1, stretch.left, section.add_left_lane), (-1, stretch.right, section.add_right_lane)):
            for name, spec in side.items():
                lane = od.lane(spec)
                for way, neighbours in (("predecessor", before), ("successor", after)):
                    if (sign, name) in neighbours:
                        lane.add_link(way, neighbours[sign, name])
                add(lane)
        lanes.add_lanesection(section)
    made = xodr.Road(road_id, course, lanes, road_type=junction, name=f"road_{road_id}")
    made.add_type(kind[0], 0, "DE", kind[1], "km/h")
    return made
