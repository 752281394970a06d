import itertools

import numpy as np
import pytest

from sim.server.signals import GREEN, RED, YELLOW, Signals
from tests.toy_episode import plain_map, real_map


def signals() -> Signals:
    return Signals(real_map("junction"), itertools.count(1))


def test_one_group_is_green_at_a_time_in_turn() -> None:
    lights = signals()
    greens = []
    for _ in range(int(2 * 15 * len({light.head.group for light in lights.lights.values()}) / 0.5)):
        lights.step(0.5)
        green = {light.head.group for light in lights.lights.values() if light.color == GREEN}
        assert len(green) <= 1
        greens += [group for group in green if not greens or greens[-1] != group]
    groups = sorted({light.head.group for light in lights.lights.values()})
    assert len(groups) >= 2
    assert greens[: len(groups) + 1] == [*groups, groups[0]]


def test_phases_last_as_told() -> None:
    lights = signals()
    first = next(light for light in lights.lights.values() if light.color == GREEN)
    times = first.controller
    times.green_s, times.yellow_s, times.red_s = 4.0, 2.0, 1.0
    colors = []
    elapsed_s = []
    for _ in range(7):
        lights.step(1.0)
        colors.append(first.color)
        elapsed_s.append(times.elapsed_s)
    assert colors == [GREEN] * 3 + [YELLOW] * 2 + [RED] * 2
    assert elapsed_s == [1.0, 2.0, 3.0, 0.0, 1.0, 0.0, 0.0]
    others = [light.color for light in lights.lights.values() if light.controller is not times]
    assert sorted(others) == [RED, RED, GREEN]  # the next in turn


def test_the_rest_of_a_step_counts_for_the_next_phase() -> None:
    lights = signals()
    first = next(iter(lights.lights.values()))
    for _ in range(34):  # 10.2 s: 10 green, then yellow
        lights.step(0.3)
    assert first.color == YELLOW
    assert first.controller.elapsed_s == pytest.approx(0.2)


def test_frozen_junction_stands_still() -> None:
    lights = signals()
    first = next(iter(lights.lights.values()))
    before = [light.color for light in lights.lights.values()]
    first.cycle.frozen = True
    lights.step(100.0)
    assert [light.color for light in lights.lights.values()] == before
    assert all(light.frozen for light in lights.lights.values())


def test_who_takes_the_clock_finds_fresh_lights_unless_they_were_set() -> None:
    lights = signals()
    lights.step(12.3)
    lights.begin()
    first = next(iter(lights.lights.values()))
    assert (first.color, first.controller.elapsed_s) == (GREEN, 0.0)
    lights.step(1.0)
    lights.begin()
    assert first.controller.elapsed_s == 1.0


def test_areas_end_before_the_stop_line_of_their_lane() -> None:
    for light in signals().lights.values():
        left, right = light.head.stop_line_world_m
        along = (right - left) / np.linalg.norm(right - left)
        forward = np.cross([0.0, 0.0, 1.0], along)
        assert light.head.T_world_head[:3, 0] @ forward == pytest.approx(-1.0, abs=1e-6)
        areas = light.head.sign.areas
        # CARLA: half sizes 1.5 m, a quarter of the lane (3.5 m) and 1 m; the end 1.5 m before the line
        assert areas.half_m == pytest.approx(np.array([[1.5, 0.875, 1.0]]))
        assert (areas.center_world_m[0] - (left + right) / 2) @ forward == pytest.approx(-3.0, abs=1e-3)
        assert (areas.center_world_m[0] - (left + right) / 2) @ along == pytest.approx(0.0, abs=1e-3)
        assert np.cos(areas.yaw_rad[0]) == pytest.approx(forward[0], abs=1e-6)


def test_actors_look_to_the_right_and_their_box_is_the_area() -> None:
    for light in signals().lights.values():
        left, right = light.head.stop_line_world_m
        pose = light.T_world_actor
        assert pose[:3, 0] == pytest.approx((right - left) / np.linalg.norm(right - left), abs=1e-6)
        center, size = light.trigger_box
        assert size == pytest.approx([1.75, 3.0, 2.0], abs=1e-6)
        assert pose[:3, :3] @ center + pose[:3, 3] == pytest.approx(light.head.sign.areas.center_world_m[0], abs=1e-6)


def test_map_without_lights() -> None:
    none = Signals(plain_map(), itertools.count(1))
    none.step(1.0)
    none.begin()
    assert not none.lights
