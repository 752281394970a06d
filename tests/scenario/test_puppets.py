"""Who walks or is moved on rails stands on the ground, and truth knows how fast it is."""

from __future__ import annotations

import math

import numpy as np
import pytest

from moosetest.timing import TICK_NS, s_from_ns
from scenarios.actors import ActorPlan, AtTime, Glide
from scenarios.drive.stage import put_on_stage
from scenarios.templates import G_PED
from sim.rig import load_rig
from sim.session import open_session
from sim.truth import TruthObjects

SITE = G_PED.draw(np.random.default_rng(0))
TICK_S = s_from_ns(TICK_NS)


def played(*actors: ActorPlan, ticks: int) -> list[TruthObjects]:
    """The truth after each tick."""
    staging = SITE.staging(*actors, target=actors[0].role)
    with open_session(None, staging.map_name) as session:
        stage = put_on_stage(session, staging, load_rig("default").only(frozenset()))
        seen = [session.tick().truth]
        for _ in range(ticks):
            session.apply(stage.puppets.commands(seen[-1]))
            seen.append(session.tick().truth)
    return [truth.objects for truth in seen]


def test_people_stand_on_the_ground_from_the_first_tick_however_tall() -> None:
    tall = ActorPlan(role="tall", blueprint="walker.pedestrian.0015", place=SITE.place())
    small = ActorPlan(
        role="small", blueprint="walker.moosetest.child", place=SITE.place(left_m=1.0), attributes={"height_m": "0.9"}
    )
    moose = ActorPlan(role="moose", blueprint="walker.moosetest.moose", place=SITE.place(left_m=-1.5))
    seen = played(tall, small, moose, ticks=1)
    for objects in seen:
        feet_m = objects.center_world_m[:, 2] - objects.size_lwh_m[:, 2] / 2
        assert feet_m == pytest.approx(0.0, abs=1e-3)
    assert seen[0].size_lwh_m[1, 2] == pytest.approx(0.9, abs=0.02)


@pytest.mark.parametrize("hop_m", [0.0, 1.5])
def test_truth_knows_the_speed_of_a_walker_on_rails(hop_m: float) -> None:
    motion = Glide(2.5, -math.pi / 2, 100.0, AtTime(0.0), hop_m=hop_m)
    animal = ActorPlan(
        role="animal",
        blueprint="walker.moosetest.kangaroo",
        place=SITE.place(left_m=13.0, yaw_rad=-math.pi / 2),
        motion=motion,
    )
    seen = played(animal, ticks=12)
    moved_m = seen[-1].center_world_m[0] - seen[2].center_world_m[0]
    assert np.hypot(*moved_m[:2]) == pytest.approx(2.5 * 10 * TICK_S, abs=1e-3)
    for objects in seen[2:]:
        assert np.hypot(*objects.velocity_world_mps[0, :2]) == pytest.approx(2.5, abs=0.01)
    lifts_m = [objects.center_world_m[0, 2] - objects.size_lwh_m[0, 2] / 2 for objects in seen]
    assert min(lifts_m) == pytest.approx(0.0, abs=1e-3)
    assert max(lifts_m) == pytest.approx(hop_m, abs=0.05)
