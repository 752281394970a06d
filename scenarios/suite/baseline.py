"""The earlier suite that a suite is held against."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from moosetest.config import ConfigError
from moosetest.registry import nearest_hint
from scenarios.suite.store import ASKED, RESULTS, SUITES, read_identity


@dataclass(frozen=True, slots=True)
class Baseline:
    """The folder of a suite that ran to its end, and what that was asked."""

    folder: Path
    identity: Mapping[str, Any]


def find_baseline(name: Path, identity: Mapping[str, Any]) -> Baseline:
    """The suite of that name in `suites/`, or of that path, that one of `identity` can be held against.

    Raises:
        ConfigError: no such suite, one that was cut short, or one that has none of the runs.
    """
    folder = _folder(name)
    before = read_identity(folder)
    for what in ("stack", "arm"):
        if before[what] != identity[what]:
            raise ConfigError(f"--baseline {name}: its {what} is {before[what]}, want one of {identity[what]}")
    if not set(before["runs"]) & set(identity["runs"]):
        raise ConfigError(f"--baseline {name}: has none of these runs, but {before['runs'][0]} and the like")
    return Baseline(folder, before)


def _folder(name: Path) -> Path:
    for folder in (SUITES / name, name):
        if (folder / RESULTS).is_file():
            return folder
        if (folder / ASKED).is_file():
            raise ConfigError(f"--baseline {name}: that suite was cut short; the same command again ends it")
    known = [path.parent.name for path in sorted(SUITES.glob(f"*/{RESULTS}"))]
    hint = nearest_hint(str(name), known) if known else f"{SUITES}/ has none; drive one first"
    raise ConfigError(f"--baseline {name}: no suite of that name or folder, {hint}")


def asked_differently(identity: Mapping[str, Any], before: Mapping[str, Any]) -> list[str]:
    """What of two suites' identities differs besides which runs they have, each with both values."""
    now, then = dict(spelled(identity)), dict(spelled(before))
    names = [name for name in {**then, **now} if now.get(name) != then.get(name)]
    return [f"{name} {then.get(name, 'as it comes')} → {now.get(name, 'as it comes')}" for name in names]


def spelled(identity: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """How all runs of a suite were driven, as names and words; a setting by its dotted name."""
    for name, value in identity.items():
        if isinstance(value, Mapping):
            yield from spelled({f"{name.removeprefix('settings.')}.{key}": inner for key, inner in value.items()})
        elif isinstance(value, list) and name != "runs":
            yield name, " ".join(map(str, value)) or "none"
        elif name not in ("runs", "bundles"):
            yield name, str(value) or "shipped"
