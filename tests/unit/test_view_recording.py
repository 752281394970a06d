"""What a recording holds, read back from its file."""

from collections import defaultdict

import pyarrow as pa
import pytest
from rerun.chunk import RrdReader

from scenarios.view.clouds import GROUND_SHARE
from scenarios.view.recording import save_drives
from tests import toy_drives


@pytest.fixture(scope="module")
def one(tmp_path_factory):
    path = tmp_path_factory.mktemp("one") / "drive.rrd"
    save_drives([toy_drives.drive()], path)
    return rows_of(path)


@pytest.fixture(scope="module")
def two(tmp_path_factory):
    path = tmp_path_factory.mktemp("two") / "drive.rrd"
    a, b = toy_drives.drive(), toy_drives.drive(ticks=20)
    b.states[5]["plan"]["reason"] = "yield: person 0.8 20 m ahead crossing"
    save_drives([a, b], path)
    return rows_of(path)


def rows_of(path):
    """Of each entity its rows by time: seconds (None: always) and what was logged then."""
    rows = defaultdict(list)
    for chunk in RrdReader(str(path)).stream():
        batch = chunk.to_record_batch()
        assert set(chunk.timeline_names) <= {"since start"}  # no time of day
        times = [None] * len(batch)
        if chunk.timeline_names:
            times = [t_ns / 1e9 for t_ns in batch.column("since start").cast(pa.int64()).to_pylist()]
        names = [name for name in batch.schema.names if ":" in name]
        for index, t_s in enumerate(times):
            told = {name: batch.column(name)[index].as_py() for name in names}
            rows[chunk.entity_path].append((t_s, {name: value for name, value in told.items() if value is not None}))
    return {path: sorted(of_path, key=lambda row: row[0] or 0.0) for path, of_path in rows.items()}


def values(rows, path, name):
    return [(t_s, told[name]) for t_s, told in rows[path] if name in told]


def test_every_tick_has_its_scene(one):
    for path in ("/world/ego", "/world/truth", "/world/tracks/named", "/world/planner/plan", "/world/ego/lidar"):
        assert [t_s for t_s, _ in one[path] if t_s is not None] == pytest.approx([i / 10 for i in range(30)])
    assert one["/world/ego"][12][1]["Transform3D:translation"] == [[12.0, 0.0, 0.0]]


def test_pictures_come_with_boxes_and_a_seat(one):
    assert len(values(one, "/world/ego/cam", "EncodedImage:blob")) == 30
    (_, focal), *_ = values(one, "/world/ego/cam", "Pinhole:image_from_camera")
    # Column by column; 64 px under 60 degrees, and a pixel's centre at halves.
    assert focal[0][:2] + focal[0][6:8] == pytest.approx([55.426, 0.0, 32.0, 20.0], abs=1e-3)
    _, boxes = one["/world/ego/cam/detections"][0]
    assert boxes["Boxes2D:labels"] == ["person 0.50"]
    assert boxes["Boxes2D:centers"] == [[22.5, 16.5]]
    assert boxes["Boxes2D:half_sizes"] == [[2.0, 6.0]]


def test_only_the_target_and_what_is_braked_for_have_names(one):
    named = [(t_s, told.get("Boxes3D:labels")) for t_s, told in one["/world/tracks/named"]]
    assert [labels for t_s, labels in named if t_s > 2.55] == [["#7 person 0.80"]] * 4
    assert not any(labels for t_s, labels in named if t_s < 2.55)
    assert one["/world/truth/name"][0][1]["Points3D:labels"] == ["truth: person"]
    assert len(one["/world/truth"][0][1]["Boxes3D:centers"]) == 2
    assert "Boxes3D:labels" not in one["/world/truth"][0][1]


def test_what_stands_and_what_is_of_the_road_is_shown_less(one):
    _, sweep = one["/world/ego/lidar"][0]
    assert len(sweep["Points3D:positions"]) == 40 + 60 // GROUND_SHARE
    _, echoes = one["/world/ego/radar"][0]
    assert echoes["Points3D:radii"] == pytest.approx([-1.2, -3.5])


def test_lanes_tell_states_and_end_with_the_run(one):
    lane = values(one, "/story/1_target", "StateChange:state")
    assert lane == [
        (2.4, ["visible"]),
        (2.6, ["tracked"]),
        (2.7, ["reacted"]),
        (2.8, ["braked"]),
        (pytest.approx(2.9), [""]),
    ]
    assert [text for _, (text,) in values(one, "/story/2_planner", "StateChange:state")] == ["cruise", "stop", ""]
    assert "/story/3_status" not in one  # always ok
    words = [text for _, (text,) in values(one, "/reasons", "TextLog:text")]
    assert words[0] == "cruise at 10.0 m/s"
    assert "stop: person 13 m ahead" in words
    assert "stop: person 12 m ahead" not in words  # the same reason with another number


def test_two_runs_stand_beside_each_other_by_simulated_time(two):
    assert len(values(two, "/A/numbers/gap_m", "Scalars:scalars")) == 30
    assert len(values(two, "/B/numbers/gap_m", "Scalars:scalars")) == 20
    lane = values(two, "/compared/divergence", "StateChange:state")
    assert lane == [(0.0, ["equal"]), (0.5, ["decision"]), (1.9, ["end of B"])]


def test_points_of_a_tick_that_the_killed_run_did_not_end_are_left_out(tmp_path):
    log = toy_drives.drive()
    log.states.pop()
    save_drives([log], tmp_path / "drive.rrd")
    assert len(values(rows_of(tmp_path / "drive.rrd"), "/world/ego/lidar", "Points3D:positions")) == 29
