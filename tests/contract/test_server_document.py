"""docs/carla_server.md says of every call, sensor and attribute what becomes of it, and nothing of others."""

import importlib
import re
import socket
import tomllib
from importlib.resources import files
from pathlib import Path

import pytest

from sim.server.blueprints import library
from sim.server.calls import HANDLERS
from sim.server.server import CALL_MODULES
from sim.server.simulation import Simulation
from sim.server.streams import StreamServer
from tests.toy_episode import plain_map

DOCUMENT = Path(__file__).parents[2] / "docs" / "carla_server.md"
ROW = re.compile(r"^\| `([^`]+)` \| (works|not supported|differs: .+) \|$")
UNSUPPORTED_SENSORS = {
    "sensor.other.v2x",
    "sensor.other.v2x_custom",
    "sensor.other.rss",
}

for module in CALL_MODULES:
    importlib.import_module(f"sim.server.calls_{module}")


def _tables() -> dict[str, dict[str, str]]:
    """Rows by the heading they stand under, name to status."""
    tables: dict[str, dict[str, str]] = {}
    heading = chapter = ""
    for line in DOCUMENT.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            heading = line.strip("# ")
            chapter = heading if line.startswith("## ") else chapter
        elif line.startswith("| `"):
            match = ROW.match(line)
            assert match, f"not 'works', 'differs: how' or 'not supported': {line}"
            key = f"{chapter}: {heading}" if heading != chapter else heading
            assert match[1] not in tables.setdefault(key, {}), f"twice: {line}"
            tables[key][match[1]] = match[2]
    return tables


TABLES = _tables()
CALLS = {name: status for key, rows in TABLES.items() if key.startswith("Calls: ") for name, status in rows.items()}


def test_every_call_is_in_the_document_and_no_other() -> None:
    assert sorted(CALLS) == sorted(HANDLERS)


@pytest.mark.parametrize("name", sorted(name for name, status in CALLS.items() if status == "not supported"))
def test_an_unsupported_call_says_so_in_its_answer(name: str) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        simulation = Simulation(StreamServer(unused), plain_map())
    assert "not supported" in str(HANDLERS[name].run(simulation, [1, True, "x"]))


def test_every_sensor_is_in_the_document() -> None:
    sensors = TABLES["Sensors"]
    assert {name for name, status in sensors.items() if status == "not supported"} == UNSUPPORTED_SENSORS
    assert set(sensors) - UNSUPPORTED_SENSORS == {name for name in library() if name.startswith("sensor.")}


def test_every_attribute_of_a_sensor_is_in_the_document() -> None:
    groups = tomllib.loads(files("sim.server").joinpath("sensor_blueprints.toml").read_text(encoding="utf-8"))["groups"]
    assert {name: sorted(rows) for name, rows in groups.items()} == {
        name: sorted(TABLES[f"Sensors: {name}"]) for name in groups
    }


_BODIES = [
    ("vehicles", "vehicle."),
    ("walkers", "walker."),
    ("props", ("static.prop.", "static.moosetest.")),
    ("triggers", "static.trigger."),
]


@pytest.mark.parametrize(("title", "prefix"), _BODIES)
def test_every_attribute_of_a_body_is_in_the_document(title: str, prefix: str | tuple[str, ...]) -> None:
    bodies = [blueprint for blueprint in library().values() if blueprint.id.startswith(prefix)]
    names = {attribute.name for blueprint in bodies for attribute in blueprint.attributes}
    assert names == set(TABLES[f"Bodies: {title}"])
