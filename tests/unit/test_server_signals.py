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
    first.green_s, first.yellow_s, first.red_s = 4.0, 2.0, 1.0
    for light in lights.lights.values():
        if light.head.group == first.head.group:
            light.green_s, light.yellow_s, light.red_s = 4.0, 2.0, 1.0
    colors = []
    for _ in range(8):
        lights.step(1.0)
        colors.append(first.color)
    assert colors == [GREEN] * 3 + [YELLOW] * 2 + [RED] * 3
    assert first.elapsed_s == 2.0


def test_frozen_junction_stands_still() -> None:
    lights = signals()
    first = next(iter(lights.lights.values()))
    before = [light.color for light in lights.lights.values()]
    first.frozen = True
    lights.step(100.0)
    assert [light.color for light in lights.lights.values()] == before


def test_reach_before_the_stop_line() -> None:
    lights = signals()
    light = next(iter(lights.lights.values()))
    _, forward, middle = light.stop_line()
    ahead = np.array([-11.9, -0.5, 0.9, -12.1, 1.1])
    front = middle + ahead[:, None] * forward
    found = lights.before(front, np.tile(forward, (5, 1)))
    assert list(found) == [0, 0, 0, -1, -1]
    assert lights.before(front[:1], -forward[None])[0] == -1  # the way back


def test_lights_face_their_traffic_and_boxes_reach_over_the_lane() -> None:
    for light in signals().lights.values():
        along, forward, middle = light.stop_line()
        assert light.head.T_world_head[:3, 0] @ forward == pytest.approx(-1.0, abs=0.1)
        center, size = light.trigger_box
        pose = light.T_world_actor
        world = pose[:3, :3] @ center + pose[:3, 3]
        assert (world - middle) @ forward == pytest.approx(-5.5, abs=1e-6)
        assert abs((world - middle) @ along) < 1e-6
        assert size[0] > 2.0


def test_map_without_lights() -> None:
    none = Signals(plain_map(), itertools.count(1))
    none.step(1.0)
    assert list(none.before(np.zeros((2, 3)), np.zeros((2, 3)))) == [-1, -1]
