"""What came of every run of a case, a line each, written as it ends: a bench that was killed goes on where it stood."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from moosetest.config import ConfigError
from scenarios.case import Arm
from scenarios.measure.adaptive import Result, Run
from scenarios.writing import write_whole


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One module on one approach, or one drive of a stack.

    Args:
        module: name of what was benched.
        severity, seed, arm: the scene.
        hits: frames answered rightly of `trials`; of a drive, 1 of 1 if it passed. No trial where nothing could be
            asked, or where the harness failed.
        sure: how many were wrong and sure.
        first_wrong: number of the first frame answered wrongly; -1 without one.
        why: a drive's own words.
        score, is_true: of every box handed on, for calibration.
        counts: what fusion made of what single sensors saw; see `scenarios.bench.stacks`.
    """

    module: str
    severity: float
    seed: int
    arm: str
    hits: int
    trials: int
    sure: int = 0
    first_wrong: int = -1
    why: str = ""
    score: tuple[float, ...] = ()
    is_true: tuple[bool, ...] = ()
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def is_right(self) -> bool:
        """Whether the run as a whole was: half of its trials or more."""
        return self.trials > 0 and 2 * self.hits >= self.trials

    @property
    def result(self) -> Result:
        """As a search for the breakdown point wants it."""
        return Result(Run(self.severity, self.seed), self.hits, self.trials)


class RunLog:
    """The lines of one case on disk.

    Args:
        path: JSON lines, the first of them the key.
        key: digest of all that the results depend on besides case, severity, seed and arm.

    Raises:
        ConfigError: the file holds lines of another key; they stay as they are.
    """

    def __init__(self, path: Path, key: str) -> None:
        self.lines: list[Line] = []
        self._path = path
        kept = _parsed(path)
        if kept and kept[0] != {"key": key}:
            raise ConfigError(f"{path}: of other models, another rig or other code; want another --out")
        self.lines = [Line(**_tuples(values)) for values in kept[1:]]
        lines = ({"key": key}, *map(dataclasses.asdict, self.lines))
        write_whole(path, "".join(json.dumps(values) + "\n" for values in lines))

    def add(self, line: Line) -> None:
        """Keep it."""
        self.lines.append(line)
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(dataclasses.asdict(line)) + "\n")

    def of(self, module: str, arm: Arm = Arm.CASE) -> list[Line]:
        """The lines of a module in an arm."""
        return [line for line in self.lines if line.module == module and line.arm == arm.value]

    def find(self, module: str, severity: float, seed: int, arm: Arm) -> Line | None:
        """The line of one run, if it was made."""
        here = (line for line in self.of(module, arm) if line.severity == severity and line.seed == seed)
        return next(here, None)


def _parsed(path: Path) -> list[dict[str, Any]]:
    """Whole lines; one that was being written when the run was killed is dropped."""
    if not path.exists():
        return []
    found = []
    for text in path.read_text(encoding="utf-8").splitlines():
        try:
            found.append(json.loads(text))
        except json.JSONDecodeError:
            break
    return found


def _tuples(values: dict[str, Any]) -> dict[str, Any]:
    return values | {name: tuple(values[name]) for name in ("score", "is_true")}
