import math

import numpy as np
import pytest

from sim.world.collision_response import CollidingBodies, apply_effects, bodies_of, collision_response
from sim.world.collisions import Contact
from sim.world.ground import FlatGround
from sim.world.loose_things import LooseThings
from sim.world.vehicle_motion import VehicleFleet
from sim.world.vehicle_spec import vehicle_spec
from sim.world.walker_motion import WalkerCrowd, walker_spec

CAR = vehicle_spec("vehicle.lincoln.mkz_2020", (4.892, 1.837, 1.490))
ADULT = walker_spec("walker.pedestrian.0001", (0.375, 0.375, 1.86))


def body(actor_id, center, velocity, mass_kg=1500.0, inertia=2500.0):
    return actor_id, center, velocity, 0.0, mass_kg, inertia


def bodies(*rows):
    ids, centers, velocities, turns, masses, inertias = zip(*rows, strict=True)
    arrays = [np.array(column, dtype=np.float64) for column in (centers, velocities, turns, masses, inertias)]
    return CollidingBodies(np.array(ids), *arrays, np.zeros(len(ids), dtype=np.bool_))


def contact(id_a, id_b, point, normal, depth_m=0.1):
    return Contact(id_a, id_b, np.array(point, dtype=np.float64), np.array(normal, dtype=np.float64), depth_m)


def test_a_central_rear_end_collision_shares_momentum():
    two = bodies(body(1, (0, 0, 0), (10, 0, 0)), body(2, (4.8, 0, 0), (0, 0, 0)))
    effects, (impulse,) = collision_response([contact(1, 2, (2.4, 0, 0.5), (1, 0, 0))], two)
    # equal masses, restitution 0.1: each changes by 1.1 x 10 / 2
    np.testing.assert_allclose(effects[0].velocity_change_world_mps, [-5.5, 0, 0])
    np.testing.assert_allclose(effects[1].velocity_change_world_mps, [5.5, 0, 0])
    np.testing.assert_allclose(impulse.impulse_world_ns, [1500 * 5.5, 0, 0])
    assert (impulse.id_a, impulse.id_b) == (1, 2)
    assert effects[0].yaw_rate_change_radps == 0.0
    np.testing.assert_allclose(effects[0].shift_world_m, [-0.0475, 0, 0])
    np.testing.assert_allclose(effects[1].shift_world_m, [0.0475, 0, 0])


def test_a_wall_stops_a_car_and_stays():
    one = bodies(body(1, (0, 0, 0), (10, 0, 0)))
    effects, (impulse,) = collision_response([contact(-5, 1, (2.4, 0, 0.5), (-1, 0, 0))], one)
    assert [e.actor_id for e in effects] == [1]
    np.testing.assert_allclose(effects[0].velocity_change_world_mps, [-11, 0, 0])
    np.testing.assert_allclose(effects[0].shift_world_m, [-0.095, 0, 0])
    np.testing.assert_allclose(impulse.impulse_world_ns, [-16500, 0, 0])


def test_a_body_of_infinite_mass_drives_on():
    two = bodies(body(1, (0, 0, 0), (10, 0, 0), np.inf, np.inf), body(2, (4.8, 0, 0), (0, 0, 0)))
    effects, _ = collision_response([contact(1, 2, (2.4, 0, 0.5), (1, 0, 0))], two)
    assert [e.actor_id for e in effects] == [2]
    np.testing.assert_allclose(effects[0].velocity_change_world_mps, [11, 0, 0])


def test_an_off_centre_hit_turns_the_body():
    one = bodies(body(1, (0, 0, 0), (10, 0, 0)))
    effects, _ = collision_response([contact(1, 2, (2.4, 0.8, 0.5), (1, 0, 0))], one)  # the left corner hits
    assert effects[0].yaw_rate_change_radps > 0.5  # so it turns left
    assert -11 < effects[0].velocity_change_world_mps[0] < -3


def test_scraping_along_a_wall_costs_no_more_than_friction():
    one = bodies(body(1, (0, 0, 0), (20, 1, 0), inertia=np.inf))
    effects, (impulse,) = collision_response([contact(1, 2, (0, 0.9, 0.5), (0, 1, 0))], one)
    along, across = impulse.impulse_world_ns[1], impulse.impulse_world_ns[0]
    assert along == pytest.approx(1500 * 1.1)
    assert across == pytest.approx(0.4 * along)
    np.testing.assert_allclose(effects[0].velocity_change_world_mps, [-0.44, -1.1, 0])


def test_bodies_that_part_are_left_alone_but_separated():
    two = bodies(body(1, (0, 0, 0), (-1, 0, 0)), body(2, (4.8, 0, 0), (1, 0, 0)))
    effects, (impulse,) = collision_response([contact(1, 2, (2.4, 0, 0.5), (1, 0, 0))], two)
    np.testing.assert_array_equal(impulse.impulse_world_ns, np.zeros(3))
    assert all((e.velocity_change_world_mps == 0).all() for e in effects)
    assert effects[1].shift_world_m[0] > 0


def test_a_gentle_touch_does_not_rebound():
    two = bodies(body(1, (0, 0, 0), (0.4, 0, 0)), body(2, (4.8, 0, 0), (0, 0, 0)))
    effects, _ = collision_response([contact(1, 2, (2.4, 0, 0.5), (1, 0, 0))], two)
    np.testing.assert_allclose(effects[1].velocity_change_world_mps, [0.2, 0, 0])


