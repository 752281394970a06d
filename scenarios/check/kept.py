"""What was proven of which case, kept beside the contact sheets: by seed, code and whether the stack was driven."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from moosetest.config import ConfigError
from scenarios.writing import write_whole

FILE = "checks.json"


@dataclass(frozen=True, slots=True)
class MadeBy:
    """What decides what a check finds, besides the case's name."""

    seed: int
    code: str
    fused: bool


class Kept:
    """The rows of a folder, or of none: then nothing is kept.

    Args:
        folder: made with the first row.
        made_by: of the rows to come; a row of anything else does not count, and stays until its case is checked again.

    Raises:
        ConfigError: the folder's file is not one of these.
    """

    def __init__(self, folder: Path | None, made_by: MadeBy) -> None:
        self._path = folder / FILE if folder is not None else None
        self._made_by = asdict(made_by)
        self._rows = _read(self._path) if self._path is not None and self._path.exists() else {}

    @property
    def current(self) -> dict[str, dict[str, Any]]:
        """The rows by case that would come out the same again."""
        return {case_id: row for case_id, row in self._rows.items() if row["made_by"] == self._made_by}

    def add(self, row: Mapping[str, Any]) -> None:
        """Take in the row of a case, in place of an earlier one."""
        self._rows[row["case"]] = {**row, "made_by": self._made_by}
        if self._path is not None:
            rows = [self._rows[case_id] for case_id in sorted(self._rows)]
            write_whole(self._path, json.dumps({"cases": rows}, indent=2) + "\n")


def _read(path: Path) -> dict[str, dict[str, Any]]:
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))["cases"]
        return {row["case"]: row for row in rows if "made_by" in row}
    except (ValueError, KeyError, TypeError) as error:
        raise ConfigError(f"{path}: not what check-case keeps; want it gone, or another --out") from error
