"""A bench from the command line: recorded once, scored from the recording, resumed, and shown."""

import json
import re
import subprocess
import sys

import numpy as np
import pytest

from scenarios.approach.recording import Request, recorded
from scenarios.case import Arm, find_case
from sim.rig import load_rig
from tests.toy_browser import CHROMIUM, browser

COMMAND = [sys.executable, "-m", "scenarios", "bench"]
CASE = "camouflage"


@pytest.fixture(scope="module")
def bench(tmp_path_factory):
    """Folder of a small bench, and its rows."""
    out = tmp_path_factory.mktemp("bench")
    return out, run(out)


def run(out, *extra):
    budget = ["--approaches", "2", "--seeds", "1", "--workers", "1"]
    command = [*COMMAND, "pillars-v1", "clusters-v1", "blind", "--cases", CASE, "--out", str(out), "--json", *budget]
    done = subprocess.run([*command, *extra], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_every_model_is_scored_on_the_same_approaches(bench):
    out, rows = bench
    assert [row["module"] for row in rows] == ["pillars-v1", "clusters-v1", "blind"]
    network, clusters, blind = rows
    assert network["level_severity"] == clusters["level_severity"] == [0.0, 0.25]
    assert network["level_trials"] == clusters["level_trials"]
    assert len(list((out / "approaches" / CASE).glob("*.npz"))) == 2 + bool(blind["first_broken"])
    assert blind["censoring"] == "left"  # it hits the person with nothing broken
    assert "hit person" in blind["why"]


def test_a_second_bench_makes_nothing_again(bench):
    out, rows = bench
    kept = {path: path.stat().st_mtime_ns for path in (out / "approaches").rglob("*.npz")}
    assert run(out) == rows
    assert {path: path.stat().st_mtime_ns for path in kept} == kept


def test_a_bench_that_was_killed_ends_as_one_that_was_not(bench):
    out, rows = bench
    log = out / "runs" / f"{CASE}.jsonl"
    lines = log.read_text().splitlines()
    log.write_text("\n".join(lines[:2]) + "\n" + lines[2][:20])
    assert run(out) == rows


def test_a_recording_comes_back_as_it_was_scored(bench, tmp_path):
    """What is read from the file is what was just driven; another scene is not taken for it."""
    request = Request(find_case(CASE), 0.0, 0, Arm.CASE, load_rig())
    kept = recorded(request, bench[0] / "approaches")
    fresh = recorded(request, tmp_path)
    for one, other in zip(kept.frames, fresh.frames, strict=True):
        assert one.bundle.frames.keys() == other.bundle.frames.keys() == {"cam_main", "cam_tele", "lidar_front"}
        assert np.array_equal(one.bundle.frames["cam_main"].image_rgb, other.bundle.frames["cam_main"].image_rgb)
        points = (one.bundle.frames["lidar_front"].points_sensor_m, other.bundle.frames["lidar_front"].points_sensor_m)
        assert np.array_equal(*points)
    path = tmp_path / request.name
    path.write_bytes(path.read_bytes()[:1000])  # torn: driven again
    assert len(recorded(request, tmp_path).frames) == len(kept.frames)


def test_the_card_holds_all_it_shows(bench):
    html = (bench[0] / "index.html").read_text()
    assert not re.search(r'(?:src|href)="(?!data:|#)', html)
    assert "breaks in" in html
    assert (bench[0] / "breakdown.png").stat().st_size > 5_000
    assert (bench[0] / "breakdown.parquet").exists()


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
def test_the_card_draws_in_chromium(bench, tmp_path):
    with browser(tmp_path) as page:
        page.open((bench[0] / "index.html").as_uri())
        page.listen(3.0)
        assert page.evaluate("document.querySelectorAll('#grid td.cell').length") == 3
        drawn = "[...document.images].every(image => image.complete && image.naturalWidth > 0)"
        assert page.evaluate(drawn)
        assert page.evaluate("document.querySelectorAll('svg circle').length") >= 4
        assert not page.complaints
        assert all(url.startswith(("file:", "data:")) for url in page.requests)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["pilars-v1"], "did you mean 'pillars-v1'"),
        (["missing.onnx"], "no such file"),
        (["mine.pt"], "want an ONNX network"),
        (["pillars-v1", "--approaches", "0"], "want 1 or more"),
        (["pillars-v1", "--cases", "camoflage"], "did you mean 'camouflage'"),
    ],
)
def test_wrong_use_is_one_line(words, says, tmp_path):
    done = subprocess.run([*COMMAND, *words, "--out", str(tmp_path / "out")], capture_output=True, text=True)
    assert done.returncode == 2
    assert says in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert not (tmp_path / "out").exists()
