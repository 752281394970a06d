"""The form of a case: seeds, arms, templates, and that severity changes what is declared and nothing else."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios.actors import ActorPlan, Brake, Carried, Place, Walk
from scenarios.case import INTRUDER, Arm, Polarity, all_cases, find_case
from scenarios.check.differences import differences, undeclared
from scenarios.check.quantities import QUANTITIES
from scenarios.library.braking import time_to_react_s
from scenarios.measure.criteria import CRITERIA
from scenarios.staging import EGO_FRONT_M
from scenarios.templates import G_PED, TEMPLATES
from sim.assets.catalog import assets, split
from sim.server.blueprints import library
from sim.world.maps import load_map

CASES = all_cases()
CATALOGUE = [
    "RW-01",
    "RW-02",
    "RW-04",
    "RW-08",
    "RW-09",
    "RW-14",
    "RW-16",
    "RW-18",
    "TX-1",
    "TX-2",
    "PO-1",
    "PO-2",
    "CX-1",
    "CX-2",
    "CX-5",
    "CO-1",
    "CO-2",
    "PW-2",
    "PW-7",
    "DP-1",
    "DP-2",
    "DP-3",
    "DP-5",
    "SC-1",
    "LI-1",
    "LI-4",
    "WX-1",
    "WX-3",
    "SE-3",
    "SE-12",
    "TM-1",
    "MS-1",
]


def test_the_library_holds_one_case_of_each_of_these_rows_of_the_catalogue():
    assert sorted(case.family for case in CASES) == sorted(CATALOGUE)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.case_id)
def test_a_case_names_what_exists(case):
    assert set(case.criteria) <= CRITERIA.keys()
    assert case.measure.quantity in QUANTITIES
    assert set(case.rescue) <= {"camera", "lidar", "radar"}
    assert load_map(case.template.map_name).split == "nominal"
    staging = case.staging(0.5, seed=0)
    assert staging.target in [actor.role for actor in staging.actors]
    for actor in staging.actors:
        known = {attribute.name for attribute in library()[actor.blueprint].attributes}
        assert set(actor.attributes) <= known, actor.blueprint


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.case_id)
def test_a_case_is_built_of_nothing_that_training_sees(case):
    catalog = assets()
    for actor in case.staging(1.0, seed=0).actors:
        if actor.blueprint in catalog:
            assert split(catalog[actor.blueprint]) in ("nominal", "edge"), actor.blueprint


@settings(deadline=None, max_examples=60)
@given(
    case=st.sampled_from(CASES),
    seed=st.integers(0, 10_000),
    easy=st.floats(0.0, 1.0),
    hard=st.floats(0.0, 1.0),
)
def test_severities_of_a_seed_differ_in_what_is_declared_alone(case, seed, easy, hard):
    assert undeclared(case.staging(easy, seed), case.staging(hard, seed), case.sweeps) == []
    assert case.staging(easy, seed) == case.staging(easy, seed)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.case_id)
def test_ends_of_the_factor_and_seeds_differ(case):
    assert differences(case.staging(0.0, 3), case.staging(1.0, 3))
    assert differences(case.staging(0.0, 3), case.staging(0.0, 4))
    assert case.factor.value(0.0) == case.factor.at_0
    assert math.isclose(case.factor.value(1.0), case.factor.at_1, abs_tol=1e-12)


def test_without_its_target_goes_what_the_target_carries():
    tempe = find_case("tempe")
    assert [actor.role for actor in tempe.staging(0.0, 0).actors] == ["person", "bicycle"]
    assert tempe.staging(0.0, 0, Arm.ABSENT).actors == ()
    assert tempe.criteria_of(Arm.ABSENT) == ("PC-B",)


def test_what_is_no_obstacle_gets_an_intruder_in_the_arm_that_must_be_reacted_to():
    billboard = find_case("billboard_person")
    assert billboard.polarity is Polarity.FALSE_ALARM
    staging = billboard.staging(1.0, 0, Arm.REACT)
    assert [actor.role for actor in staging.actors] == ["board", INTRUDER]
    assert staging.target == INTRUDER
    assert billboard.criteria_of(Arm.REACT) == ("PC-A",)
    assert find_case("tempe").staging(0.0, 0, Arm.REACT) == find_case("tempe").staging(0.0, 0)


def test_control_is_severity_0_where_the_case_makes_none_of_its_own():
    tempe, cut_out = find_case("tempe"), find_case("cut_out_reveal")
    assert tempe.staging(1.0, 0, Arm.CONTROL) == tempe.staging(0.0, 0)
    assert [actor.role for actor in cut_out.staging(1.0, 0, Arm.CONTROL).actors] == ["truck"]


def test_a_car_that_keeps_its_speed_meets_who_crosses_in_the_middle_of_its_bumper():
    site = G_PED.draw(np.random.default_rng(0))
    person = site.crossing("person", "walker.pedestrian.0001", left_m=-4.0, walk_mps=2.0)
    assert isinstance(person.motion, Walk)
    # 4 m at 2 m/s take 2 s: the car has to be 2 s before it when they start.
    assert person.motion.trigger.gap_m == pytest.approx(2.0 * site.speed_mps)
    assert person.motion.heading_rad == pytest.approx(math.pi / 2)  # from the right to the left
    assert person.place.ahead_m == pytest.approx(EGO_FRONT_M + site.conflict_m)


def test_templates_are_named_as_the_catalogue_names_them():
    assert sorted(TEMPLATES) == ["G-CUT", "G-JCN", "G-MWY", "G-PED", "G-RUR", "G-URB"]
    faster = G_PED.at(speed_kmh=72.0)
    assert faster.draw(np.random.default_rng(0)).speed_mps == pytest.approx(20.0)


def test_who_is_carried_by_who_is_carried_goes_too():
    chain = find_case("tempe").staging(0.0, 0)
    bag = ActorPlan(role="bag", blueprint="static.prop.purse", place=Place(0.0), motion=Carried("bicycle"))
    assert chain.with_actors(bag, target="person").without("person").actors == ()


@pytest.mark.parametrize(("ahead_m", "reveal_s"), [(6.0, 2.0), (37.5, 5.41667)])
def test_a_car_that_keeps_its_speed_meets_one_that_brakes(ahead_m, reveal_s):
    """From 10 m/s at 3 m/s²: 6 m are gone after 2 s, as 3 * 2² / 2 = 6; it stands after 16.67 m, 54.17 m ahead."""
    brake = Brake(at_s=4.0, decel_mps2=3.0)
    assert time_to_react_s(ahead_m, 10.0, brake) == pytest.approx(reveal_s, abs=1e-4)


def test_a_factors_text_has_no_powers_of_ten():
    assert [find_case("fog").factor.text(severity) for severity in (0.0, 1.0)] == [
        "visual range 2000 m",
        "visual range 30 m",
    ]
