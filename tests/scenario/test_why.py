"""Why, from the command line: one recorded approach explained, as text, as JSON and as a picture."""

import json
import subprocess
import sys

import cv2
import pytest

COMMAND = [sys.executable, "-m", "scenarios", "why"]
CASE = ["yolo-street-v1", "board_carrier", "--severity", "0.5", "--frame", "2"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Of recorded approaches."""
    return tmp_path_factory.mktemp("approaches")


def run(*arguments):
    return subprocess.run([*COMMAND, *arguments], capture_output=True, text=True)


@pytest.mark.slow
def test_an_answer_is_explained_from_a_recording_the_same_way_each_time(folder, tmp_path):
    picture = tmp_path / "why.png"
    given = [*CASE, "--data", str(folder), "--masks", "24", "--json"]
    done = run(*given, "--out", str(picture))
    assert done.returncode == 0, done.stderr
    row = json.loads(done.stdout)
    assert (row["case"], row["frame"], row["target"], row["cue"]) == ("board_carrier", 2, "person", ["board"])
    assert row["eigencam"]["target"]["area"] > 0.0
    assert row["eigencam"]["cue"]["area"] > row["eigencam"]["target"]["area"]  # the board hides most of them
    shares = [row["eigencam"][name]["share"] for name in ("target", "cue", "elsewhere")]
    assert sum(shares) == pytest.approx(1.0, abs=1e-3)
    assert cv2.imread(str(picture)).shape[1] == 640
    assert run(*given).stdout == done.stdout


@pytest.mark.slow
def test_a_frame_that_is_not_there_is_named(folder):
    done = run(*CASE[:-1], "9", "--data", str(folder))
    assert done.returncode == 2
    assert "--frame 9: want 0 to 4" in done.stderr


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        (["pillars-v1", "fog"], "sees by lidar, want a camera detector"),
        (["yolo-street-v1", "fgo"], "fog"),
        (["yolo-street-v1", "fog", "--severity", "2"], "--severity 2"),
        (["yolo-street-v1", "fog", "--out", "map.gif"], "want a .png or .jpg file"),
    ],
)
def test_wrong_use_is_one_line(given, complaint):
    done = run(*given)
    assert done.returncode == 2
    assert complaint in done.stderr
    assert len(done.stderr.splitlines()) == 1
