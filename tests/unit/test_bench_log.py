"""What a bench keeps survives being killed, and is not taken for what it is not."""

import dataclasses

import pytest

from moosetest.config import ConfigError
from scenarios.bench.job import Plan
from scenarios.bench.log import Line, RunLog
from scenarios.bench.modules import parse_module
from scenarios.bench.summary import row
from scenarios.case import Arm, find_case
from scenarios.measure.psychometric import Censoring
from sim.rig import load_rig


def line(severity, hits, trials=6, seed=0, module="pillars-v1", **rest):
    return Line(module=module, severity=severity, seed=seed, arm="case", hits=hits, trials=trials, **rest)


def test_lines_come_back(tmp_path):
    path = tmp_path / "a.jsonl"
    lines = [line(0.0, 6, score=(0.5, 0.25), is_true=(True, False)), line(1.0, 0, counts={"ticks": 3})]
    for one in lines:
        RunLog(path, "key").add(one)
    assert RunLog(path, "key").lines == lines


def test_a_torn_line_is_dropped_and_the_next_one_whole(tmp_path):
    path = tmp_path / "a.jsonl"
    RunLog(path, "key").add(line(0.0, 6))
    with path.open("a") as file:
        file.write('{"module": "pill')
    log = RunLog(path, "key")
    log.add(line(1.0, 0))
    assert [one.severity for one in RunLog(path, "key").lines] == [0.0, 1.0]


def test_lines_of_other_models_or_code_are_neither_taken_up_nor_written_over(tmp_path):
    path = tmp_path / "a.jsonl"
    RunLog(path, "key").add(line(0.0, 6))
    with pytest.raises(ConfigError, match="want another --out"):
        RunLog(path, "other key")
    assert RunLog(path, "key").lines == [line(0.0, 6)]


def test_the_key_follows_weights_and_rig(tmp_path):
    shipped = Plan(
        modules=(parse_module("pillars-v1"),),
        rig=load_rig(),
        approaches=1,
        seeds=1,
        drives=1,
        threads=1,
        data=tmp_path,
        out=tmp_path,
    )
    other = dataclasses.replace(shipped, rig=load_rig().only(frozenset({"cam_main"})))
    more = dataclasses.replace(shipped, approaches=9, threads=2)
    assert shipped.key != other.key
    assert shipped.key == more.key  # a larger budget goes on with what there is


def test_a_row_sums_up_what_was_counted(tmp_path):
    """Found at every severity up to 0.5 and never beyond: it breaks between 0.5 and 0.75, and each pair flips."""
    log = RunLog(tmp_path / "a.jsonl", "key")
    for seed in range(6):
        for severity in (0.0, 0.25, 0.5, 0.75, 1.0):
            is_found = severity <= 0.5
            sure = 0 if is_found else 2
            frame = -1 if is_found else 1
            log.add(line(severity, 6 * is_found, seed=seed, sure=sure, first_wrong=frame))
    found = row(find_case("fog"), parse_module("pillars-v1"), log)
    assert 0.5 < found.outcome.breakdown.s50 < 0.75
    assert found.outcome.breakdown.censoring is Censoring.NONE
    assert (found.outcome.flips.broken, found.outcome.flips.pairs) == (6, 6)
    assert found.outcome.flips.p_value == 2 * 0.5**6
    assert (found.outcome.confident_wrong.found, found.outcome.confident_wrong.of) == (24, 180)
    assert (found.broken.severity, found.broken.seed, found.broken.frame) == (0.75, 0, 1)
    assert found.to_row()["factor_at_s50"] == find_case("fog").factor.value(found.outcome.breakdown.s50)


def test_pairs_are_with_the_control_arm_where_a_case_has_its_own(tmp_path):
    case = find_case("billboard_person")
    assert case.own_control
    log = RunLog(tmp_path / "a.jsonl", "key")
    for seed in range(3):
        log.add(line(0.0, 0, seed=seed))
        log.add(line(1.0, 0, seed=seed))
        log.add(Line(module="pillars-v1", severity=0.0, seed=seed, arm=Arm.CONTROL.value, hits=6, trials=6))
    found = row(case, parse_module("pillars-v1"), log)
    assert (found.outcome.flips.broken, found.outcome.flips.neither) == (3, 0)
    assert found.outcome.breakdown.censoring is Censoring.LEFT


def test_no_row_where_nothing_could_be_asked(tmp_path):
    log = RunLog(tmp_path / "a.jsonl", "key")
    log.add(line(0.0, 0, trials=0))
    assert row(find_case("fog"), parse_module("pillars-v1"), log) is None
