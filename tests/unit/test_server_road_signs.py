"""Stop, yield and speed limit signs on a plain map of one road, written here."""

import itertools

import numpy as np
import pytest

from sim.server.road_signs import GiveWay, RoadSigns
from sim.server.sign_areas import overlap
from sim.server.world_map import WorldMap, opendrive_map
from sim.world.maps.data import OrientedBoxArrays, RoadSign

NOTHING = OrientedBoxArrays(np.zeros((0, 3)), np.zeros((0, 3)), np.zeros(0))

ROAD = """<OpenDRIVE><header revMajor="1" revMinor="4"/>
<road name="" length="200" id="7" junction="-1">
<type s="0" type="town"><speed max="30" unit="mph"/></type>
<planView><geometry s="0" x="0" y="0" hdg="0" length="200"><line/></geometry></planView>
<lanes><laneSection s="0"><center><lane id="0" type="none" level="false"/></center><right>
<lane id="-1" type="driving" level="false"><width sOffset="0" a="3.5" b="0" c="0" d="0"/>
<roadMark sOffset="0" type="solid" weight="standard" color="white" width="0.12"><type name="" width="0.12"/></roadMark>
</lane>
<lane id="-2" type="driving" level="false"><width sOffset="0" a="3.5" b="0" c="0" d="0"/>
<speed sOffset="50" max="20" unit="km/h"/></lane>
</right></laneSection></lanes>
<signals>
<signal s="100" t="-8" id="1" name="" dynamic="no" orientation="+" zOffset="2" type="274" subtype="60" value="60"
 unit="mph" country="" hOffset="0" pitch="0" roll="0" height="0" width="0"><validity fromLane="-2" toLane="-1"/>
</signal>
<signal s="150" t="-8" id="2" name="" dynamic="no" orientation="+" zOffset="2" type="206" subtype="-1" value="-1"
 country="" hOffset="0" pitch="0" roll="0" height="0" width="0"><validity fromLane="-1" toLane="-1"/></signal>
<signal s="150" t="-8" id="3" name="Stencil_STOP" dynamic="no" orientation="+" zOffset="0" type="206" subtype="-1"
 value="-1" country="" hOffset="0" pitch="0" roll="0" height="0" width="0"><validity fromLane="-2" toLane="-2"/>
</signal>
</signals></road></OpenDRIVE>"""


@pytest.fixture(scope="module")
def road() -> WorldMap:
    return opendrive_map("signs", ROAD)


def boxes(*rows: tuple[float, float, float]) -> OrientedBoxArrays:
    """Cars of 4 m x 2 m x 1.5 m at x, y with a yaw."""
    table = np.array(rows, dtype=np.float64).reshape(-1, 3)
    center = np.column_stack([table[:, :2], np.full(len(table), 0.75)])
    return OrientedBoxArrays(center, np.tile([2.0, 1.0, 0.75], (len(table), 1)), table[:, 2])


def sign(kind: str, areas: OrientedBoxArrays, crossing_areas: OrientedBoxArrays = NOTHING) -> RoadSign:
    return RoadSign("1", kind, np.eye(4), areas, crossing_areas, 0.0)


def test_boxes_overlap_as_worked_out_by_hand() -> None:
    still = boxes((0, 0, 0), (0, 0, 0), (0, 0, 0), (0, 0, 0), (0, 0, 0))
    # along x they end at 2; one turned by 90 degrees reaches 1 to the side, by 45 degrees (2 + 1) / sqrt 2 = 2.12
    other = boxes((3.9, 0, 0), (4.1, 0, 0), (2.9, 0, np.pi / 2), (3.1, 0, np.pi / 2), (4.0, 0, np.pi / 4))
    assert list(overlap(still, other)) == [True, False, True, False, True]


def test_signs_are_read_with_their_limits_and_lanes(road: WorldMap) -> None:
    signs = {s.opendrive_id: s for s in road.data.signs}
    assert [(s.opendrive_id, s.kind) for s in road.data.signs] == [("1", "speed_limit.60"), ("2", "stop")]
    assert signs["1"].limit_kmph == pytest.approx(60 * 1.609344)
    # one box a lane, half as long as 0.7 of the lane's half width: 1.225 m, its end at the sign
    assert signs["1"].areas.center_world_m[:, 0] == pytest.approx([100 - 1.225] * 2, abs=1e-4)
    assert sorted(signs["1"].areas.center_world_m[:, 1]) == pytest.approx([-5.25, -1.75])
    assert signs["2"].areas.center_world_m[0] == pytest.approx([147.0, -1.75, 0.0], abs=1e-4)


def test_a_sign_is_passed_in_its_own_direction_alone(road: WorldMap) -> None:
    signs = RoadSigns(road.data.signs, itertools.count(1))
    cars = boxes((98, -1.75, 0), (98, -1.75, np.pi), (90, -1.75, 0), (98, -5.25, 0))
    places, limits = signs.limits_passed(cars)
    assert list(places) == [0, 3]
    assert limits == pytest.approx([96.56, 96.56], abs=0.01)


def test_the_lanes_own_limit_is_before_the_roads(road: WorldMap) -> None:
    places = np.array([[20.0, -1.75, 0.0], [80.0, -1.75, 0.0], [20.0, -5.25, 0.0], [80.0, -5.25, 0.0]])
    limits = [road.speed_limit_kmph(place) for place in places]
    assert limits == pytest.approx([30 * 1.609344] * 3 + [20.0])


def test_who_stops_waits_two_seconds_and_while_others_cross() -> None:
    give_way = GiveWay([sign("stop", boxes((0, 0, 0)), boxes((20, 0, np.pi / 2)))])
    at_sign, crossing, gone = (0.0, 0.0, 0.0), (20.0, 0.0, np.pi / 2), (60.0, 0.0, 0.0)
    waits = []
    for tick in range(100):  # 0.05 s each; the other car crosses from 1.5 s to 3.0 s
        other = crossing if 30 <= tick < 60 else gone
        waits.append(bool(give_way.waiting(boxes(at_sign, other), [11, 12], tick * 0.05)[0]))
    # last seen crossing at 2.95 s, and half a second more
    assert waits == [True] * 69 + [False] * 31


def test_at_a_yield_sign_nobody_waits_for_nobody() -> None:
    give_way = GiveWay([sign("yield", boxes((0, 0, 0)), boxes((20, 0, 0)))])
    alone = boxes((0, 0, 0))
    assert not give_way.waiting(alone, [1], 0.0)[0]
    both = give_way.waiting(boxes((0, 0, 0), (20, 0, 0)), [1, 2], 0.1)
    assert list(both) == [True, False]
    assert not give_way.waiting(boxes((0, 0, np.pi)), [1], 9.0)[0]  # on its way back


def test_a_car_that_is_at_the_sign_itself_does_not_cross() -> None:
    area = boxes((0, 0, 0))
    give_way = GiveWay([sign("yield", area, area)])
    assert not give_way.waiting(boxes((0, 0, 0)), [1], 0.0)[0]
