"""What there is: cases with families and sources, maps, detectors, stacks, faults, assets."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import Any

from rich.table import Table

from moosetest.config import ConfigError
from scenarios.terminal import console


def listing(what: str) -> list[dict[str, Any]]:
    """Rows of `cases`, `maps`, `detectors`, `stacks` or `faults`."""
    rows = {"cases": _cases, "maps": _maps, "detectors": _detectors, "stacks": _stacks, "faults": _faults}
    return rows[what]()


def asset_rows(patterns: Sequence[str]) -> list[dict[str, Any]]:
    """Rows of the assets whose name matches any of `patterns`, as `vehicle.*`."""
    from sim.assets.catalog import assets, split

    return [
        {"asset": name, "category": asset.category, "size_lwh_m": list(asset.size_lwh_m), "split": split(asset)}
        for name, asset in sorted(assets().items())
        if any(fnmatchcase(name, pattern) for pattern in patterns)
    ]


def print_listing(rows: list[dict[str, Any]]) -> None:
    """One table, a column a key."""
    table = Table(box=None, header_style="bold", pad_edge=False)
    for key in rows[0]:
        table.add_column(key, overflow="fold")
    for row in rows:
        table.add_row(*(str(value) for value in row.values()))
    console().print(table)


def _cases() -> list[dict[str, Any]]:
    from scenarios.case import all_cases

    return [
        {
            "case": case.case_id,
            "family": case.family,
            "severity sweeps": f"{case.factor.name} {case.factor.at_0:g} to {case.factor.at_1:g} {case.factor.unit}",
            "passes": " ".join(case.criteria),
            "title": case.title,
            "source": case.source,
        }
        for case in all_cases()
    ]


def _maps() -> list[dict[str, Any]]:
    from sim.world.maps import folder_maps, load_map, map_names

    own = [{"map": name, "split": load_map(name).split} for name in map_names()]
    try:
        files = folder_maps()
    except ValueError as error:
        raise ConfigError(str(error)) from error
    return own + [{"map": name, "split": "edge"} for name in files if name not in map_names()]


def _detectors() -> list[dict[str, Any]]:
    from perception.catalog import DETECTORS, IMAGE_DETECTORS

    boxes = [{"detector": name, "gives": "boxes in space"} for name in DETECTORS]
    return boxes + [{"detector": name, "gives": "boxes in the image"} for name in IMAGE_DETECTORS]


def _stacks() -> list[dict[str, Any]]:
    from scenarios.drive.stacks import FACTORIES

    said = {
        "fused": "cameras, LiDAR and radar, fused",
        "camera": "cameras alone",
        "lidar": "LiDAR alone",
        "radar": "radar alone",
        "oracle": "truth in place of perception",
        "blind": "no perception",
    }
    return [{"stack": name, "sees by": said[name]} for name in FACTORIES]


def _faults() -> list[dict[str, Any]]:
    from sim.faults import FAULTS

    halves, fulls = ({name: FAULTS.build(name, severity=s).effect for name in FAULTS} for s in (0.5, 1.0))
    return [{"fault": name, "severity 0.5": halves[name], "severity 1": fulls[name]} for name in FAULTS]
