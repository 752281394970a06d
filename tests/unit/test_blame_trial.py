"""What can be blamed, said in one line where it cannot; and faults planted to try blame on."""

import json

import pytest

from moosetest.config import ConfigError
from moosetest.registry import UnknownNameError
from scenarios.blame import trial
from scenarios.blame.runs import Trials
from scenarios.case import find_case
from scenarios.drive.loop import DriveRequest, unfinished
from scenarios.drive.modules import Module
from scenarios.suite.request import Job
from sim.faults.chain import FaultSpec


def verdict(**changed):
    plain = unfinished(DriveRequest(find_case("tempe"), 0.0), "hit walker at 40 km/h").to_json()
    return {**plain, "outcome": "fail", "digest": "0", **changed}


def refusal(folder, text):
    folder.mkdir(exist_ok=True)
    (folder / "verdict.json").write_text(text)
    with pytest.raises(ConfigError) as raised:
        Trials(folder)
    message = str(raised.value)
    assert "\n" not in message
    return message


def test_a_failed_run_is_taken(tmp_path):
    (tmp_path / "verdict.json").write_text(json.dumps(verdict()))
    assert Trials(tmp_path).modules == tuple(Module)


def test_a_run_that_passed_has_nobody_to_blame(tmp_path):
    message = refusal(tmp_path, json.dumps(verdict(outcome="pass", why="no contact, nearest 3.1 m")))
    assert "nobody is to blame, its verdict is pass (no contact, nearest 3.1 m)" in message


def test_runs_that_cannot_be_driven_again_are_refused(tmp_path):
    assert "0.9.16 at 1.2.3.4:2000" in refusal(tmp_path, json.dumps(verdict(server="0.9.16 at 1.2.3.4:2000")))
    assert "truth for lidar" in refusal(tmp_path, json.dumps(verdict(truth_for=["lidar"])))


@pytest.mark.parametrize("text", ["", "{", "[1, 2]", "null", '"fail"'])
def test_a_broken_verdict_is_said_to_be_none(tmp_path, text):
    assert "not a verdict" in refusal(tmp_path, text)


def test_a_verdict_of_another_version_is_named_by_what_it_lacks(tmp_path):
    lacking = {key: value for key, value in verdict().items() if key not in ("settings", "rig")}
    assert "says nothing of rig, settings" in refusal(tmp_path, json.dumps(lacking))


def test_a_folder_without_a_run_is_named(tmp_path):
    with pytest.raises(ConfigError, match="want a finished run's folder"):
        Trials(tmp_path / "nowhere")


def test_planted_faults_are_what_they_are_called():
    effects = [FaultSpec.parse(text).build().effect for planted in trial.PLANTED for text in planted.faults]
    assert effects == ["calibrated 3 degrees wrong"]
    for planted in trial.PLANTED:
        planted.how("fused").check()


class ToyWorker:
    """Gives verdicts by job and by whether the fault is planted; blames as it is told."""

    def __init__(self, outcomes, names):
        self.outcomes, self.names, self.done = outcomes, names, []

    def do(self, task):
        if task.function.__name__ == "_blame":
            (folder,) = task.arguments
            (folder / "blame.json").write_text(json.dumps({"blamed": self.names[task.subject.case_id]}))
            return None
        job, how, _ = task.arguments
        with_fault, without = self.outcomes[job.case_id]
        self.done.append((job.case_id, bool(how.settings)))
        return verdict(outcome=with_fault if how.settings else without)


JOBS = [Job(case_id, 0.0, 0) for case_id in ("tempe", "fog", "kangaroo", "mattress", "spray")]
OUTCOMES = {
    "tempe": ("fail", "pass"),
    "fog": ("fail", "fail"),  # of itself
    "kangaroo": ("pass", "pass"),
    "mattress": ("fail", "pass"),
    "spray": ("fail", "pass"),
}
NAMES = {"tempe": ["control"], "mattress": ["camera", "fusion"], "spray": ["control"]}
LATE = trial.PLANTED[2]


def test_runs_count_that_fail_by_the_fault_alone(tmp_path):
    worker = ToyWorker(OUTCOMES, NAMES)
    *_, tally = trial.Trial(tmp_path, LATE, "fused", worker).runs(JOBS, wanted=10)
    assert (tally.driven, tally.failed, len(tally.blamed)) == (5, 4, 3)
    assert tally.named(LATE.culprit) == 2
    assert tally.others(LATE.culprit) == "camera+fusion 1"
    assert ("kangaroo", False) not in worker.done  # what passes with the fault is not driven without it


def test_a_trial_stops_at_enough_and_goes_on_where_it_was(tmp_path):
    *_, tally = trial.Trial(tmp_path, LATE, "fused", ToyWorker(OUTCOMES, NAMES)).runs(JOBS, wanted=1)
    assert [job.case_id for job, _ in tally.blamed] == ["tempe"]
    again = ToyWorker(OUTCOMES, NAMES)
    *_, tally = trial.Trial(tmp_path, LATE, "fused", again).runs(JOBS[:2], wanted=10)
    assert [job.case_id for job, _ in tally.blamed] == ["tempe"]
    assert again.done == [("fog", True), ("fog", False)]


def test_an_unknown_fault_is_answered_by_the_nearest():
    with pytest.raises(UnknownNameError, match="late-brakes"):
        trial.find_planted("late-brake")
