"""Two suites side by side, by results written and read back; every number is chosen in the test."""

import json
import math
from pathlib import Path
from xml.etree import ElementTree

import pytest

from moosetest.config import ConfigError
from scenarios.suite.baseline import asked_differently, find_baseline
from scenarios.suite.compare import Change, Comparison, alone, compare
from scenarios.suite.junit import write_junit
from scenarios.suite.measured import Measured, measured
from scenarios.suite.page import write_page
from scenarios.suite.results import family_counts, paired_runs, write_results
from scenarios.suite.told import headline, margin_text
from tests.toy_browser import CHROMIUM, browser

IDENTITY = {
    "stack": "fused",
    "arm": "case",
    "settings": {},
    "faults": [],
    "runs": ["tempe-s0-seed0"],
    "code": "1234",
    "versions": {"numpy": "2"},
}


def verdict(case="tempe", outcome="pass", margin=5.0, severity=0.0, **changed):
    finding = {
        "code": "PC-A",
        "passed": outcome == "pass",
        "margin": margin,
        "unit": "m",
        "text": f"nearest {margin} m",
    }
    return {
        "case": case, "severity": severity, "factor": "clothing 0.5", "arm": "case", "seed": 0, "stack": "fused",
        "outcome": outcome, "why": finding["text"] if outcome != "inconclusive" else "2 sensor frames did not arrive",
        "findings": [] if outcome == "inconclusive" else [finding], "digest": "ab", "target": "person",
        "duration_s": 10.0, "min_gap_m": margin, "min_ttc_s": 2.0, "max_braking_mps2": 3.0, "first_braking_s": 4.0,
        "first_tracked_s": 1.0, "track_error_m": 0.5, "impact_s": None, "impact_speed_mps": None,
        "real_time_factor": 0.5, "settings": {}, "faults": {},
    } | changed  # fmt: skip


def results(folder, *verdicts):
    folder.mkdir(parents=True, exist_ok=True)
    named = [(f"{v['case']}-s{v['severity']:g}-seed{v['seed']}", v) for v in verdicts]
    write_results(folder / "results.parquet", named)
    return folder / "results.parquet"


def compared(tmp_path, before, now):
    return compare(
        results(tmp_path / "now", *now), results(tmp_path / "before", *before), "suites/main", ["code 1 → 2"]
    )


@pytest.mark.parametrize(
    ("before", "now", "change", "code"),
    [
        (verdict(), verdict(), Change.SAME, 0),
        (verdict(), verdict(outcome="fail", margin=-8.0), Change.FAILS_NOW, 1),
        (verdict(outcome="fail"), verdict(outcome="fail"), Change.SAME, 0),
        (verdict(outcome="fail", margin=-8.0), verdict(), Change.PASSES_NOW, 0),
        (verdict(), verdict(outcome="inconclusive"), Change.INCONCLUSIVE_NOW, 3),
        (verdict(outcome="inconclusive"), verdict(outcome="fail"), Change.CONCLUSIVE_NOW, 0),
        (verdict(outcome="inconclusive"), verdict(outcome="inconclusive"), Change.INCONCLUSIVE_STILL, 3),
        (verdict(), verdict(margin=2.9), Change.WORSE, 1),
        (verdict(), verdict(margin=7.1), Change.BETTER, 0),
        (verdict(), verdict(first_braking_s=4.5), Change.WORSE, 1),
        (verdict(), verdict(first_tracked_s=1.5), Change.WORSE, 1),
        (verdict(), verdict(min_ttc_s=0.9), Change.WORSE, 1),
        (verdict(), verdict(margin=3.1, min_ttc_s=1.1), Change.SAME, 0),
        (verdict(min_ttc_s=None), verdict(min_ttc_s=4.1), Change.SAME, 0),
        (verdict(), verdict(track_error_m=1.4), Change.SAME, 0),
        (verdict(), verdict(track_error_m=1.6), Change.WORSE, 1),
        (verdict(), verdict(first_braking_s=None), Change.WORSE, 1),
        (verdict(first_braking_s=None), verdict(first_braking_s=None), Change.SAME, 0),
        (verdict(), verdict(impact_speed_mps=5.0), Change.WORSE, 1),
    ],
)
def test_one_run_then_and_now(tmp_path, before, now, change, code):
    comparison = compared(tmp_path, [before], [now])
    assert [pair.change for pair in comparison.pairs] == [change]
    assert comparison.exit_code == code