def test_a_push_goes_through_a_queue():
    row = bodies(*(body(i, (5.0 * i, 0, 0), (9.0 if i == 0 else 0.0, 0, 0)) for i in range(3)))
    contacts = [contact(i, i + 1, (5.0 * i + 2.5, 0, 0.5), (1, 0, 0)) for i in range(2)]
    effects, _ = collision_response(contacts, row)
    speeds = [9.0 * (i == 0) + e.velocity_change_world_mps[0] for i, e in enumerate(effects)]
    assert sum(speeds) == pytest.approx(9.0)
    assert speeds[2] > 1.0
    assert speeds[0] <= speeds[1] + 1e-3 <= speeds[2] + 1.0


def test_a_vertical_normal_pushes_nobody():
    two = bodies(body(1, (0, 0, 0), (10, 0, 0)), body(2, (0, 0, 1), (0, 0, 0)))
    effects, (impulse,) = collision_response([contact(1, 2, (0, 0, 0.5), (0, 0, 1))], two)
    np.testing.assert_array_equal(impulse.impulse_world_ns, np.zeros(3))
    np.testing.assert_array_equal(effects[0].shift_world_m, np.zeros(3))


def world():
    fleet, crowd = VehicleFleet(FlatGround()), WalkerCrowd(FlatGround())
    fleet.add(1, CAR, (0, 0, 0), (0, 0, 0))
    fleet.add(2, CAR, (0, 30, 0), (0, 0, 0.5))
    crowd.add(3, ADULT, (2.5, 0, 0.93), (0, 0, 0))
    return fleet, crowd


def test_a_car_throws_a_walker_and_hardly_slows():
    fleet, crowd = world()
    fleet.set_velocity(1, (10.0, 0.0, 0.0))
    effects, (impulse,) = collision_response(
        [contact(1, 3, (2.4, 0, 0.9), (1, 0, 0))], bodies_of([1, 2, 3], fleet, crowd, LooseThings(FlatGround()))
    )
    apply_effects(effects, fleet, crowd, LooseThings(FlatGround()))
    walker_mps = crowd.state(3).velocity_world_mps[0]
    assert walker_mps == pytest.approx(11.0 / (1 + ADULT.mass_kg / CAR.mass_kg))
    assert impulse.impulse_world_ns[0] == pytest.approx(walker_mps * ADULT.mass_kg)
    assert 9.4 < fleet.state(1).velocity_world_mps[0] < 9.6
    assert crowd.is_down(3)
    assert [e.actor_id for e in effects] == [1, 3]


def test_the_bodies_are_those_of_fleet_and_crowd_about_their_centres_of_gravity():
    fleet, crowd = world()
    fleet.set_angular_velocity(2, (0, 0, 1.0))
    fleet.set_simulated(1, False)
    found = bodies_of([2, 1, 3, 99], fleet, crowd, LooseThings(FlatGround()))
    assert found.actor_id.tolist() == [2, 1, 3]
    assert found.mass_kg.tolist() == [CAR.mass_kg, np.inf, ADULT.mass_kg]
    arm = CAR.cg_x_m * np.array([math.cos(0.5), math.sin(0.5), 0.0])
    np.testing.assert_allclose(found.center_world_m[0], np.array([0, 30, 0]) + arm)
    np.testing.assert_allclose(found.velocity_world_mps[0], [-arm[1], arm[0], 0.0], atol=1e-12)
    assert bodies_of([99], fleet, crowd, LooseThings(FlatGround())).center_world_m.shape == (0, 3)


def test_a_walker_does_not_shift_a_parked_car():
    fleet, crowd = world()
    crowd.set_velocity(3, (-1.4, 0.0, 0.0))
    effects, (impulse,) = collision_response(
        [contact(1, 3, (2.4, 0, 0.9), (1, 0, 0))], bodies_of([1, 3], fleet, crowd, LooseThings(FlatGround()))
    )
    apply_effects(effects, fleet, crowd, LooseThings(FlatGround()))
    np.testing.assert_array_equal(fleet.state(1).velocity_world_mps, np.zeros(3))
    np.testing.assert_array_equal(fleet.state(1).position_world_m, np.zeros(3))
    assert crowd.state(3).velocity_world_mps[0] == pytest.approx(0.14)
    assert impulse.impulse_world_ns[0] == pytest.approx(1.54 * ADULT.mass_kg)


def test_two_walkers_share_their_momentum():
    fleet, crowd = world()
    crowd.add(4, ADULT, (2.9, 0, 0.93), (0, 0, 0))
    crowd.set_velocity(3, (1.4, 0.0, 0.0))
    effects, _ = collision_response(
        [contact(3, 4, (2.7, 0, 0.9), (1, 0, 0))], bodies_of([3, 4], fleet, crowd, LooseThings(FlatGround()))
    )
    assert effects[1].velocity_change_world_mps[0] == pytest.approx(0.77)


def test_no_contacts_no_effects():
    assert collision_response([], bodies(body(1, (0, 0, 0), (1, 0, 0)))) == ([], [])
