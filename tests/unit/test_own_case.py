"""`moosetest new-case` writes a package whose case is found by its entry point; wrong words write nothing."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from typer.testing import CliRunner

from scenarios import library
from scenarios.case import CASES, Arm, Case, Polarity, all_cases, find_case
from scenarios.check.differences import differences, undeclared
from scenarios.check.quantities import QUANTITIES
from scenarios.cli import app
from scenarios.measure.criteria import CRITERIA
from scenarios.own_case.skeleton import new_case, write
from scenarios.templates import TEMPLATES

RUFF = ("-m", "ruff", "--no-cache")


def installed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let Python find the package as a wheel of it would: its modules, and the entry points of its metadata."""
    project = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    info = folder / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n")
    rows = [f"{name} = {module}" for name, module in project["entry-points"][library.ENTRY_POINTS].items()]
    (info / "entry_points.txt").write_text("\n".join([f"[{library.ENTRY_POINTS}]", *rows, ""]))
    monkeypatch.syspath_prepend(str(folder))
    library.load.cache_clear()


@pytest.fixture(autouse=True)
def _library_as_it_was(monkeypatch):
    before = {case.case_id: case for case in all_cases()}
    modules = set(sys.modules)
    yield
    CASES.clear()
    CASES.update(before)
    for name in set(sys.modules) - modules:
        if name.endswith("_case"):
            del sys.modules[name]
    monkeypatch.undo()
    library.load.cache_clear()


def loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, polarity: str, template: str | None) -> Case:
    """A new case, found as everybody finds it."""
    write(new_case("own_one", polarity, template), tmp_path / "own_one")
    installed(tmp_path / "own_one", monkeypatch)
    return find_case("own_one")


@pytest.mark.parametrize("template", [None, *TEMPLATES])
@pytest.mark.parametrize("polarity", [kind.value for kind in Polarity])
def test_every_polarity_on_every_road_is_a_case_that_sweeps_what_it_declares(polarity, template, tmp_path, monkeypatch):
    case = loaded(tmp_path, monkeypatch, polarity, template)
    assert case.polarity.value == polarity
    assert case.template.name == (template or case.template.name)
    assert set(case.criteria) <= CRITERIA.keys()
    assert case.measure.quantity in QUANTITIES
    easy, hard = case.staging(0.0, seed=1), case.staging(1.0, seed=1)
    assert differences(easy, hard)
    assert not undeclared(easy, hard, case.sweeps)
    assert case.staging(1.0, seed=1, arm=Arm.ABSENT).actors == ()


def test_what_it_writes_reads_as_our_code_does(tmp_path):
    for kind in Polarity:
        write(new_case(f"own_{kind.name.lower()}", kind.value), tmp_path / kind.name)
    subprocess.run(
        [sys.executable, *RUFF[:2], "format", "--check", *RUFF[2:], "--line-length", "120", tmp_path], check=True
    )
    subprocess.run([sys.executable, *RUFF[:2], "check", *RUFF[2:], "--config", "pyproject.toml", tmp_path], check=True)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["Own"], "want 2 to 40 lower-case letters"),
        (["own-one"], "want 2 to 40 lower-case letters"),
        (["../own"], "want 2 to 40 lower-case letters"),
        (["tempe"], "there is a case of that name"),
        (["own_one", "--polarity", "X"], "want one of M, F, C, T, B"),
        (["own_one", "--template", "G-PET"], "did you mean 'G-PED'?"),
        (["own_one", "--out", "taken"], "taken: is there already"),
        (["own_one", "--out", "taken/note.txt/deep"], "want a path that can be written to"),
    ],
)
def test_wrong_words_are_one_line_and_write_nothing(words, says, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "note.txt").write_text("mine")
    done = CliRunner().invoke(app, ["new-case", *words])
    assert done.exit_code == 2
    assert says in done.stderr
    assert done.stderr.count("\n") == 1
    assert sorted(p.name for p in tmp_path.rglob("*")) == ["note.txt", "taken"]


def test_a_write_that_fails_leaves_nothing_behind(tmp_path, monkeypatch):
    def full(self: Path, *_: object, **__: object) -> None:
        raise OSError(28, "No space left on device", str(self))

    monkeypatch.setattr(Path, "rename", full)
    with pytest.raises(OSError):
        write(new_case("own_one"), tmp_path / "own_one")
    assert list(tmp_path.iterdir()) == []


def test_an_own_module_that_cannot_be_imported_is_one_line(tmp_path, monkeypatch):
    write(new_case("own_one"), tmp_path / "own_one")
    (tmp_path / "own_one" / "own_one_case.py").write_text("import scenarios.no_such_thing\n")
    installed(tmp_path / "own_one", monkeypatch)
    done = CliRunner().invoke(app, ["list", "cases"])
    assert done.exit_code == 2
    assert done.stderr.count("\n") == 1
    assert "case module own_one_case of moosetest-own-one cannot be imported: ModuleNotFoundError" in done.stderr
