"""The table of the documentation is what the model does."""

from pathlib import Path

import pytest

from sim.world.vehicle_report import table

PAGE = Path(__file__).parents[2] / "docs" / "vehicle_model.md"


@pytest.mark.slow
def test_the_documented_table_is_what_is_measured():
    assert table() in PAGE.read_text(encoding="utf-8")
