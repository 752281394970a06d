"""Echoes of pulses, whole arrays at once, against one ray at a time in plain Python."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.raycast.echoes import Echoes, Luck, Returns, heard, in_order, melted, told
from sim.raycast.receiver import THRESHOLD, Receiver

Ray = list[tuple[float, float]]
ECHO = st.tuples(st.integers(10, 400).map(lambda dm: dm / 10), st.integers(1, 900).map(float))
RAYS = st.lists(st.lists(ECHO, max_size=5, unique_by=(lambda echo: echo[0], lambda echo: echo[1])), max_size=8)
"""For each ray its echoes: range and signal."""
PULSE_M = 0.45


def echoes_of(rays: list[Ray]) -> Echoes:
    flat = [(place, *echo) for place, ray in enumerate(rays) for echo in sorted(ray)]
    place, range_m, signal = (list(column) for column in zip(*flat, strict=True)) if flat else ([], [], [])
    return Echoes(
        np.array(place, np.intp),
        np.array(range_m, np.float32),
        np.array(signal, np.float32),
        np.arange(len(flat), dtype=np.intp),
    )


def told_of_one(ray: Ray, returns: Returns) -> Ray:
    ray = sorted(ray)
    if not ray:
        return []
    strongest = max(ray, key=lambda echo: echo[1])
    if returns is Returns.FIRST:
        return [ray[0]]
    if returns is Returns.LAST:
        return [ray[-1]]
    if returns is Returns.STRONGEST or len(ray) == 1:
        return [strongest]
    others = [echo for echo in ray if echo is not strongest]
    return sorted([strongest, max(others, key=lambda echo: echo[1]) if strongest is ray[-1] else ray[-1]])


@given(RAYS, st.sampled_from(list(Returns)))
def test_told_is_what_each_ray_alone_would_tell(rays: list[Ray], returns: Returns) -> None:
    got = told(echoes_of(rays), returns)
    expected = [(place, *echo) for place, ray in enumerate(rays) for echo in told_of_one(ray, returns)]
    assert list(zip(got.place.tolist(), got.range_m.tolist(), got.signal.tolist(), strict=True)) == [
        (place, float(np.float32(range_m)), signal) for place, range_m, signal in expected
    ]


@given(RAYS)
def test_melting_keeps_all_power_and_leaves_no_two_echoes_in_one_pulse(rays: list[Ray]) -> None:
    before = echoes_of(rays)
    after = melted(before, PULSE_M)
    for place in range(len(rays)):
        assert after.signal[after.place == place].sum() == pytest.approx(before.signal[before.place == place].sum())
    assert np.all(np.diff(after.place) >= 0)
    assert set(after.row) <= set(before.row)
    gaps_m = [ray[i + 1][0] - ray[i][0] for ray in map(sorted, rays) for i in range(len(ray) - 1)]
    joined = sum(gap_m < PULSE_M - 1e-3 for gap_m in gaps_m)
    assert len(after.place) == len(before.place) - joined


@given(RAYS, RAYS)
def test_in_order_sorts_by_ray_and_range(one: list[Ray], other: list[Ray]) -> None:
    together = in_order([echoes_of(one), echoes_of(other)])
    expected = sorted(
        (place, np.float32(range_m)) for rays in (one, other) for place, ray in enumerate(rays) for range_m, _ in ray
    )
    assert list(zip(together.place.tolist(), together.range_m.tolist(), strict=True)) == expected


def test_two_echoes_in_one_pulse_are_one_at_their_mean_by_power() -> None:
    got = melted(echoes_of([[(10.0, 30.0), (10.4, 10.0)], [(10.0, 1.0), (10.5, 1.0)]]), PULSE_M)
    assert list(got.place) == [0, 1, 1]
    np.testing.assert_allclose(got.range_m, [10.1, 10.0, 10.5], rtol=1e-6)
    np.testing.assert_allclose(got.signal, [40.0, 1.0, 1.0])
    assert list(got.row) == [0, 2, 3]


def test_a_second_echo_does_not_change_the_luck_of_the_first() -> None:
    luck = Luck((1, 2), 2)
    alone = heard(echoes_of([[(10.0, 50.0)], [(20.0, 50.0)]]), Receiver(), luck)
    both = heard(echoes_of([[(10.0, 50.0), (12.0, 50.0)], [(20.0, 50.0)]]), Receiver(), luck)
    np.testing.assert_array_equal(alone.signal, both.signal[[0, 2]])
    np.testing.assert_array_equal(alone.range_m, both.range_m[[0, 2]])
    assert both.signal[1] != both.signal[0]


def test_nothing_below_the_threshold_is_heard() -> None:
    got = heard(echoes_of([[(10.0, THRESHOLD)]] * 500), Receiver(), Luck((0,), 500))
    assert 150 < len(got.place) < 350  # half of them, by a fair coin
    assert np.all(got.signal >= THRESHOLD)
