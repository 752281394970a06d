"""Every registered tracker and planner, and the controller and localizer, keep the promises of moosetest.stages."""

import numpy as np
import pytest

from fusion.localization import EkfLocalizer
from fusion.registry import TRACKERS
from moosetest.arrays import ContractError
from moosetest.config import ConfigError
from moosetest.digest import digest_of
from moosetest.objects import Tracks
from moosetest.registry import UnknownNameError
from moosetest.sensing import SensorBundle
from moosetest.stages import Controller, Localizer, Planner, Tracker
from moosetest.timing import TICK_NS
from planning.control import PathController
from planning.planner import RulePlanner
from planning.registry import PLANNERS
from tests.toy_road import Actor, Drive, ego_state, straight_lanes, true_tracks
from tests.toy_sensors import see_camera, see_lidar, see_radar


def test_they_conform():
    assert isinstance(PathController(), Controller)
    assert isinstance(EkfLocalizer(), Localizer)
    assert "fused-v1" in TRACKERS
    assert "rules-v1" in PLANNERS


@pytest.mark.parametrize("name", TRACKERS)
def test_tracker(name):
    tracker = TRACKERS.build(name)
    assert isinstance(tracker, Tracker)

    def run():
        rng = np.random.default_rng(7)
        tracker.reset(rng)
        out = []
        for k in range(6):
            ego, truth = ego_state(k * TICK_NS), true_tracks(k * TICK_NS, [Actor(30.0, 0.0), Actor(25.0, 5.0, vx=2.0)])
            inputs = [see_lidar(ego, truth, rng), see_radar(ego, truth, rng)], [see_camera(ego, truth, rng)]
            before = digest_of(inputs)
            out.append(tracker.update(ego, *inputs))
            assert digest_of(inputs) == before
            assert out[-1].t_ns == ego.t_ns
        return out

    first = run()
    assert all(isinstance(t, Tracks) for t in first)
    assert digest_of(first) == digest_of(run())
    tracker.reset(np.random.default_rng(0))
    assert len(tracker.update(ego_state(0), [], [])) == 0


@pytest.mark.parametrize("name", PLANNERS)
def test_planner(name):
    planner = PLANNERS.build(name)
    assert isinstance(planner, Planner)
    digests = set()
    for _ in range(2):
        drive = Drive([Actor(90.0, 0.0)], 10.0, 12.0, planner=planner).run(3.0)
        digests.add(digest_of([s.plan for s in drive.steps]))
        assert drive.steps[-1].plan.based_on_ns == drive.steps[-1].ego.t_ns
    assert len(digests) == 1


def test_wrong_names_and_options_are_told():
    with pytest.raises(UnknownNameError, match="fused-v1"):
        TRACKERS.build("fused-v2")
    with pytest.raises(ConfigError, match="reset_on_reclass"):
        TRACKERS.build("fused-v1", reset_on_reclas=True)
    with pytest.raises(ConfigError, match="gate_chi2"):
        TRACKERS.build("fused-v1", boxes={"gate_chi": 9.0})
    assert TRACKERS.build("fused-v1", boxes={"gate_chi2": 9.0}, reset_on_reclass=True)
    with pytest.raises(ConfigError, match="headway_s"):
        PLANNERS.build("rules-v1", speed={"headway": 1.0})
    assert PLANNERS.build("rules-v1", shape={"front_m": 3.0})


def test_planner_without_reset_says_so():
    from fusion.world_model import build_world_model

    world = build_world_model(ego_state(0), Tracks.empty(0), straight_lanes())
    with pytest.raises(ContractError, match="reset"):
        RulePlanner().plan(world)


def test_localizer_with_an_empty_bundle():
    localizer = EkfLocalizer()
    localizer.reset(np.random.default_rng(0))
    assert localizer.update(SensorBundle(5, {})).t_ns == 5
