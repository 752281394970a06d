"""What a run of a suite comes to when its drive does not, and what a suite hangs on."""

import json

import pytest

from moosetest.config import ConfigError
from moosetest.registry import UnknownNameError
from scenarios import code_version
from scenarios.suite import crew, driving
from scenarios.suite.driving import drive_task, verdict_of
from scenarios.suite.request import How, Job, SuiteRequest, default_folder
from scenarios.suite.store import SuiteStore
from scenarios.workers import Lost
from sim.faults.chain import FaultSpec

JOB = Job("tempe", 1.0, 3)
HOW = How(stack="oracle", settings={"camera": {"min_score": 0.9}}, faults=(FaultSpec.parse("drop=0.5@cam_main"),))


def test_a_lost_run_is_inconclusive_and_says_what_was_to_be_driven_and_why_it_was_not():
    verdict = verdict_of(JOB, HOW, Lost("not over after 9 s"))
    assert (verdict["outcome"], verdict["why"]) == ("inconclusive", "not over after 9 s")
    assert (verdict["case"], verdict["severity"], verdict["seed"], verdict["stack"]) == ("tempe", 1.0, 3, "oracle")
    assert verdict["settings"] == {"camera": {"min_score": 0.9}}
    assert verdict["faults"] == {"drop=0.5@cam_main": "50% of frames lost"}
    json.dumps(verdict, allow_nan=False)


def test_a_drive_that_breaks_is_inconclusive_and_one_that_was_misused_ends_the_suite(monkeypatch):
    task = drive_task(JOB, HOW, None)

    def breaks(request):
        raise RuntimeError("the ground gave way")

    monkeypatch.setattr(driving, "drive", breaks)
    verdict = task.function(*task.arguments)
    assert (verdict["outcome"], verdict["why"]) == ("inconclusive", "RuntimeError: the ground gave way")

    def misused(request):
        raise ConfigError("weights that are none")

    monkeypatch.setattr(driving, "drive", misused)
    with pytest.raises(ConfigError, match="weights that are none"):
        task.function(*task.arguments)


@pytest.mark.parametrize(
    ("how", "says"),
    [
        (How(stack="fusd"), "did you mean 'fused'"),
        (How(settings={"camera": {"min_scroe": 0.9}}), "did you mean 'min_score'"),
        (How(faults=(FaultSpec("drop", 1.0, "cam_mian"),)), "did you mean 'cam_main'"),
    ],
)
def test_mistakes_are_found_before_the_first_drive(how, says):
    with pytest.raises((UnknownNameError, ConfigError), match=says):
        how.check()


def test_suites_are_the_same_when_nothing_that_matters_differs(tmp_path):
    weights = tmp_path / "mine.onnx"
    weights.write_bytes(b"one network")
    first = SuiteRequest((JOB,), How(camera_weights=weights)).identity()
    assert SuiteRequest((JOB,), How(camera_weights=weights)).identity() == first
    moved = weights.rename(tmp_path / "same.onnx")
    assert SuiteRequest((JOB,), How(camera_weights=moved)).identity() == first
    moved.write_bytes(b"another network")
    another = SuiteRequest((JOB,), How(camera_weights=moved)).identity()
    assert another != first
    assert default_folder(another) != default_folder(first)
    store = SuiteStore(tmp_path / "suite", first)
    store.begin()
    store.keep(JOB, verdict_of(JOB, HOW, Lost("lost")))
    with pytest.raises(ConfigError, match="of other camera_weights; want another --out"):
        SuiteStore(tmp_path / "suite", another)


def test_inconclusive_runs_are_not_kept_for_good_and_a_folder_of_something_else_is_refused(tmp_path):
    store = SuiteStore(tmp_path / "suite", {"runs": []})
    store.begin()
    verdict = verdict_of(JOB, HOW, Lost("lost"))
    store.keep(JOB, verdict)
    assert store.finished(JOB) is None
    store.keep(JOB, verdict | {"outcome": "fail"})
    assert store.finished(JOB)["outcome"] == "fail"
    (tmp_path / "photographs").mkdir()
    (tmp_path / "photographs" / "moose.jpg").touch()
    with pytest.raises(ConfigError, match="holds something else than a suite"):
        SuiteStore(tmp_path / "photographs", {"runs": []})


def test_a_run_of_which_the_code_changed_meanwhile_is_inconclusive(tmp_path, monkeypatch):
    codes = iter(["before", "before", "after"])
    monkeypatch.setattr(crew, "code_version", lambda: next(codes))
    passed = verdict_of(JOB, HOW, Lost("")) | {"outcome": "pass", "why": "no contact"}
    monkeypatch.setattr(crew, "done_by_children", lambda tasks, workers: [(task.subject, passed) for task in tasks])
    jobs = (JOB, Job("fog", 0.0, 3))
    store = SuiteStore(tmp_path / "suite", {"runs": []})
    verdicts = crew.drive_all(SuiteRequest(jobs, HOW), store, 1, quiet=True)
    assert [verdicts[job]["outcome"] for job in jobs] == ["pass", "inconclusive"]
    assert verdicts[jobs[1]]["why"] == "the code changed while it was driven"


def test_code_is_another_when_any_file_of_a_package_is(tmp_path, monkeypatch):
    (tmp_path / "plugged_in").mkdir()
    source = tmp_path / "plugged_in" / "__init__.py"
    source.write_text("SPEED = 1")
    monkeypatch.syspath_prepend(tmp_path)
    house = code_version.code_version()
    monkeypatch.setattr(code_version, "HOUSE", (*code_version.HOUSE, "plugged_in"))
    first = code_version.code_version()
    assert first != house
    assert code_version.code_version() == first
    source.write_text("SPEED = 2")
    assert code_version.code_version() != first
