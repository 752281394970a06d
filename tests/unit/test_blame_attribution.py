"""Who is blamed, on outcomes made up by hand."""

from itertools import combinations

import pytest

from scenarios.blame.attribution import Kind, Trial, decide, settled, shapley, wanted
from scenarios.blame.margin import margins, restored
from scenarios.case import find_case
from scenarios.drive.modules import CHAIN, Module, modules_of
from scenarios.measure.criteria import allowed_impact_mps

CAMERA, FUSION, PLANNER, CONTROL = modules_of("camera")
FOUR = (CAMERA, FUSION, PLANNER, CONTROL)
PASS, FAIL = Trial(True, 1.5), Trial(False, 0.2)


def outcomes(cures, modules=FOUR):
    """All trials that are asked for, one after the other, when any of the sets `cures` makes the run pass."""
    trials = {}
    while missing := wanted(modules, trials):
        for swapped in missing:
            trials[swapped] = PASS if any(frozenset(cure) <= swapped for cure in cures) else FAIL
    return trials


def test_chain_is_in_the_order_in_which_modules_act():
    assert [module.value for module in sorted({*CHAIN})] == [
        "camera",
        "lidar",
        "radar",
        "fusion",
        "planner",
        "control",
    ]
    assert modules_of("fused") == CHAIN
    assert modules_of("oracle") == (PLANNER, CONTROL)


def test_the_one_that_alone_makes_the_difference_is_blamed():
    trials = outcomes([{CONTROL}])
    assert len(trials) == 6  # nothing, everything, four alone: no more is driven
    blame = decide(FOUR, trials)
    assert (blame.kind, blame.modules, blame.cures) == (Kind.MODULE, (CONTROL,), (CONTROL,))


def test_of_several_the_earliest_is_blamed():
    assert decide(FOUR, outcomes([{CAMERA}, {FUSION}])).modules == (CAMERA,)
    assert decide(FOUR, outcomes([{PLANNER}, {FUSION}])).modules == (FUSION,)


def test_of_several_one_with_an_error_of_its_own_comes_first():
    trials = outcomes([{CAMERA}, {FUSION}, {CONTROL}])
    assert decide(FOUR, trials, [CONTROL]).modules == (CONTROL,)
    assert decide(FOUR, trials, [FUSION, CONTROL]).modules == (FUSION,)
    assert decide(FOUR, trials, [CONTROL, CAMERA]).modules == (CONTROL,)


def test_an_error_that_makes_no_difference_is_not_blamed():
    assert decide(FOUR, outcomes([{CAMERA}]), [CONTROL, FUSION]).modules == (CAMERA,)


def test_the_shortest_way_asks_for_the_erring_alone_and_is_as_certain():
    trials = {frozenset(): FAIL}
    assert settled(trials, [FUSION, CONTROL]) == [{FUSION}]
    trials[frozenset({FUSION})] = FAIL
    assert settled(trials, [FUSION, CONTROL]) == [{CONTROL}]
    trials[frozenset({CONTROL})] = PASS
    assert settled(trials, [FUSION, CONTROL]) == []
    assert decide(FOUR, trials, [FUSION, CONTROL]).modules == (CONTROL,)
    for others in ([], [{CAMERA}], [{PLANNER}], [{CAMERA}, {PLANNER}]):  # whatever they do
        assert decide(FOUR, outcomes([{CONTROL}, *others]), [FUSION, CONTROL]).modules == (CONTROL,)


def test_the_shortest_way_ends_when_no_erring_module_makes_the_difference():
    trials = {frozenset(): FAIL, frozenset({CONTROL}): FAIL}
    assert settled(trials, [CONTROL]) is None
    assert settled(trials, []) is None


def test_when_none_alone_does_the_smallest_set_is_blamed():
    trials = outcomes([{FUSION, CONTROL}, {CAMERA, FUSION, PLANNER}])
    blame = decide(FOUR, trials)
    assert (blame.kind, blame.modules, blame.cures) == (Kind.SET, (FUSION, CONTROL), ())
    # nothing, everything, 4 alone; camera + fusion fails, camera + fusion + planner passes; then the other pairs up to
    # the one that passes: camera + planner, camera + control, fusion + planner, fusion + control
    assert len(trials) == 6 + 2 + 4


