"""OpenDRIVE geometry against numbers worked out by hand."""

import carla
import numpy as np
import pytest

from sim.world.maps.network import read_network

HEAD = "<OpenDRIVE><header><geoReference>+proj=tmerc +lat_0=48.5 +lon_0=9.25</geoReference></header>"
ONE_LANE = '<lane id="-1" type="driving"><width sOffset="0" a="3.5" b="0" c="0" d="0"/></lane>'


def one_road(geometry: str, length_m: float, extra: str = "", right: str = ONE_LANE, offset: str = "") -> str:
    lanes = f'<laneSection s="0"><center><lane id="0" type="none"/></center><right>{right}</right></laneSection>'
    plan = f'<geometry s="0" x="10" y="20" hdg="0" length="{length_m}">{geometry}</geometry>'
    return (
        f'{HEAD}<road id="7" length="{length_m}" junction="-1">{extra}<planView>{plan}</planView>'
        f"<lanes>{offset}{lanes}</lanes></road></OpenDRIVE>"
    )


def test_left_arc_ends_a_quarter_turn_up_and_right():
    road = read_network(one_road('<arc curvature="0.01"/>', 50 * np.pi)).roads[0]
    xy, heading = road.course([50 * np.pi])
    assert xy[0] == pytest.approx([110.0, 120.0], abs=1e-9)
    assert heading[0] == pytest.approx(np.pi / 2)


def test_clothoid_turns_by_half_its_end_curvature_times_its_length():
    road = read_network(one_road('<spiral curvStart="0" curvEnd="0.02"/>', 50.0)).roads[0]
    xy, heading = road.course([50.0])
    assert heading[0] == pytest.approx(0.5)
    # Fresnel series of x = L (1 - t^2 / 10 + t^4 / 216), y = L (t / 3 - t^3 / 42 + t^5 / 1320) with t = 0.5
    assert xy[0, 0] - 10 == pytest.approx(50 * (1 - 0.25 / 10 + 0.0625 / 216), abs=1e-3)
    assert xy[0, 1] - 20 == pytest.approx(50 * (0.5 / 3 - 0.125 / 42 + 0.03125 / 1320), abs=1e-3)


def test_normalised_cubic_runs_over_its_whole_length():
    shape = '<paramPoly3 aU="0" bU="30" cU="0" dU="0" aV="0" bV="40" cV="0" dV="0" pRange="normalized"/>'
    xy, heading = read_network(one_road(shape, 50.0)).roads[0].course([0.0, 25.0, 50.0])
    assert xy == pytest.approx(np.array([[10, 20], [25, 40], [40, 60]]), abs=1e-6)
    assert heading == pytest.approx(np.arctan2(40, 30))


def test_lane_offset_and_width_shift_lane_edges():
    right = (
        '<lane id="-1" type="driving"><width sOffset="0" a="3" b="0.1" c="0" d="0"/></lane>'
        '<lane id="-2" type="sidewalk"><width sOffset="0" a="2" b="0" c="0" d="0"/></lane>'
    )
    offset = '<laneOffset s="0" a="1" b="0" c="0" d="0"/>'
    road = read_network(one_road("<line/>", 50.0, right=right, offset=offset)).roads[0]
    inner, outer = road.lane_edges(road.sections[0], -2, np.array([0.0, 10.0]))
    assert inner == pytest.approx([1 - 3, 1 - 4])
    assert outer == pytest.approx([1 - 5, 1 - 6])
    assert road.points([10.0], inner[1:], 0.5)[0] == pytest.approx([20, 17, 0.5])


def test_speed_limits_take_their_unit_and_place():
    extra = (
        '<type s="0" type="town"><speed max="50" unit="km/h"/></type>'
        '<type s="30" type="rural"><speed max="60" unit="mph"/></type>'
    )
    road = read_network(one_road("<line/>", 50.0, extra)).roads[0]
    assert road.speed_mps(29.9) == pytest.approx(13.8889, abs=1e-4)
    assert road.speed_mps(30.0) == pytest.approx(26.8224)
    assert read_network(one_road("<line/>", 50.0)).roads[0].speed_mps(0.0) == pytest.approx(13.8889, abs=1e-4)


def test_origin_comes_from_the_geo_reference():
    assert read_network(one_road("<line/>", 50.0)).origin_deg == (48.5, 9.25)


def test_samples_follow_a_bend_within_five_millimetres():
    road = read_network(one_road('<arc curvature="0.1"/>', 15.0)).roads[0]
    s_m = road.samples(0.0, 15.0)
    sagitta_m = 10.0 * (1 - np.cos(np.diff(s_m).max() / 10.0 / 2))
    assert sagitta_m <= 0.00501
    assert len(read_network(one_road("<line/>", 19.0)).roads[0].samples(0.0, 19.0)) == 2


@pytest.mark.parametrize(
    ("text", "said"), [("<OpenDRIVE>", "not XML"), ("<a/>", "root <a>"), ("<OpenDRIVE/>", "no <road>")]
)
def test_what_is_no_opendrive_is_refused_in_one_line(text, said):
    with pytest.raises(ValueError, match=said) as caught:
        read_network(text)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("told", ["", "+proj=tmerc", "+lat_0=10", "+lon_0=10"])
def test_a_map_that_does_not_tell_its_origin_is_where_carla_has_it(told: str) -> None:
    here = one_road("<line/>", 50.0).replace("+proj=tmerc +lat_0=48.5 +lon_0=9.25", told)
    point = carla.Map("m", here).transform_to_geolocation(carla.Location())
    assert read_network(here).origin_deg == (42.0, 2.0) == (point.latitude, point.longitude)
