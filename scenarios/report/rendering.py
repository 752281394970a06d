"""Templates of pages to HTML, all in the house's style."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jinja2


def render(template: Path, **values: Any) -> str:
    """The page of a template; `{% include "style.css" %}` in it is the house's style. A missing value is an error."""
    loader = jinja2.FileSystemLoader([template.parent, Path(__file__).parent])
    environment = jinja2.Environment(
        autoescape=lambda name: name != "style.css", trim_blocks=True, undefined=jinja2.StrictUndefined, loader=loader
    )
    return environment.get_template(template.name).render(**values)
