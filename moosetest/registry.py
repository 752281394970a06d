"""Plug-ins by unique, versioned name with a typed config; duplicates and typos are errors."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from difflib import get_close_matches
from importlib.metadata import entry_points
from typing import Any, Generic, TypeVar

from moosetest.config import from_mapping

T = TypeVar("T")


class UnknownNameError(LookupError):
    """A name that no plug-in has; the message offers the nearest known one."""


def nearest_hint(name: str, known: list[str]) -> str:
    """'did you mean X?' for the nearest known name, else the list of known names."""
    close = get_close_matches(name, known, n=1, cutoff=0.5)
    return f"did you mean {close[0]!r}?" if close else "known: " + ", ".join(sorted(known))


class Registry(Generic[T]):
    """Factories of one stage kind by name.

    Args:
        kind: what is registered, for messages ("detector").
        entry_point_group: read only when a name is not found locally.
    """

    def __init__(self, kind: str, entry_point_group: str | None = None) -> None:
        self.kind = kind
        self._group = entry_point_group
        self._factories: dict[str, tuple[Callable[[Any], T], type[Any]]] = {}

    def register(self, name: str, config_type: type[Any]) -> Callable[[Callable[[Any], T]], Callable[[Any], T]]:
        """Class decorator: `name` builds the class from one `config_type` argument.

        Raises:
            ValueError: the name is taken.
        """

        def add(factory: Callable[[Any], T]) -> Callable[[Any], T]:
            if name in self._factories:
                raise ValueError(f"{self.kind} {name!r} is registered already")
            self._factories[name] = (factory, config_type)
            return factory

        return add

    def build(self, name: str, /, **options: Any) -> T:
        """Build plug-in `name` with `options` for its config.

        Raises:
            UnknownNameError: no such name.
            ConfigError: an option its config does not have, or of the wrong type.
        """
        factory, config_type = self._find(name)
        return factory(from_mapping(config_type, options, where=f"{self.kind} {name}"))

    def config_type(self, name: str) -> type[Any]:
        """The dataclass that plug-in `name` is configured with.

        Raises:
            UnknownNameError: no such name.
        """
        return self._find(name)[1]

    def names(self) -> list[str]:
        """All local names, sorted."""
        return sorted(self._factories)

    def __iter__(self) -> Iterator[str]:
        return iter(self.names())

    def __contains__(self, name: object) -> bool:
        return name in self._factories

    def _find(self, name: str) -> tuple[Callable[[Any], T], type[Any]]:
        if name not in self._factories and self._group:
            for point in entry_points(group=self._group, name=name):
                point.load()
        if name not in self._factories:
            raise UnknownNameError(f"unknown {self.kind} {name!r}: {nearest_hint(name, self.names())}")
        return self._factories[name]
