"""Each fault does what its line says, by values worked out by hand."""

import re

import numpy as np
import pytest

from moosetest.config import ConfigError
from moosetest.registry import UnknownNameError
from moosetest.timing import TICK_NS
from sim.faults import FAULTS
from sim.faults.chain import FaultSpec, SensorFaults
from sim.faults.contents import dirt_cover
from tests.toy_bundles import RIG, bundle


def come(fault, sensor_id, ticks, seed=0):
    """What comes of `sensor_id` in each of `ticks` bundles under one fault."""
    faults = SensorFaults([FaultSpec.parse(f"{fault}@{sensor_id}")], RIG, seed)
    got = [faults.apply(bundle(tick)) for tick in range(ticks)]
    for one in got:
        assert (sensor_id in one.missing) == (sensor_id not in one.frames)
    return [one.frames.get(sensor_id) for one in got], faults.toll[sensor_id]


def seqs(frames):
    return [None if frame is None else frame.seq for frame in frames]


def test_delay_of_a_fifth_of_a_second_is_two_frames():
    frames, toll = come("delay=0.4", "odometry", 6)
    assert seqs(frames) == [None, None, 0, 1, 2, 3]
    assert [f.speed_mps for f in frames[2:]] == [0.0, 1.0, 2.0, 3.0]
    assert [f.t_ns for f in frames[2:]] == [t * TICK_NS for t in (2, 3, 4, 5)]  # stamped on arrival
    assert (toll.whole, toll.stale, toll.lost) == (0, 4, 2)


def test_drifting_clock_falls_one_frame_behind_each_second():
    frames, _ = come("desync=1", "cam", 41)
    assert [frames[tick].seq for tick in (0, 4, 6, 10, 20, 40)] == [0, 4, 5, 9, 18, 36]


def test_freeze_of_two_seconds_repeats_one_frame_twenty_times():
    frames, toll = come("freeze=0.2", "cam", 60)
    held, times = max(((s, seqs(frames).count(s)) for s in seqs(frames)), key=lambda pair: pair[1])
    assert times == 21  # once as itself, then for 20 ticks
    assert toll.stale == 20
    assert 4 <= held <= 20
    assert [frame.image_rgb[0, 0, 0] for frame in frames[held : held + 21]] == [100 + held] * 21


def test_death_at_half_severity_comes_at_four_seconds():
    frames, toll = come("death=0.5", "lidar", 60)
    assert [frame is not None for frame in frames] == [True] * 40 + [False] * 20
    assert (toll.whole, toll.lost) == (40, 20)
    assert seqs(come("death=1", "lidar", 3)[0]) == [None] * 3


def test_drop_loses_its_share():
    frames, toll = come("drop=0.3", "odometry", 1000)
    assert toll.lost == seqs(frames).count(None)
    assert abs(toll.lost - 300) < 4 * np.sqrt(1000 * 0.3 * 0.7)


def test_jitter_never_goes_back_and_never_makes_a_frame_up():
    frames, toll = come("jitter=1", "odometry", 300)
    numbers = [seq for seq in seqs(frames) if seq is not None]
    assert numbers == sorted(set(numbers))
    ages = [tick - frame.seq for tick, frame in enumerate(frames) if frame is not None]
    assert set(ages) == {0, 1, 2, 3}
    assert toll.whole > 0
    assert toll.stale > 0
    assert toll.lost > 0


def test_wrong_yaw_turns_what_is_dead_ahead_to_the_side():
    frames, _ = come("yaw=0.6", "lidar", 1)
    ahead_ego_m = frames[0].T_ego_sensor.points([10.0, 0.0, 0.0])
    side = np.sign(ahead_ego_m[1])
    expected_m = [1.0 + 10.0 * np.cos(np.radians(3.0)), side * 10.0 * np.sin(np.radians(3.0)), 1.5]
    np.testing.assert_allclose(ahead_ego_m, expected_m, atol=1e-12)
    picture = come("yaw=0.6", "cam", 1)[0][0]
    axis_ego = picture.T_ego_sensor.vectors([0.0, 0.0, 1.0])  # the optical axis stays level
    np.testing.assert_allclose(np.abs(axis_ego), [np.cos(np.radians(3)), np.sin(np.radians(3)), 0.0], atol=1e-12)


def test_shift_moves_a_sensor_level():
    frames, _ = come("shift=1", "radar", 1)
    moved_m = frames[0].T_ego_sensor.translation_m - [1.0, 0.0, 1.5]
    np.testing.assert_allclose(np.hypot(*moved_m[:2]), 0.3, atol=1e-12)
    assert moved_m[2] == 0.0


def test_a_quarter_of_the_beams_is_four_of_sixteen_and_more_at_a_higher_severity():
    lost = [{*range(16)} - {*come(f"beam-loss={s}", "lidar", 1)[0][0].ring.tolist()} for s in (0.25, 0.5)]
    assert [len(rings) for rings in lost] == [4, 8]
    assert lost[0] < lost[1]


@pytest.mark.parametrize(("sensor_id", "field_deg"), [("lidar", 90), ("radar", 60)])
def test_blocked_share_is_one_sector_of_the_field(sensor_id, field_deg):
    frame = come("blocked=0.2", sensor_id, 1)[0][0]
    azimuth_rad = frame.azimuth_rad if sensor_id == "radar" else np.arctan2(*frame.points_sensor_m[:, 1::-1].T)
    seen_deg = np.degrees(np.sort(azimuth_rad))
    gaps_deg = np.diff([-field_deg / 2 - 0.5, *seen_deg, field_deg / 2 + 0.5]) - 1.0
    assert len(seen_deg) in (int(0.8 * field_deg), int(0.8 * field_deg) + 1)  # a ray a degree
    assert np.max(gaps_deg) == pytest.approx(0.2 * field_deg, abs=1.01)
    assert len(come("blocked=1", sensor_id, 1)[0][0].ring if sensor_id == "lidar" else []) == 0


