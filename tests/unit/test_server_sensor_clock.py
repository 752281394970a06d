import pytest

from sim.server.sensors.clock import SensorClock

TICK_NS = 50_000_000


def measured(clock: SensorClock, ticks: range, heard: range) -> dict[int, int]:
    """Tick to the time covered, in ticks."""
    found = {}
    for tick in ticks:
        now_ns = tick * TICK_NS
        if tick not in heard:
            clock.pause(now_ns)
        elif clock.is_due(now_ns):
            found[tick] = clock.measure(now_ns, TICK_NS) // TICK_NS
    return found


def test_every_tick_covers_itself() -> None:
    assert measured(SensorClock(0, TICK_NS), range(1, 5), range(1, 5)) == {1: 1, 2: 1, 3: 1, 4: 1}


def test_a_period_covers_the_ticks_between() -> None:
    assert measured(SensorClock(3 * TICK_NS, TICK_NS), range(1, 9), range(1, 9)) == {1: 1, 4: 3, 7: 3}


def test_an_odd_period_keeps_its_mean() -> None:
    found = measured(SensorClock(70_000_000, 0), range(1400), range(1400))
    assert len(found) == 1000
    assert list(found)[:5] == [0, 2, 3, 5, 6]


def test_a_pause_keeps_the_rhythm_and_is_not_covered() -> None:
    assert measured(SensorClock(2 * TICK_NS, 0), range(12), range(7, 12)) == {8: 1, 10: 2}


@pytest.mark.parametrize("period_ns", [0, 1, TICK_NS])
def test_after_a_long_pause_one_tick_is_covered(period_ns: int) -> None:
    assert measured(SensorClock(period_ns, 0), range(1002), range(1000, 1002)) == {1000: 1, 1001: 1}
