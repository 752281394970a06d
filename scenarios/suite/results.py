"""`results.parquet`: one row a run, read back by DuckDB."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from moosetest.config import ConfigError
from scenarios.case import Case, find_case
from scenarios.writing import whole_file

SCHEMA_VERSION = 1
_VERSION = "moosetest_schema_version"
_FINDING = pa.struct(
    [
        ("code", pa.string()),
        ("passed", pa.bool_()),
        ("margin", pa.float64()),
        ("unit", pa.string()),
        ("text", pa.string()),
    ]
)
SCHEMA = pa.schema(
    [
        ("run", pa.string()),
        ("case", pa.string()),
        ("family", pa.string()),
        ("polarity", pa.string()),
        ("severity", pa.float64()),
        ("factor", pa.string()),
        ("arm", pa.string()),
        ("seed", pa.int64()),
        ("stack", pa.string()),
        ("outcome", pa.string()),
        ("why", pa.string()),
        ("findings", pa.list_(_FINDING)),
        ("digest", pa.string()),
        ("target", pa.string()),
        ("duration_s", pa.float64()),
        ("min_gap_m", pa.float64()),
        ("min_ttc_s", pa.float64()),
        ("max_braking_mps2", pa.float64()),
        ("first_braking_s", pa.float64()),
        ("first_tracked_s", pa.float64()),
        ("track_error_m", pa.float64()),
        ("impact_s", pa.float64()),
        ("impact_speed_mps", pa.float64()),
        ("real_time_factor", pa.float64()),
        ("settings", pa.string()),
        ("faults", pa.string()),
    ],
    metadata={_VERSION: str(SCHEMA_VERSION)},
)
"""Missing numbers are null; `settings` and `faults` are JSON."""


def write_results(path: Path, verdicts: Sequence[tuple[str, dict[str, Any]]]) -> None:
    """Write the verdicts of runs, each with the name of its folder, whole."""
    rows = [_row(name, verdict, find_case(verdict["case"])) for name, verdict in verdicts]
    with whole_file(path) as part:
        pq.write_table(pa.Table.from_pylist(rows, schema=SCHEMA), part)


Run = Mapping[str, Any]


def paired_runs(now: Path, before: Path) -> list[tuple[Run | None, Run | None]]:
    """The rows of two files of results, each beside the other's of the same case, arm, severity, seed and stack.

    Raises:
        ConfigError: a file of another version, or none.
    """
    for path in (now, before):
        _check_version(path)
    query = """
        SELECT CASE WHEN n.run IS NOT NULL THEN n END, CASE WHEN b.run IS NOT NULL THEN b END
        FROM read_parquet($now) n FULL JOIN read_parquet($before) b USING ("case", arm, severity, seed, stack)
        ORDER BY coalesce(n.run, b.run)
    """
    return duckdb.execute(query, {"now": str(now), "before": str(before)}).fetchall()


def family_counts(results: Path) -> list[dict[str, Any]]:
    """How many runs of each family passed, failed and were inconclusive."""
    query = """
        SELECT family, count(*) AS runs, count(*) FILTER (outcome = 'pass') AS passed,
            count(*) FILTER (outcome = 'fail') AS failed, count(*) FILTER (outcome = 'inconclusive') AS inconclusive
        FROM read_parquet($results) GROUP BY family ORDER BY family
    """
    found = duckdb.execute(query, {"results": str(results)})
    names = [column[0] for column in found.description]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def _check_version(path: Path) -> None:
    try:
        found = (pq.read_schema(path).metadata or {}).get(_VERSION.encode(), b"none").decode()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise ConfigError(f"{path}: no such file; want a suite that ran to its end") from error
    except pa.ArrowInvalid as error:
        raise ConfigError(f"{path}: not a Parquet file; want a suite's results") from error
    if found != str(SCHEMA_VERSION):
        raise ConfigError(f"{path}: results of version {found}; want {SCHEMA_VERSION}: drive that suite again")


def _row(name: str, verdict: dict[str, Any], case: Case) -> dict[str, Any]:
    told = {key: verdict.get(key) for key in SCHEMA.names}
    return told | {
        "run": name,
        "family": case.family,
        "polarity": case.polarity.value,
        "settings": json.dumps(verdict["settings"], sort_keys=True),
        "faults": json.dumps(verdict["faults"], sort_keys=True),
    }
