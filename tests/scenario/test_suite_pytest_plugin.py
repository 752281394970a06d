"""`pytest --moosetest`: an item a run, with pytest itself as the judge."""

import os
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from scenarios.case import all_cases
from scenarios.suite import driving
from scenarios.workers import Task

pytest_plugins = ["pytester"]

ROOT = str(Path(__file__).resolve().parents[2])
PLUGIN = [] if "moosetest" in entry_points(group="pytest11").names else ["-p", "scenarios.suite.pytest_plugin"]
"""An environment that was made before there was the plugin does not know it."""
BLIND = ["--moosetest-stack", "blind", "--moosetest-severity", "0"]

all_cases()  # pytester forgets what a run of it was the first to import; numpy and carla cannot be imported twice


@pytest.fixture
def run(pytester):
    """Pytest in a folder with one ordinary test."""
    pytester.makepyfile("def test_ordinary(): pass")
    return lambda *arguments: pytester.runpytest_inprocess(*PLUGIN, "-p", "no:randomly", *arguments)


def test_nothing_is_collected_or_imported_unless_asked_for(pytester, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", ROOT)
    pytester.makepyfile(
        """
        import sys
        def test_ordinary():
            print("imported:", [name for name in ("numpy", "carla", "scenarios.case") if name in sys.modules])
        """
    )
    done = pytester.runpytest_subprocess(*PLUGIN, "-p", "no:randomly", "-s")
    done.assert_outcomes(passed=1)
    assert "imported: []" in done.stdout.str()


def test_a_failed_run_fails_with_its_reason_alone(run):
    done = run("--moosetest", "cut_out_reveal", *BLIND)
    done.assert_outcomes(failed=1)
    done.stdout.fnmatch_lines(["*moosetest[[]cut_out_reveal-s0-seed0[]]*", "hit truck at * km/h*"])
    assert "Traceback" not in done.stdout.str()


def test_named_paths_are_collected_beside_the_runs(run):
    done = run(".", "--moosetest", "billboard_person", *BLIND, "--collect-only")
    done.stdout.fnmatch_lines(["*test_ordinary*", "*billboard_person-s0-seed0*"])


def test_an_inconclusive_run_is_an_error_with_its_reason_alone(run, monkeypatch):
    monkeypatch.setattr(driving, "drive_task", lambda job, how, out: Task(job, os._exit, (3,), 60.0))
    done = run("--moosetest", "tempe", *BLIND)
    done.assert_outcomes(errors=1)
    done.stdout.fnmatch_lines(["inconclusive: the process that drove it ended with exit code 3"])
    assert "Traceback" not in done.stdout.str()


def test_a_typo_is_wrong_use_in_one_line(run):
    done = run("--moosetest", "tempo")
    assert done.ret == pytest.ExitCode.USAGE_ERROR
    done.stderr.fnmatch_lines(["*did you mean 'tempe'*"])
