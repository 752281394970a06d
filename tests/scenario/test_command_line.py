"""Wrong use: one line, exit 2, nothing written. No server: one line, exit 3."""

import json
import socket
import subprocess
import sys

import pytest

from sim.embedded import EmbeddedServer


def moosetest(*arguments, cwd):
    return subprocess.run([sys.executable, "-m", "scenarios", *arguments], cwd=cwd, capture_output=True, text=True)


@pytest.fixture(autouse=True)
def importable(monkeypatch, request):
    monkeypatch.setenv("PYTHONPATH", str(request.config.rootpath))


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["run", "tempo"], "did you mean 'tempe'"),
        (["run", "tempe", "--stack", "fusd"], "did you mean 'fused'"),
        (["run", "tempe", "--severity", "1.5", "--stack", "oracle"], "--severity 1.5: want a number from 0 to 1"),
        (["run", "tempe", "--seed", "-3", "--stack", "oracle"], "--seed -3: want a whole number from 0 on"),
        (["demo", "--seed", "-3"], "--seed -3: want a whole number from 0 on"),
        (["train", "camera", "nowhere"], "nowhere/meta.json"),
        (["run", "tempe", "--rig", "defualt", "--stack", "oracle"], "did you mean 'default'"),
        (["run", "tempe", "--camera-weights", "none.onnx"], "none.onnx"),
        (["run", "tempe", "--lidar-weights", "none.onnx"], "none.onnx"),
        (["run", "tempe", "--carla", "somewhere", "--stack", "oracle"], "want HOST:PORT"),
        (["run", "tempe", "--fault", "dropp=1", "--stack", "oracle"], "did you mean 'drop'"),
        (["run", "tempe", "--fault", "drop=2", "--stack", "oracle"], "severity 2: want a number from 0 to 1"),
        (["run", "tempe", "--fault", "drop=1@cam_mian", "--stack", "oracle"], "did you mean 'cam_main'"),
        (["assets", "vehicle.no.*"], "no asset of that name"),
        (["assets", "vehicle.audi.tt", "--sheet", "cars.txt"], "want a .png or .jpg file"),
        (["weathers", "sheet.txt"], "want a .png or .jpg file"),
        (["weathers", "sheet.png", "--map", "urban_stret"], "want one of"),
        (["serve", "--map", "urban_stret", "--port", "0"], "urban_street"),
        (["serve", "--map", "missing.xodr", "--port", "0"], "missing.xodr"),
        (["view", "nowhere"], "nowhere/drive.mcap"),
        (["view", "nowhere", "--save", "drive.txt"], "want a .rrd file"),
        (["view", "nowhere", "--port", "70000"], "want 0 (any free port) to 65535"),
    ],
)
def test_wrong_use_is_one_line_exit_2_nothing_written(tmp_path, arguments, says):
    done = moosetest(*arguments, cwd=tmp_path)
    assert done.returncode == 2, done.stdout + done.stderr
    assert says in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_broken_map_file_is_one_line(tmp_path):
    (tmp_path / "broken.xodr").write_text("<OpenDRIVE><road")
    done = moosetest("serve", "--map", "broken.xodr", "--port", "0", cwd=tmp_path)
    assert done.returncode == 2
    assert "broken.xodr" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_nothing_listening_is_one_line_exit_3(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        done = moosetest("run", "tempe", "--stack", "oracle", "--carla", f"127.0.0.1:{port}", cwd=tmp_path)
    assert done.returncode == 3
    assert f"127.0.0.1:{port}" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_host_that_nobody_knows_is_one_line_exit_3(tmp_path):
    done = moosetest("run", "tempe", "--stack", "oracle", "--carla", "server.invalid:2000", cwd=tmp_path)
    assert done.returncode == 3
    assert "no CARLA server answers at server.invalid:2000" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_same_verdict_on_a_server_started_apart(tmp_path):
    run = ["run", "tempe", "--stack", "oracle", "--json"]
    own = json.loads(moosetest(*run, "--out", "own", cwd=tmp_path).stdout)
    with EmbeddedServer("urban_street") as server:
        address = f"127.0.0.1:{server.port}"
        apart = json.loads(moosetest(*run, "--carla", address, "--out", "apart", cwd=tmp_path).stdout)
    assert (own["outcome"], own["digest"]) == (apart["outcome"], apart["digest"])
    assert json.loads((tmp_path / "apart" / "verdict.json").read_text()) == apart


def test_help_does_not_import_the_heavy_libraries(tmp_path):
    heavy = ("torch", "open3d", "numba", "carla", "cv2", "numpy")
    program = f"import sys, scenarios.cli; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"


def test_assets_are_listed_by_pattern_and_drawn_on_a_sheet(tmp_path):
    done = moosetest("assets", "vehicle.moosetest.*_van", "--sheet", "sheets/vans.jpg", "--json", cwd=tmp_path)
    if "OpenGL" in done.stdout and done.returncode == 3:
        pytest.skip(done.stdout)
    assert done.returncode == 0, done.stderr
    van = {
        "asset": "vehicle.moosetest.panel_van",
        "category": "van",
        "size_lwh_m": [5.6, 2.05, 2.6],
        "split": "nominal",
    }
    assert json.loads(done.stdout) == [van]
    assert (tmp_path / "sheets" / "vans.jpg").stat().st_size > 3000
