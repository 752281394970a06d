"""The event camera before pictures of which each pixel is known."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from sim.render.view import Images
from sim.server.sensors.adapter import SensorState
from sim.server.sensors.motion_camera import MOST_EVENTS, EventCamera
from tests.toy_episode import TICK_NS, episode_on, plain_map, put

EVENT = np.dtype([("x", "<u2"), ("y", "<u2"), ("t_ns", "<i8"), ("polarity", "?")])


class Bench:
    """A camera of 4 x 3 pixels and the grey pictures it is shown."""

    def __init__(self, **attributes: str) -> None:
        self._actor = put(
            episode_on(plain_map()), "sensor.camera.dvs", image_size_x="4", image_size_y="3", **attributes
        )
        self._camera = EventCamera(self._actor, server_seed=1)
        self._tick = 0

    def show(self, greys: dict[tuple[int, int], int], elsewhere: int = 100) -> np.ndarray:
        """Events of a tick, with some pixels (column, row) of other greys."""
        picture = np.full((3, 4, 3), elsewhere, np.uint8)
        for (x, y), grey in greys.items():
            picture[y, x] = grey
        self._tick += 1
        still = np.zeros(3)
        state = SensorState(self._actor, np.eye(4), still, still, still, self._tick, TICK_NS * 1e-9)
        eyes = SimpleNamespace(images=lambda request: Images(rgb=picture, metered=1e-4))
        view: Any = SimpleNamespace(eyes=eyes, now=SimpleNamespace(elapsed_ns=self._tick * TICK_NS))
        self._camera.request(state)
        payloads = self._camera.measure(state, view)
        return np.frombuffer(payloads[0][1], EVENT) if payloads else np.zeros(0, EVENT)


def test_no_message_without_events() -> None:
    bench = Bench()
    assert len(bench.show({})) == 0
    assert len(bench.show({})) == 0


def test_events_by_hand() -> None:
    """From grey 100 to 220: log(0.001 + 220 / 255) - log(0.001 + 100 / 255) = 0.787: two crossings of 0.3.

    CARLA's weights of red, green and blue sum to 0.9999.
    """
    bench = Bench()
    bench.show({})
    events = bench.show({(2, 1): 220})
    rise = np.log(0.001 + 0.9999 * 220 / 255) - np.log(0.001 + 0.9999 * 100 / 255)
    assert events["x"].tolist() == [2, 2]
    assert events["y"].tolist() == [1, 1]
    assert events["polarity"].all()
    assert (events["t_ns"] - TICK_NS).tolist() == pytest.approx([k * 0.3 / rise * TICK_NS for k in (1, 2)], abs=2)


def test_what_is_left_over_counts_for_the_next_picture() -> None:
    """Grey levels without logarithm: 100, 125, 135: 35 in all, three crossings of 10, the third at 130.

    The threshold is 10 of the 0.9999 that CARLA's weights make of a grey level.
    """
    bench = Bench(use_log="false", positive_threshold="9.999")
    bench.show({})
    assert len(bench.show({(0, 0): 125})) == 2
    third = bench.show({(0, 0): 135})
    assert third["t_ns"].tolist() == pytest.approx([2.5 * TICK_NS], abs=2)


def test_darker_is_negative_with_a_threshold_of_its_own() -> None:
    bench = Bench(use_log="false", positive_threshold="5", negative_threshold="20")
    bench.show({})
    events = bench.show({(1, 0): 50, (3, 2): 112})
    assert sorted(zip(events["x"].tolist(), events["polarity"].tolist(), strict=True)) == [
        (1, False),
        (1, False),
        (3, True),
        (3, True),
    ]
    assert (np.diff(events["t_ns"]) >= 0).all()


def test_a_pixel_rests_after_an_event() -> None:
    """Ten crossings of 10 on the way up by 105 in 50 ms are 4.76 ms apart: with a rest of 12 ms every third is left."""
    bench = Bench(use_log="false", positive_threshold="9.999", refractory_period_ns="12000000")
    bench.show({})
    first = bench.show({(0, 0): 205})
    assert (first["t_ns"] - TICK_NS).tolist() == pytest.approx([k * TICK_NS * 10 / 105 for k in (1, 4, 7, 10)], abs=2)
    second = bench.show({(0, 0): 255})
    assert second["t_ns"][0] - first["t_ns"][-1] >= 12_000_000  # across pictures, too


def test_a_threshold_near_nothing_has_bounded_events() -> None:
    bench = Bench(use_log="false", positive_threshold="0.0001")
    bench.show({}, elsewhere=0)
    events = bench.show({}, elsewhere=255)
    share = MOST_EVENTS // 12
    assert len(events) == 12 * share  # of 2.5 million crossings a pixel
    assert (events["t_ns"] <= 2 * TICK_NS).all()
    assert len(bench.show({}, elsewhere=255)) == 0  # nothing is left over


def test_colours_weigh_as_in_carla() -> None:
    bench = Bench(use_log="false", positive_threshold="1")
    bench.show({}, elsewhere=0)
    events = bench.show({(0, 0): 100}, elsewhere=0)
    assert len(events) == int(0.2989 * 100 + 0.587 * 100 + 0.114 * 100)  # 99: the weights sum to 0.9999


def test_noise_of_the_threshold_changes_the_count_and_is_the_same_again() -> None:
    counts = []
    for sigma in ("0.0", "0.1", "0.1"):
        bench = Bench(sigma_positive_threshold=sigma)
        bench.show({})
        counts.append(bench.show({}, elsewhere=220)["t_ns"].tolist())
    assert counts[0] != counts[1] == counts[2]


@pytest.mark.parametrize("name", ["positive_threshold", "log_eps"])
def test_a_threshold_of_nothing_is_refused(name: str) -> None:
    with pytest.raises(Exception, match=name):
        Bench(**{name: "0"})