def test_a_number_is_worse_beyond_its_tolerance_and_not_within_it():
    before = Measured("it", 10.0, "m", 0.3)
    assert Measured("it", 9.71, "m", 0.3).worse_by(before) < 1.0
    assert Measured("it", 9.69, "m", 0.3).worse_by(before) > 1.0
    assert Measured("it", 10.31, "m", 0.3).worse_by(before) < -1.0
    falling = Measured("it", 10.0, "s", 0.25, rises=False)
    assert Measured("it", 10.26, "s", 0.25, rises=False).worse_by(falling) > 1.0


def test_what_is_infinite_on_both_sides_or_of_another_unit_tells_nothing():
    never = Measured("first braking", math.inf, "s", 0.25, rises=False)
    assert never.worse_by(never) == 0.0
    assert Measured("PC-A margin", -3.0, "m/s", 0.5).worse_by(Measured("PC-A margin", 3.0, "m", 0.3)) == 0.0


def test_every_margin_has_a_tolerance_of_its_unit_or_of_its_kind():
    units = {
        "PC-A": "m",
        "PC-S": "s",
        "PC-N": "m/s",
        "PC-B": "m/s²",
        "PC-T": "m",
        "PC-P": "m",
        "PC-K": "m",
        "PC-L": "m",
    }
    findings = [{"code": code, "passed": True, "margin": 1.0, "unit": unit, "text": ""} for code, unit in units.items()]
    run = {**verdict(findings=findings), "polarity": "M"}
    tolerance = {number.name: number.tolerance for number in measured(run)}
    assert [tolerance[f"{code} margin"] for code in units] == [2.0, 1.0, 1.0, 0.4, 1.0, 5.0, 0.1, 0.3]


def test_braking_early_is_no_virtue_where_nothing_need_be_reacted_to():
    names = {number.name for number in measured({**verdict("billboard_person"), "polarity": "F"})}
    assert "first braking" not in names


def test_a_first_braking_beside_a_contact_counts_and_the_worst_stands_first(tmp_path):
    before = [verdict(), verdict("fog"), verdict("low_sun"), verdict("spray"), verdict("kangaroo")]
    now = [
        verdict(margin=2.0),
        verdict("fog", outcome="fail", margin=-4.0),
        verdict("low_sun", margin=1.0),
        verdict("spray", outcome="inconclusive"),
        verdict("mattress", outcome="fail"),
    ]
    comparison = compared(tmp_path, before, now)
    assert [(pair.run["case"], pair.change) for pair in comparison.pairs] == [
        ("fog", Change.FAILS_NOW),
        ("low_sun", Change.WORSE),
        ("tempe", Change.WORSE),
        ("spray", Change.INCONCLUSIVE_NOW),
        ("kangaroo", Change.NOT_DRIVEN),
        ("mattress", Change.NEW),
    ]
    assert headline(comparison) == (
        "3 of 5 runs got worse against suites/main: fog s=0 fails now (nearest -4.0 m), "
        "low_sun s=0 PC-A margin 5.00 → 1.00 m, tempe s=0 PC-A margin 5.00 → 2.00 m; 1 inconclusive"
    )
    assert comparison.exit_code == 1


def test_without_a_baseline_failures_come_first_and_decide(tmp_path):
    now = results(tmp_path, verdict(), verdict("fog", outcome="fail"), verdict("spray", outcome="inconclusive"))
    comparison = alone(now)
    assert [pair.run["case"] for pair in comparison.pairs] == ["fog", "spray", "tempe"]
    assert headline(comparison) == "1 of 3 runs failed; 1 inconclusive"
    assert [Comparison(comparison.pairs[start:]).exit_code for start in range(3)] == [1, 3, 0]


def test_results_come_back_as_they_were_written(tmp_path):
    now = results(tmp_path, verdict(), verdict("fog", outcome="fail", margin=-1.5, min_ttc_s=None))
    (fog, none), (tempe, _) = paired_runs(now, results(tmp_path / "other", verdict()))
    assert none is None
    assert (fog["family"], fog["polarity"], fog["min_ttc_s"]) == ("WX-1", "M", None)
    assert fog["findings"] == [verdict("fog", outcome="fail", margin=-1.5)["findings"][0]]
    assert margin_text(fog) == "-1.5 m"
    assert tempe["run"] == "tempe-s0-seed0"
    assert [(row["family"], row["passed"], row["failed"]) for row in family_counts(now)] == [
        ("RW-02", 1, 0),
        ("WX-1", 0, 1),
    ]


def test_results_of_another_version_or_kind_are_one_clear_error(tmp_path):
    now = results(tmp_path, verdict())
    (tmp_path / "broken.parquet").write_text("no parquet at all")
    for other, says in ((tmp_path / "none.parquet", "no such file"), (tmp_path / "broken.parquet", "not a Parquet")):
        with pytest.raises(ConfigError, match=says):
            compare(now, other, "other", [])


