"""What holds for every fault that is registered, whatever its severity."""

from hypothesis import given, settings
from hypothesis import strategies as st

from moosetest.digest import digest_of
from sim.faults import FAULTS
from sim.faults.chain import FaultSpec, SensorFaults
from tests.toy_bundles import RIG, bundle

SPECS = st.builds(FaultSpec, st.sampled_from(FAULTS.names()), st.sampled_from([0.0, 0.1, 0.35, 0.8, 1.0]))
TICKS = 25


def what_comes(specs, seed):
    faults = SensorFaults(specs, RIG, seed)
    return [faults.apply(bundle(tick)) for tick in range(TICKS)], faults.toll


@settings(max_examples=25, deadline=None)
@given(st.lists(SPECS, max_size=4), st.integers(0, 5))
def test_equal_runs_are_equal_to_the_byte_and_every_frame_is_there_or_named(specs, seed):
    first, toll = what_comes(specs, seed)
    again, _ = what_comes(specs, seed)
    pairs = [[(dict(b.frames), b.missing) for b in run] for run in (first, again)]
    assert digest_of(pairs[0]) == digest_of(pairs[1])
    for got in first:
        assert {"cam", "lidar", "radar", "odometry"} == got.frames.keys() | got.missing
        assert not got.frames.keys() & got.missing
    for sensor_id, counts in toll.items():
        assert counts.lost == sum(sensor_id in got.missing for got in first)
        assert counts.whole + counts.altered + counts.stale + counts.lost == TICKS


@settings(max_examples=20, deadline=None)
@given(st.lists(st.builds(FaultSpec, st.sampled_from(FAULTS.names()), st.just(0.0)), max_size=5), st.integers(0, 5))
def test_severity_0_hands_on_the_very_frames(specs, seed):
    faults = SensorFaults(specs, RIG, seed)
    for tick in range(TICKS):
        sent = bundle(tick)
        got = faults.apply(sent)
        assert all(got.frames[name] is frame for name, frame in sent.frames.items())
        assert got.missing == sent.missing
