"""The careful driver's table, and hand-worked motions."""

from itertools import pairwise

import numpy as np
import pytest

from planning.reference import (
    CAREFUL_DRIVER,
    MACHINE_DRIVER,
    ReferenceDriver,
    avoids,
    careful_driver_avoids,
    highest_stopping_speed_mps,
    impact_speed_mps,
    position_m,
    stopping_distance_m,
    stopping_time_s,
)

KMH = 1.0 / 3.6

# km/h: careful m, wet 0.5 g, snow 0.25 g, machine m
TABLE = {
    20: (9.4, 9.9, 12.3, 5.0),
    30: (15.8, 17.3, 23.2, 8.9),
    40: (23.2, 26.3, 37.2, 13.8),
    50: (31.6, 36.9, 54.4, 19.6),
    60: (41.0, 49.0, 74.8, 26.4),
    80: (62.9, 78.0, 125.0, 42.6),
    100: (88.8, 113.0, 188.0, 62.6),
    120: (118.9, 155.0, 263.0, 86.2),
    130: (135.4, 178.0, 305.0, 99.4),
}


@pytest.mark.parametrize("kmh", TABLE)
def test_stopping_distances_are_those_of_the_table(kmh):
    careful, wet, snow, machine = TABLE[kmh]
    speed = kmh * KMH
    assert stopping_distance_m(CAREFUL_DRIVER, speed) == pytest.approx(careful, abs=0.06)
    assert stopping_distance_m(CAREFUL_DRIVER, speed, 0.5) == pytest.approx(wet, abs=0.06 if wet < 100 else 0.5)
    assert stopping_distance_m(CAREFUL_DRIVER, speed, 0.25) == pytest.approx(snow, abs=0.06 if snow < 100 else 0.5)
    assert stopping_distance_m(MACHINE_DRIVER, speed) == pytest.approx(machine, abs=0.1)


@pytest.mark.parametrize(
    ("reveal_s", "careful", "machine"), [(1.4, 8, 49), (2.1, 40, 90), (2.7, 72, 126), (3.0, 89, 144)]
)
def test_reveal_times_give_the_speeds_of_the_table(reveal_s, careful, machine):
    assert highest_stopping_speed_mps(CAREFUL_DRIVER, reveal_s) / KMH == pytest.approx(careful, abs=1.0)
    assert highest_stopping_speed_mps(MACHINE_DRIVER, reveal_s) / KMH == pytest.approx(machine, abs=1.0)


def test_a_driver_without_delay_or_ramp_is_the_schoolbook_formula():
    ideal = ReferenceDriver(0.0, 0.0, 0.0, 1e9, 5.0)
    assert stopping_distance_m(ideal, 10.0) == pytest.approx(10.0)  # v^2 / 2a
    assert stopping_time_s(ideal, 10.0) == pytest.approx(2.0)
    assert impact_speed_mps(ideal, 10.0, 7.5) == pytest.approx(5.0)  # v^2 - 2 a d = 25
    assert position_m(ideal, 10.0, np.array([0.0, 1.0, 2.0, 9.0])) == pytest.approx([0.0, 7.5, 10.0, 10.0])


def test_impact_speed_falls_with_distance_and_ends_at_the_stopping_distance():
    speed = 50 * KMH
    stop = stopping_distance_m(CAREFUL_DRIVER, speed)
    speeds = [impact_speed_mps(CAREFUL_DRIVER, speed, d) for d in np.linspace(0.0, stop, 25)]
    assert speeds[0] == pytest.approx(speed)
    assert all(a >= b for a, b in pairwise(speeds))
    assert speeds[-1] == pytest.approx(0.0, abs=1e-6)
    assert avoids(CAREFUL_DRIVER, speed, stop + 0.01)
    assert not avoids(CAREFUL_DRIVER, speed, stop - 0.01)


def test_walking_pace_stands_before_the_brakes_come():
    # 0.2 m/s: 0.4 s at speed is 0.08 m, then 0.4 m/s2 stops within 0.5 s over 0.05 m
    assert stopping_distance_m(CAREFUL_DRIVER, 0.2) == pytest.approx(0.13)
    assert stopping_time_s(CAREFUL_DRIVER, 0.2) == pytest.approx(0.9)
    assert stopping_distance_m(CAREFUL_DRIVER, 0.0) == 0.0


def test_crossing_conflict():
    speed = 71.5 * KMH  # Tempe: 53 m needed, 111 m there
    assert careful_driver_avoids(speed, 111.0, 0.0, np.inf)
    assert not careful_driver_avoids(speed, 40.0, 0.0, np.inf)
    # too near to stop, but gone before the car comes: at 40 m he is there after about 2.1 s
    assert careful_driver_avoids(speed, 40.0, 0.0, 1.9)
    # and passing before it comes into the way: 44.9 m take at least 2.26 s
    assert not careful_driver_avoids(speed, 40.0, 2.2, np.inf)
    assert careful_driver_avoids(speed, 10.0, 5.0, np.inf)
