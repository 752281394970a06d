import math

import numpy as np
import pytest

from sim.raycast.sphere_sweep import sweep_ball
from sim.world.scene import Instance
from tests.toy_rays import CAR, at, box, caster, scene, wall

HALF_M = (2.0, 1.0, 0.75)


def car(x_m: float, y_m: float = 0.0, actor_id: int = 7) -> Instance:
    return Instance(actor_id=actor_id, tag=14, mesh=CAR, T_world_body=at(x_m, y_m))


def test_a_ball_stops_a_radius_before_a_face() -> None:
    touched = sweep_ball(caster(scene(car(10.0))), at(0.0), 0.5, 20.0)
    assert touched is not None
    assert touched.travel_m == pytest.approx(10.0 - HALF_M[0] - 0.5, abs=1e-4)
    assert (touched.actor_id, touched.tag) == (7, 14)


@pytest.mark.parametrize("beside_m", [0.1, 0.3, 0.45])
def test_a_ball_that_passes_an_edge_touches_it_later(beside_m: float) -> None:
    touched = sweep_ball(caster(scene(car(10.0, -HALF_M[1] - beside_m))), at(0.0), 0.5, 20.0)
    assert touched is not None
    exact_m = 10.0 - HALF_M[0] - math.sqrt(0.5**2 - beside_m**2)
    assert exact_m - 1e-4 <= touched.travel_m <= exact_m + 0.05  # rays stand 4 cm apart


def test_a_ball_that_just_passes_touches_nothing() -> None:
    assert sweep_ball(caster(scene(car(10.0, -HALF_M[1] - 0.51))), at(0.0), 0.5, 20.0) is None


@pytest.mark.parametrize(("travel_m", "touches"), [(7.49, False), (7.51, True)])
def test_a_ball_goes_only_so_far(travel_m: float, touches: bool) -> None:
    assert (sweep_ball(caster(scene(car(10.0))), at(0.0), 0.5, travel_m) is not None) == touches


def test_what_a_ball_overlaps_at_the_start_is_touched_at_once() -> None:
    touched = sweep_ball(caster(scene(parts=(wall(0.2),))), at(0.0), 0.5, 5.0)
    assert touched is not None
    assert (touched.travel_m, touched.actor_id, touched.tag) == (0.0, 0, 3)


def test_a_ball_without_size_is_a_ray() -> None:
    touched = sweep_ball(caster(scene(car(10.0))), at(0.0), 0.0, 20.0)
    assert touched is not None
    assert touched.travel_m == pytest.approx(8.0, abs=1e-4)


def test_a_ball_passes_scenery_and_actors_that_it_is_told_to() -> None:
    rays = caster(scene(car(10.0), car(20.0, actor_id=8), parts=(wall(5.0),)))
    through = sweep_ball(rays, at(0.0), 0.5, 50.0, bodies_only=True, ignore_actor_ids={7})
    assert through is not None
    assert (through.actor_id, through.travel_m) == (8, pytest.approx(17.5, abs=1e-4))
    again = sweep_ball(rays, at(0.0), 0.5, 50.0)
    assert again is not None
    assert again.travel_m == pytest.approx(4.5, abs=1e-4)


def test_a_thin_post_is_not_missed_between_rays() -> None:
    for beside_m in np.linspace(-0.4, 0.4, 41):
        post = Instance(actor_id=7, tag=6, mesh=CAR, T_world_body=at(10.0, float(beside_m)))
        assert sweep_ball(caster(scene(post), box((0.04, 0.04, 2.0))), at(0.0), 0.5, 20.0) is not None
