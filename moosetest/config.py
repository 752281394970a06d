"""Frozen-dataclass configuration from TOML: unknown keys and wrong types are errors that name the nearest key."""

from __future__ import annotations

import dataclasses
import tomllib
import types
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")


class ConfigError(ValueError):
    """A configuration that cannot be used; the message names the field, what was wrong and what would be right."""


def want_positive(config: Any, *names: str) -> None:
    """Raise ConfigError for the first of a dataclass's fields `names` (without: of all its numbers) that is not > 0."""
    for name in names or [field.name for field in dataclasses.fields(config)]:
        value = getattr(config, name)
        if not isinstance(value, str) and not value > 0:
            raise ConfigError(f"{type(config).__name__}.{name}: {value}, want a value > 0")


def want_share(config: Any, *names: str) -> None:
    """Raise ConfigError for the first of the fields `names` that is not between 0 and 1."""
    for name in names:
        if not 0 < getattr(config, name) < 1:
            raise ConfigError(f"{type(config).__name__}.{name}: {getattr(config, name)}, want a value in (0, 1)")


def from_mapping(config_type: type[T], values: Mapping[str, Any], where: str) -> T:
    """Build the dataclass `config_type` from `values`.

    Args:
        config_type: a dataclass; nested dataclasses are built from nested mappings.
        values: keys as in TOML.
        where: file or plug-in name, for messages.

    Raises:
        ConfigError: unknown key, missing key, or wrong type.
    """
    hints = get_type_hints(config_type)
    fields = {f.name: f for f in dataclasses.fields(config_type)}  # type: ignore[arg-type]
    for key in values:
        if key not in fields:
            close = get_close_matches(key, fields, n=1)
            hint = f"did you mean {close[0]!r}?" if close else "known: " + ", ".join(fields)
            raise ConfigError(f"{where}: unknown key {key!r}; {hint}")
    arguments: dict[str, Any] = {}
    for name, field in fields.items():
        if name in values:
            arguments[name] = _convert(hints[name], values[name], f"{where}: {name}")
        elif field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
            raise ConfigError(f"{where}: missing key {name!r} ({_spell(hints[name])})")
    return config_type(**arguments)


def from_toml(config_type: type[T], path: Path) -> T:
    """Build `config_type` from a TOML file.

    Raises:
        ConfigError: no such file, not TOML, or contents that do not fit.
    """
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror}); want a TOML file") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: not TOML: {error}") from error
    return from_mapping(config_type, values, where=str(path))


def to_mapping(config: Any) -> dict[str, Any]:
    """The resolved configuration as plain values, for run bundles."""
    return dataclasses.asdict(config)


def _convert(hint: Any, value: Any, where: str) -> Any:
    origin = get_origin(hint)
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        if isinstance(value, hint):
            return value
        if not isinstance(value, Mapping):
            raise ConfigError(f"{where}: {value!r} is not a table")
        return from_mapping(hint, value, where)
    if origin in (Union, types.UnionType):
        return _convert_union(get_args(hint), value, where)
    if origin is tuple:
        return _convert_tuple(get_args(hint), value, where)
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if isinstance(hint, type):
        wrong_bool = isinstance(value, bool) and hint is not bool
        if wrong_bool or not isinstance(value, hint):
            raise ConfigError(f"{where}: {value!r} is {type(value).__name__}, want {_spell(hint)}")
    return value


def _convert_union(hints: tuple[Any, ...], value: Any, where: str) -> Any:
    for hint in hints:
        try:
            return None if hint is type(None) and value is None else _convert(hint, value, where)
        except ConfigError:
            continue
    raise ConfigError(f"{where}: {value!r} is none of {', '.join(_spell(h) for h in hints)}")


def _convert_tuple(hints: tuple[Any, ...], value: Any, where: str) -> Any:
    if not isinstance(value, list | tuple):
        raise ConfigError(f"{where}: {value!r} is not a list")
    if len(hints) == 2 and hints[1] is Ellipsis:
        return tuple(_convert(hints[0], v, f"{where}[{i}]") for i, v in enumerate(value))
    if len(value) != len(hints):
        raise ConfigError(f"{where}: {len(value)} values, want {len(hints)}")
    return tuple(_convert(h, v, f"{where}[{i}]") for i, (h, v) in enumerate(zip(hints, value, strict=True)))


def _spell(hint: Any) -> str:
    return hint.__name__ if isinstance(hint, type) else str(hint)