@pytest.mark.parametrize("share", [0.1, 0.4, 0.5, 0.9])
def test_dirt_hides_its_share_of_the_picture(share):
    cover = dirt_cover(96, 160, share, np.random.default_rng(3))
    assert float(cover.mean()) == pytest.approx(share, abs=0.002)
    assert float((cover > 0.5).mean()) == pytest.approx(share, abs=0.002)


def test_noise_of_a_picture_has_the_stated_spread():
    frame = come("noise=0.5", "cam", 1)[0][0]
    assert float(frame.image_rgb.mean()) == pytest.approx(100.0, abs=1.0)
    assert float(frame.image_rgb.std()) == pytest.approx(20.0, rel=0.05)


def test_lidar_noise_is_along_the_ray():
    frame = come("noise=1", "lidar", 1)[0][0]
    range_m = np.linalg.norm(frame.points_sensor_m, axis=1)
    assert float(range_m.std()) == pytest.approx(0.3, rel=0.25)
    azimuth_deg = np.degrees(np.arctan2(frame.points_sensor_m[:, 1], frame.points_sensor_m[:, 0]))
    np.testing.assert_allclose(azimuth_deg, np.arange(-44.5, 45.0), atol=1e-4)


def test_faults_add_up_in_their_order():
    specs = [FaultSpec.parse("delay=0.2@odometry"), FaultSpec.parse("death=0.9@odometry")]  # dead from 0.44 s on
    faults = SensorFaults(specs, RIG, seed=0)
    assert seqs([faults.apply(bundle(t)).frames.get("odometry") for t in range(7)]) == [None, 0, 1, 2, 3, None, None]
    turned = SensorFaults(specs[::-1], RIG, seed=0)
    assert seqs([turned.apply(bundle(t)).frames.get("odometry") for t in range(7)]) == [None, 0, 1, 2, 3, 4, None]


def test_without_a_sensor_named_a_fault_is_of_all_that_it_suits_but_the_instruments():
    faults = SensorFaults([FaultSpec.parse("drop=1")], RIG, seed=0)
    got = faults.apply(bundle(0))
    assert got.missing == {"cam", "lidar", "radar"}
    assert set(got.frames) == {"odometry"}
    faults = SensorFaults([FaultSpec.parse("beam-loss=1")], RIG, seed=0)
    faults.apply(bundle(0))
    assert set(faults.toll) == {"lidar"}


def test_a_sensor_that_the_run_does_not_have_stays_away_and_one_that_is_late_is_still_named():
    faults = SensorFaults([FaultSpec.parse("noise=1")], RIG, seed=0)
    assert set(faults.apply(bundle(0)).frames) == {"cam", "lidar", "radar", "odometry"}
    got = faults.apply(bundle(1, missing=("radar",)))
    assert got.missing == {"radar"}
    assert faults.toll["radar"].lost == 1


@pytest.mark.parametrize(
    ("text", "error", "says"),
    [
        ("drop", ConfigError, "want NAME=SEVERITY"),
        ("drop=lots", ConfigError, "severity from 0 to 1"),
        ("drop=1.5", ConfigError, "fault severity 1.5: want a number from 0 to 1"),
        ("drop=-1", ConfigError, "fault severity -1: want a number from 0 to 1"),
        ("drop=nan", ConfigError, "fault severity nan: want a number from 0 to 1"),
        ("drop=0.5@", ConfigError, "want NAME=SEVERITY"),
        ("dropp=0.5", UnknownNameError, "did you mean 'drop'"),
        ("drop=0.5@camm", UnknownNameError, "did you mean 'cam'"),
        ("beam-loss=0.5@cam", ConfigError, "want one of lidar"),
        ("yaw=0.5@gnss", ConfigError, "yaw cannot spoil it"),
    ],
)
def test_wrong_words_are_clear_errors(text, error, says):
    with pytest.raises(error, match=says):
        SensorFaults([FaultSpec.parse(text)], RIG, seed=0)


def test_the_page_about_faults_names_each_and_no_other(request):
    page = (request.config.rootpath / "docs" / "sensor_faults.md").read_text(encoding="utf-8")
    assert sorted(re.findall(r"^\| `([a-z-]+)` \|", page, re.MULTILINE)) == FAULTS.names()


def test_a_spared_sensor_stays_whole_and_the_others_draw_what_they_would_have():
    spec = FaultSpec.parse("drop=0.5")
    all_spoiled = SensorFaults([spec], RIG, seed=3)
    spared = SensorFaults([spec], RIG, seed=3, spared=frozenset({"lidar"}))
    got = [(all_spoiled.apply(bundle(tick)).frames, spared.apply(bundle(tick)).frames) for tick in range(40)]
    assert all("lidar" in with_spared for _, with_spared in got)
    assert not all("lidar" in without for without, _ in got)
    for sensor_id in ("cam", "radar"):
        lost = [sensor_id not in without for without, _ in got]
        assert any(lost)
        assert lost == [sensor_id not in with_spared for _, with_spared in got]
    assert "lidar" not in spared.toll
