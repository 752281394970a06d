"""`moosetest suite` from end to end with stacks that cost little: digests, going on, exit codes, wrong use."""

import json
import subprocess
import sys
import time

import psutil
import pytest
from typer.testing import CliRunner

from scenarios.cli import app
from scenarios.drive.bundle import read_states


def suite(*arguments, cwd):
    command = [sys.executable, "-m", "scenarios", "suite", *arguments, "--json"]
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True)
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout)


RUNS = ["cut_out_reveal", "--stack", "blind"]


@pytest.fixture(autouse=True)
def importable(monkeypatch, request):
    monkeypatch.setenv("PYTHONPATH", str(request.config.rootpath))


@pytest.fixture(scope="module")
def first(tmp_path_factory, request):
    """A suite of two runs by two workers."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(request.config.rootpath))
        folder = tmp_path_factory.mktemp("suite")
        where = ["--out", "suites/two", "--junit", "junit.xml"]
        code, told = suite(*RUNS, "--workers", "2", "--bundles", *where, cwd=folder)
    return folder, code, told


def digests(told):
    return {run["name"]: run["digest"] for run in told["runs"]}


def test_failures_are_told_everywhere(first):
    folder, code, told = first
    assert code == told["exit_code"] == 1
    assert told["headline"] == "2 of 2 runs failed"
    assert (folder / "junit.xml").read_text(encoding="utf-8").count("<failure") == 2
    page = (folder / "suites" / "two" / "report.html").read_text(encoding="utf-8")
    assert "<h1>2 of 2 runs failed</h1>" in page
    assert 'href="runs/cut_out_reveal-s1-seed0/">bundle</a>' in page
    assert list(read_states(folder / "suites" / "two" / "runs" / "cut_out_reveal-s1-seed0"))


def test_one_worker_drives_the_same_bytes_and_nothing_got_worse(first):
    folder, _, told = first
    code, again = suite(*RUNS, "--workers", "1", "--out", "suites/one", "--baseline", "two", cwd=folder)
    assert digests(again) == digests(told)
    assert code == 0
    assert again["headline"] == "Nothing got worse against suites/two, of 2 runs"
    assert again["asked_differently"] == []


@pytest.mark.slow
def test_a_suite_that_was_killed_goes_on_and_leaves_no_child(first):
    folder, _, told = first
    command = [sys.executable, "-m", "scenarios", "suite", *RUNS, "--workers", "1", "--out", "suites/cut", "--json"]
    kept, lost = (folder / "suites" / "cut" / "runs" / name / "verdict.json" for name in sorted(digests(told)))
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL) as killed:
        wait_until(kept.exists)
        children = psutil.Process(killed.pid).children(recursive=True)
        killed.kill()
    assert children
    assert not psutil.wait_procs(children, timeout=30)[1]
    assert not lost.exists()
    written_ns = kept.stat().st_mtime_ns
    _, again = suite(*RUNS, "--out", "suites/cut", cwd=folder)
    assert kept.stat().st_mtime_ns == written_ns
    assert digests(again) == digests(told)


def wait_until(holds):
    deadline_s = time.monotonic() + 200.0
    while not holds():
        assert time.monotonic() < deadline_s
        time.sleep(0.05)


def test_a_folder_of_another_suite_is_refused_in_one_line(first, monkeypatch):
    monkeypatch.chdir(first[0])
    told = CliRunner().invoke(app, ["suite", *RUNS, "--bundles", "--seed", "5", "--out", "suites/two"])
    assert told.exit_code == 2
    assert (
        told.stderr == "moosetest: suites/two: holds a suite of other runs; want another --out, or that folder gone\n"
    )


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["tempo"], "did you mean 'tempe'"),
        (["tempe", "--stack", "fusd"], "did you mean 'fused'"),
        (["tempe", "--severity", "2"], "--severity 2.0: want a number from 0 to 1"),
        (["tempe", "--seed", "-1"], "--seed -1: want a whole number"),
        (["tempe", "--set", "camera.min_scroe=0.9"], "did you mean 'min_score'"),
        (["tempe", "--fault", "drop=1@cam_mian"], "did you mean 'cam_main'"),
        (["tempe", "--camera-weights", "none.onnx"], "none.onnx: no such file"),
        (["tempe", "--baseline", "main"], "no suite of that name"),
        (["tempe", "--workers", "-1"], "--workers -1: want 0"),
    ],
)
def test_wrong_use_is_one_line_exit_2_nothing_written(tmp_path, monkeypatch, arguments, says):
    monkeypatch.chdir(tmp_path)
    told = CliRunner().invoke(app, ["suite", *arguments])
    assert told.exit_code == 2
    assert says in told.stderr
    assert len(told.stderr.strip().splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_the_fused_stack_drives_the_same_bytes_by_one_worker_on_all_cores_and_two_on_one_each(tmp_path):
    runs = ["cut_out_reveal", "fog", "--severity", "0.5"]
    _, one = suite(*runs, "--workers", "1", "--out", "one", cwd=tmp_path)
    code, two = suite(*runs, "--workers", "2", "--out", "two", "--baseline", "one", cwd=tmp_path)
    assert all(digests(one).values())
    assert digests(one) == digests(two)
    assert code == 0
