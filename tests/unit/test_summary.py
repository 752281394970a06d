import json

import pytest

from scenarios.measure.paired import flips
from scenarios.measure.psychometric import Censoring, Counts
from scenarios.measure.shares import Share
from scenarios.measure.summary import Level, Outcome, outcome


@pytest.fixture(scope="module")
def broken_outcome():
    counts = Counts(
        [0.0, 0.25, 0.5, 1.0],
        [[9, 9, 5, 0], [10, 8, 4, 0], [9, 0, 6, 1], [10, 9, 5, 0]],
        [[10, 10, 10, 10], [10, 10, 10, 10], [10, 0, 10, 10], [10, 10, 10, 10]],
    )
    pairs = flips([True, True, True, True], [False, False, True, False])
    return outcome("tempe", "yolox", counts, pairs, Share(3, 8), calibration_growth=0.2)


def test_levels_add_up_the_seeds(broken_outcome):
    assert broken_outcome.levels == (
        Level(0.0, Share(38, 40)),
        Level(0.25, Share(26, 30)),
        Level(0.5, Share(20, 40)),
        Level(1.0, Share(1, 40)),
    )
    assert broken_outcome.runs == 15
    assert broken_outcome.base == Share(38, 40)


def test_the_row_says_what_was_counted(broken_outcome):
    row = broken_outcome.to_row()
    assert 0.35 < row["s50"] < 0.65
    assert row["s50_low"] < row["s50"] < row["s50_high"]
    assert row["censoring"] == "none"
    assert row["flip_rate"] == 0.75
    assert row["mcnemar_p"] == pytest.approx(0.25)
    assert row["confident_wrong_rate"] == 0.375
    assert row["base_rate"] == 0.95
    # trapezoids over 0.95, 0.8667, 0.5, 0.025
    area = 0.25 * (0.95 + 26 / 30) / 2 + 0.25 * (26 / 30 + 0.5) / 2 + 0.5 * (0.5 + 0.025) / 2
    assert row["area"] == pytest.approx(area)
    assert row["retained"] == pytest.approx(area / 0.95)


def test_a_row_is_plain_and_comes_back_as_the_outcome(broken_outcome):
    row = json.loads(json.dumps(broken_outcome.to_row(), allow_nan=False))
    assert Outcome.from_row(row) == broken_outcome


def test_a_row_goes_through_parquet(broken_outcome, tmp_path):
    arrow, parquet = (
        pytest.importorskip(name, reason="pyarrow is not installed") for name in ("pyarrow", "pyarrow.parquet")
    )
    never = outcome(
        "tempe", "fused", Counts([0.0, 1.0], [[5, 5]] * 4, [[5, 5]] * 4), flips([True], [True]), Share(0, 0)
    )
    assert never.breakdown.censoring is Censoring.RIGHT
    parquet.write_table(
        arrow.Table.from_pylist([broken_outcome.to_row(), never.to_row()]), tmp_path / "outcomes.parquet"
    )
    rows = parquet.read_table(tmp_path / "outcomes.parquet").to_pylist()
    assert [Outcome.from_row(row) for row in rows] == [broken_outcome, never]


def test_without_a_control_there_is_no_base_rate():
    found = outcome("tempe", "fused", Counts([0.5], [[1]], [[1]]), flips([], []), Share(0, 0))
    assert found.base == Share(0, 0)
    assert found.to_row()["base_rate"] is None
    assert found.to_row()["flip_rate"] is None


def test_a_row_of_another_schema_is_refused(broken_outcome):
    with pytest.raises(ValueError, match="schema 2, want 1"):
        Outcome.from_row({**broken_outcome.to_row(), "schema": 2})
