import math

import numpy as np
import pytest

from sim.world.ground import FlatGround, GridGround
from sim.world.walker_motion import WalkerCrowd, walker_spec

ADULT = walker_spec("walker.pedestrian.0001", (0.375, 0.375, 1.86))
STAND_M = 0.93


def crowd_of(position=(0.0, 0.0, STAND_M), yaw_rad=0.0, ground=None):
    crowd = WalkerCrowd(ground or FlatGround())
    crowd.add(4, ADULT, position, (0.0, 0.0, yaw_rad))
    return crowd


def run(crowd, seconds, dt_s=0.05):
    for _ in range(round(seconds / dt_s)):
        crowd.step(dt_s)
    return crowd.state(4)


def test_mass_follows_height():
    assert ADULT.mass_kg == pytest.approx(22 * 1.86**2)
    child = walker_spec("walker.pedestrian.0009", (0.5, 0.5, 1.1))
    assert child.mass_kg == pytest.approx(16 * 1.1**2)
    with pytest.raises(ValueError, match="size_lwh_m"):
        walker_spec("walker.pedestrian.0009", (0.5, 0.5, -1.1))


def test_it_walks_at_its_speed_after_a_short_start():
    crowd = crowd_of()
    crowd.set_input(4, (0.0, 3.0, 0.0), 1.4)
    crowd.step(0.05)
    assert crowd.state(4).velocity_world_mps[1] == pytest.approx(20.48 * 0.05)
    assert crowd.state(4).acceleration_world_mps2[1] == pytest.approx(20.48)
    state = run(crowd, 0.95)
    np.testing.assert_allclose(state.velocity_world_mps, [0.0, 1.4, 0.0], atol=1e-12)
    assert state.position_world_m[1] == pytest.approx(1.4 * 0.95 + 1.024 * 0.05)
    assert crowd.walked_m(4) == pytest.approx(state.position_world_m[1])


def test_it_stops_within_a_step_or_two():
    crowd = crowd_of()
    crowd.set_input(4, (1.0, 0.0, 0.0), 1.4)
    run(crowd, 1.0)
    crowd.set_input(4, (1.0, 0.0, 0.0), 0.0)
    assert run(crowd, 0.1).velocity_world_mps[0] == 0.0


def test_it_turns_to_its_way_quickly_but_not_at_once():
    crowd = crowd_of(yaw_rad=math.pi - 0.1)
    crowd.set_input(4, (-1.0, -1.0, 0.0), 1.0)  # aims at -135 degrees: shortest over 180 degrees, to the left
    crowd.step(0.05)
    state = crowd.state(4)
    assert state.rpy_rad[2] == pytest.approx(math.pi - 0.1 + math.radians(27) - 2 * math.pi)
    assert state.angular_velocity_world_radps[2] == pytest.approx(math.radians(540))
    assert run(crowd, 0.2).rpy_rad[2] == pytest.approx(-0.75 * math.pi)


def test_standing_keeps_the_heading():
    crowd = crowd_of(yaw_rad=1.0)
    crowd.set_input(4, (0.0, 1.0, 0.0), 0.0)
    state = run(crowd, 0.5)
    assert state.rpy_rad[2] == pytest.approx(1.0)
    np.testing.assert_array_equal(state.velocity_world_mps, np.zeros(3))


def test_no_direction_or_no_number_means_standing():
    crowd = crowd_of()
    for direction, speed in (((0.0, 0.0, 0.0), 2.0), ((float("nan"), 0.0, 0.0), 2.0), ((1.0, 0.0, 0.0), float("nan"))):
        crowd.set_input(4, direction, speed)
        np.testing.assert_array_equal(run(crowd, 0.2).position_world_m, [0.0, 0.0, STAND_M])


def test_a_jump_goes_up_and_comes_down():
    crowd = crowd_of()
    crowd.set_input(4, (1.0, 0.0, 0.0), 0.0, jump=True)
    heights = [float(run(crowd, 0.05).position_world_m[2]) for _ in range(20)]
    assert max(heights) - STAND_M == pytest.approx(5.0**2 / (2 * 9.81), abs=0.13)  # 1.27 m; a step is 0.25 m up
    assert min(heights[1:]) > STAND_M  # 2 v / g = 1.02 s in the air
    crowd.set_input(4, (1.0, 0.0, 0.0), 0.0)
    heights = [float(run(crowd, 0.05).position_world_m[2]) for _ in range(4)]
    assert heights[-2:] == [STAND_M, STAND_M]