def test_baseline_is_found_by_name_and_by_path_and_a_typo_names_the_nearest(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    results(tmp_path / "suites" / "main", verdict())
    (tmp_path / "suites" / "main" / "suite.json").write_text(json.dumps(IDENTITY))
    assert find_baseline(Path("main"), IDENTITY).folder == Path("suites/main")
    assert find_baseline(tmp_path / "suites" / "main", IDENTITY).identity == IDENTITY
    with pytest.raises(ConfigError, match="did you mean 'main'"):
        find_baseline(Path("mian"), IDENTITY)
    (tmp_path / "suites" / "half").mkdir()
    (tmp_path / "suites" / "half" / "suite.json").write_text("{}")
    with pytest.raises(ConfigError, match="was cut short"):
        find_baseline(Path("half"), IDENTITY)


@pytest.mark.parametrize(
    ("other", "says"),
    [
        ({"stack": "camera"}, "its stack is fused, want one of camera"),
        ({"runs": ["fog-s0-seed0"]}, "none of these runs"),
    ],
)
def test_a_baseline_that_has_nothing_to_compare_is_wrong_use(tmp_path, other, says):
    results(tmp_path, verdict())
    (tmp_path / "suite.json").write_text(json.dumps(IDENTITY))
    with pytest.raises(ConfigError, match=says):
        find_baseline(tmp_path, IDENTITY | other)


def test_what_two_suites_were_asked_differently_is_said_with_dotted_names():
    now = IDENTITY | {"settings": {"camera": {"min_score": 0.9}}, "code": "5678", "runs": ["fog-s0-seed0"]}
    assert asked_differently(now, IDENTITY) == ["code 1234 → 5678", "camera.min_score as it comes → 0.9"]
    assert asked_differently(IDENTITY, IDENTITY) == []


def test_junit_has_a_failure_an_error_and_what_changed(tmp_path):
    comparison = compared(
        tmp_path,
        [verdict(), verdict("fog")],
        [verdict(outcome="fail", margin=-4.0), verdict("fog", margin=2.0), verdict("spray", outcome="inconclusive")],
    )
    write_junit(tmp_path / "ci" / "junit.xml", comparison, "now")
    (suite,) = ElementTree.parse(tmp_path / "ci" / "junit.xml").getroot()
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors"), suite.get("time")) == (
        "3",
        "1",
        "1",
        "60.0",
    )
    found = {case.get("name"): case for case in suite}
    assert found["tempe-s0-seed0"].find("failure").get("message") == "nearest -4.0 m"
    assert found["spray-s0-seed0"].find("error").get("message") == "2 sensor frames did not arrive"
    assert found["fog-s0-seed0"].find("failure") is None
    assert "worse; PC-A margin 5.00 → 2.00 m" in found["fog-s0-seed0"].find("system-out").text


def test_the_page_says_in_its_first_line_what_got_worse_and_links_what_is_there(tmp_path):
    comparison = compared(tmp_path, [verdict(), verdict("fog")], [verdict(margin=1.0), verdict("fog")])
    run = tmp_path / "now" / "runs" / "tempe-s0-seed0"
    run.mkdir(parents=True)
    (run / "verdict.json").write_text(json.dumps(verdict(margin=1.0)))
    html = write_page(tmp_path / "now", comparison, IDENTITY).read_text(encoding="utf-8")
    body = html[html.index("<body>") :]
    assert body.index("<h1>1 of 2 runs got worse against suites/main: tempe s=0") < body.index("<table>")
    assert body.index("tempe</td>") < body.index("fog</td>")
    assert 'href="runs/tempe-s0-seed0/verdict.json"' in body
    assert "code 1 → 2" in body
    assert "src=" not in body


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
def test_the_page_draws_in_chromium_with_its_texts_escaped(tmp_path):
    comparison = compared(tmp_path, [verdict()], [verdict(outcome="fail", why="hit <b>person</b> & sign")])
    page = write_page(tmp_path / "now", comparison, IDENTITY)
    with browser(tmp_path / "profile") as seen:
        seen.open(page.as_uri())
        wait_until(lambda: seen.evaluate("document.readyState + location.protocol") == "completefile:", seen.listen)
        first_line = seen.evaluate("document.body.innerText.split('\\n')[0]")
        assert first_line == "1 of 1 run got worse against suites/main: tempe s=0 fails now (hit <b>person</b> & sign)"
        assert seen.evaluate("getComputedStyle(document.querySelector('.badge.fail')).color") == "rgb(255, 255, 255)"
        assert [url for url in seen.requests if not url.startswith("data:")] == [page.as_uri()]
        assert seen.complaints == []


def wait_until(holds, wait, tries=300):
    while not holds():
        tries -= 1
        assert tries, "the page did not load"
        wait(0.1)
