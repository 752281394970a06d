"""`moosetest realism` from end to end: its errors, and a small part of its set where a network is at hand."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from scenarios.cli import app
from scenarios.realism import command
from scenarios.realism.definition import nominal_set

MODEL = os.environ.get("MOOSETEST_YOLOX", "")


def test_a_model_that_is_missing_is_named() -> None:
    result = CliRunner().invoke(app, ["realism", "--model", "no/such.onnx"])
    assert result.exit_code == 2
    assert "no/such.onnx: no such weights" in result.output


@pytest.mark.slow
@pytest.mark.skipif(not MODEL, reason="$MOOSETEST_YOLOX names no ONNX file of a YOLOX network")
def test_a_part_of_the_set_is_recognised(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    part = replace(nominal_set(), maps=("urban_avenue", "urban_bend"), frames_per_map=12)
    monkeypatch.setattr(command, "nominal_set", lambda: part)
    result = CliRunner().invoke(app, ["realism", "--model", MODEL, "--out", str(tmp_path), "--json"])
    said = json.loads(result.stdout)
    measured = {row["what"]: row for row in said["rows"]}
    assert said["frames"] == 24
    assert measured["car"]["measured"] > 0.8
    assert measured["person"]["objects"] > 20
    assert measured["person"]["measured"] > 0.7
    assert measured["false boxes a frame"]["measured"] < 1.0
    assert result.exit_code == (0 if all(row["holds"] for row in said["rows"]) else 1)
    assert all(Path(sheet).stat().st_size > 0 for sheet in said["sheets"])
