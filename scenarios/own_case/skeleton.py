"""What `moosetest new-case` writes: a small package with one case that runs as it is."""

from __future__ import annotations

import re
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from moosetest.config import ConfigError
from moosetest.registry import UnknownNameError, nearest_hint
from scenarios.case import Polarity, all_cases
from scenarios.templates import G_PED, G_RUR, G_URB, TEMPLATES, Template

NAME = re.compile(r"[a-z][a-z0-9_]{1,39}")
USUAL_ROAD = {
    Polarity.MISS: G_PED,
    Polarity.CLASS: G_PED,
    Polarity.TRACK: G_PED,
    Polarity.FALSE_ALARM: G_URB,
    Polarity.RULE: G_RUR,
}
"""The road that a case of each polarity starts on when nobody says another."""
STREET_MPS = 60.0 / 3.6
"""On faster roads it is a car that is met: somebody who crosses would be in sight too late to brake for."""
BESIDE_M = {"G-MWY": -11.0, "G-CUT": -11.0}
"""Where beside the lane a board stands on motorways, beyond two more lanes; elsewhere as far as below."""
BESIDE_A_STREET_M = -5.4


@dataclass(frozen=True, slots=True)
class NewCase:
    """A case to be written: its name on the command line, what a failure is, and the road."""

    name: str
    polarity: Polarity
    template: Template

    @property
    def module(self) -> str:
        """Name of its Python module, which is nobody else's."""
        return f"{self.name}_case"

    @property
    def scene(self) -> str:
        """What is staged to begin with."""
        if self.polarity is Polarity.FALSE_ALARM:
            return "picture"
        if self.polarity is Polarity.RULE:
            return "lines"
        return "person" if self.template.speed_kmh / 3.6 <= STREET_MPS else "car"

    @property
    def criteria(self) -> tuple[str, ...]:
        """What passing means to begin with."""
        usual = {Polarity.FALSE_ALARM: ("PC-B",), Polarity.RULE: ("PC-K",), Polarity.TRACK: ("PC-A", "PC-T")}
        return usual.get(self.polarity, ("PC-A",))


def new_case(name: str, polarity: str = "M", template: str | None = None) -> NewCase:
    """The case of those words.

    Raises:
        ConfigError: a name that cannot be one.
        UnknownNameError: no such polarity or template.
    """
    if not NAME.fullmatch(name):
        raise ConfigError(f"new-case {name!r}: want 2 to 40 lower-case letters, digits and _, a letter first")
    if name in {case.case_id for case in all_cases()}:
        raise ConfigError(f"new-case {name}: there is a case of that name, see `moosetest list cases`")
    letters = [member.value for member in Polarity]
    if polarity not in letters:
        raise UnknownNameError(f"--polarity {polarity!r}: want one of {', '.join(letters)}")
    if template is not None and template not in TEMPLATES:
        raise UnknownNameError(f"--template {template!r}: {nearest_hint(template, list(TEMPLATES))}")
    kind = Polarity(polarity)
    return NewCase(name, kind, USUAL_ROAD[kind] if template is None else TEMPLATES[template])


def write(case: NewCase, folder: Path) -> list[Path]:
    """Write the package into `folder`, which must not be there yet; all of it or nothing.

    Raises:
        ConfigError: `folder` is there already.
        OSError: it cannot be made.
    """
    if folder.exists():
        raise ConfigError(f"{folder}: is there already; want a new folder, see --out")
    texts = _texts(case)
    folder.parent.mkdir(parents=True, exist_ok=True)
    part = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        for name, text in texts.items():
            (part / name).write_text(text, encoding="utf-8")
        part.chmod(0o755)
        part.rename(folder)
    except OSError:
        shutil.rmtree(part, ignore_errors=True)
        raise
    return [folder / name for name in texts]


def _texts(case: NewCase) -> dict[str, str]:
    """File names and what is in them."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    pages = Environment(
        loader=PackageLoader("scenarios.own_case", "."),
        undefined=StrictUndefined,
        trim_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # Python and TOML, no page
    )
    known = {
        "case": case,
        "template": case.template.name.replace("-", "_"),
        "beside_m": BESIDE_M.get(case.template.name, BESIDE_A_STREET_M),
    }
    return {
        "pyproject.toml": pages.get_template("pyproject.toml.j2").render(known),
        f"{case.module}.py": pages.get_template(f"{case.scene}.py.j2").render(known),
        f"test_{case.module}.py": pages.get_template("test_case.py.j2").render(known),
    }