def test_who_is_told_to_jump_jumps_from_each_landing_and_not_in_the_air():
    crowd = crowd_of()
    crowd.set_input(4, (1.0, 0.0, 0.0), 0.0, jump=True)
    heights = [float(run(crowd, 0.05).position_world_m[2]) - STAND_M for _ in range(80)]
    assert max(heights) < 1.5
    starts = [k for k in range(1, 80) if heights[k - 1] == 0.0 < heights[k]]
    assert starts == pytest.approx([22 * k for k in range(1, 4)], abs=3)


def test_put_in_the_air_it_falls_on_its_feet():
    assert run(crowd_of((0.0, 0.0, 3.0)), 1.0).position_world_m[2] == STAND_M


def test_it_follows_the_ground():
    ground = GridGround((-100.0, -100.0), 200.0, np.array([[-10.0, -10.0], [10.0, 10.0]]))
    crowd = crowd_of(ground=ground)
    crowd.set_input(4, (1.0, 0.0, 0.0), 2.0)
    state = run(crowd, 2.0)
    assert state.position_world_m[2] == pytest.approx(STAND_M + 0.1 * state.position_world_m[0])


def test_a_hard_hit_fells_it_and_it_tumbles_to_rest():
    crowd = crowd_of()
    crowd.set_input(4, (0.0, 1.0, 0.0), 1.4)
    crowd.apply_collision(4, (10.0, 0.0, 0.0))
    assert crowd.is_down(4)
    state = run(crowd, 3.0)
    assert state.position_world_m[0] == pytest.approx(10.0**2 / (2 * 0.66 * 9.81), rel=0.06)  # 7.7 m
    np.testing.assert_array_equal(state.velocity_world_mps, np.zeros(3))
    assert crowd.walked_m(4) == 0.0
    crowd.set_pose(4, (0.0, 0.0, STAND_M), (0.0, 0.0, 0.0))
    assert not crowd.is_down(4)


def test_a_light_push_does_not_fell_it():
    crowd = crowd_of()
    crowd.apply_collision(4, (1.0, 0.0, 0.0), (0.1, 0.0, 0.0))
    assert not crowd.is_down(4)
    assert run(crowd, 0.1).position_world_m[0] == pytest.approx(0.1, abs=0.05)


def test_held_walkers_stay():
    crowd = crowd_of((0.0, 0.0, 5.0))
    crowd.set_simulated(4, False)
    crowd.set_input(4, (1.0, 0.0, 0.0), 2.0)
    state = run(crowd, 1.0)
    np.testing.assert_array_equal(state.position_world_m, [0.0, 0.0, 5.0])
    assert crowd.walked_m(4) == 0.0
    crowd.set_velocity(4, (1.0, 2.0, 0.0))
    np.testing.assert_array_equal(run(crowd, 0.1).velocity_world_mps, [1.0, 2.0, 0.0])


def test_add_and_remove_keep_the_others():
    crowd = crowd_of()
    crowd.add(9, ADULT, (5.0, 0.0, STAND_M), (0.0, 0.0, 0.0))
    crowd.remove(4)
    assert crowd.arrays().actor_id.tolist() == [9]
    assert 4 not in crowd
    with pytest.raises(ValueError, match="walker 9 is in the crowd already"):
        crowd.add(9, ADULT, (0.0, 0.0, 0.0), (0.0, 0.0, 0.0))
    with pytest.raises(ValueError, match="dt_s"):
        crowd.step(-0.1)
    crowd.remove(9)
    crowd.step(0.1)
    assert len(crowd) == 0


def test_on_rails_it_reports_the_velocity_that_it_was_given_and_steps_along():
    crowd = crowd_of()
    crowd.set_simulated(4, False)
    for tick in range(1, 21):
        crowd.set_pose(4, (0.125 * tick, 0.0, STAND_M + 1.0), (0.0, 0.0, 0.0))
        crowd.set_velocity(4, (2.5, 0.0, -1.0))
        crowd.put_carried()
        crowd.step(0.05)
        np.testing.assert_allclose(crowd.state(4).velocity_world_mps, [2.5, 0.0, -1.0])
    np.testing.assert_allclose(crowd.state(4).position_world_m, [2.5, 0.0, STAND_M + 1.0])
    assert crowd.walked_m(4) == pytest.approx(2.5)


def test_once_it_is_carried_no_longer_it_stands():
    crowd = crowd_of()
    crowd.set_simulated(4, False)
    crowd.carry(4, (0.5, 0.0, 0.0), (0.0, 0.0, 0.0), 2.0)
    for wanted_mps in (2.0, 0.0):
        crowd.put_carried()
        crowd.step(0.05)
        assert crowd.state(4).velocity_world_mps[0] == wanted_mps
    assert crowd.walked_m(4) == pytest.approx(0.5)
