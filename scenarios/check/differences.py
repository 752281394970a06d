"""In which fields two scenes differ, by name."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

from scenarios.staging import Staging


def differences(one: Staging, other: Staging) -> list[str]:
    """Dotted names of all fields that differ, actors by their roles: `actors.truck.attributes.color`."""
    return sorted(set(_walk("", _plain(one), _plain(other))))


def undeclared(one: Staging, other: Staging, declared: tuple[str, ...]) -> list[str]:
    """Those of `differences` that no pattern in `declared` names."""
    return [name for name in differences(one, other) if not any(fnmatchcase(name, pattern) for pattern in declared)]


def _plain(staging: Staging) -> dict[str, Any]:
    values = {field.name: getattr(staging, field.name) for field in dataclasses.fields(staging)}
    values["actors"] = {actor.role: actor for actor in staging.actors}
    return values


def _walk(path: str, one: Any, other: Any) -> Iterator[str]:
    if dataclasses.is_dataclass(one) and type(one) is type(other):
        for field in dataclasses.fields(one):
            yield from _walk(_join(path, field.name), getattr(one, field.name), getattr(other, field.name))
    elif isinstance(one, Mapping) and isinstance(other, Mapping):
        for key in [*one, *(key for key in other if key not in one)]:
            if key in one and key in other:
                yield from _walk(_join(path, key), one[key], other[key])
            else:
                yield _join(path, key)
    elif one != other:
        yield path


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