def test_when_all_that_alone_pass_is_everything_it_is_the_set():
    blame = decide(FOUR, outcomes([set(FOUR)]))
    assert (blame.kind, blame.modules) == (Kind.SET, FOUR)


def test_what_truth_everywhere_does_not_pass_is_nobodys_fault():
    trials = outcomes([])
    assert len(trials) == 6
    blame = decide(FOUR, trials)
    assert (blame.kind, blame.modules) == (Kind.NOT_PASSABLE, ())


def test_fair_shares_of_two():
    two = (PLANNER, CONTROL)
    restored_by = {(): 0.0, (PLANNER,): 0.2, (CONTROL,): 0.6, two: 1.0}
    trials = {frozenset(members): Trial(share >= 1.0, share) for members, share in restored_by.items()}
    # the planner gives 0.2 when first and 0.4 when second, the control 0.6 and 0.8
    assert shapley(two, trials) == pytest.approx({PLANNER: 0.3, CONTROL: 0.7})
    assert shapley(two, {key: trials[key] for key in list(trials)[:3]}) is None


def test_fair_shares_sum_to_what_everything_restores():
    sets = [frozenset(members) for size in range(5) for members in combinations(FOUR, size)]
    trials = {members: Trial(False, float(len(members) ** 2 + (CAMERA in members))) for members in sets}
    shares = shapley(FOUR, trials)
    assert sum(shares.values()) == pytest.approx(trials[frozenset(FOUR)].restored)
    assert shares[FUSION] == pytest.approx(shares[CONTROL])
    assert shares[CAMERA] == pytest.approx(shares[FUSION] + 1.0)


def no_contact(passed, margin, impact_mps=None):
    finding = {"code": "PC-A", "passed": passed, "margin": margin, "unit": "m"}
    return {"findings": [finding], "impact_speed_mps": impact_mps}


def test_gaps_and_impacts_are_on_one_scale():
    staging = find_case("tempe").staging(1.0, 0)
    assert allowed_impact_mps(staging) == 0.0  # the careful driver stops
    assert margins(no_contact(True, 2.5), staging) == {"PC-A": 2.5}
    # 10 m/s are 100 / (2 x 8.34) = 5.995 m of full braking
    assert margins(no_contact(False, -10.0, 10.0), staging)["PC-A"] == pytest.approx(-5.995, abs=1e-3)


def test_what_the_careful_driver_hits_at_is_no_lack():
    staging = find_case("child_at_school").staging(1.0, 0)
    allowed_mps = allowed_impact_mps(staging)
    assert allowed_mps > 5.0
    assert margins(no_contact(True, 0.0, allowed_mps), staging)["PC-A"] == 0.0
    assert margins(no_contact(True, 0.0, 0.0), staging)["PC-A"] == pytest.approx(allowed_mps**2 / 16.68)
    assert margins(no_contact(True, 3.0), staging)["PC-A"] == pytest.approx(3.0 + allowed_mps**2 / 16.68)


def test_shares_restored():
    assert restored({"PC-A": -4.0}, {"PC-A": -4.0}) == 0.0
    assert restored({"PC-A": -4.0}, {"PC-A": 0.0}) == 1.0
    assert restored({"PC-A": -4.0}, {"PC-A": -6.0}) == -0.5
    assert restored({"PC-A": -4.0, "PC-B": -2.0}, {"PC-A": 4.0, "PC-B": -1.0}) == 0.5  # helped least
    assert restored({"PC-A": -0.1, "PC-B": 3.0}, {"PC-A": 0.4, "PC-B": -9.0}) == 1.0  # 0.5 m at least are the measure


def test_what_fails_without_a_negative_margin_still_fails():
    staging = find_case("billboard_person").staging(0.0, 0)
    finding = {"code": "PC-B", "passed": False, "margin": 0.4, "unit": "m/s²"}
    assert margins({"findings": [finding], "impact_speed_mps": None}, staging)["PC-B"] < 0.0
    assert Module.CAMERA < Module.CONTROL
