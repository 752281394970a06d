"""What the frozen nominal set is: maps, weathers, density, shares, assets, and the bounds that hold on it."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path

from moosetest.config import ConfigError, from_toml
from scenarios.dataset.traffic import Group, Population
from sim.assets.catalog import Asset, assets, split
from sim.rig import CameraMount
from sim.world.maps.catalog import CATALOG
from sim.world.weathers import weathers

FILE = Path(__file__).parent / "nominal_set.toml"
KINDS = ("car", "van", "truck", "bus", "person", "motorcycle", "bicycle")
"""Rows of the result; cars, trucks and buses may be taken for each other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tries:
    """How often to try to place one: least, and one more than the largest."""

    vehicles: tuple[int, int]
    people: tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shares:
    """Relative shares of those who are not on foot."""

    car: float
    van: float
    truck: float
    bus: float
    motorcycle: float
    bicycle: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """Assets of each kind."""

    car: tuple[str, ...]
    van: tuple[str, ...]
    truck: tuple[str, ...]
    bus: tuple[str, ...]
    person: tuple[str, ...]
    motorcycle: tuple[str, ...]
    bicycle: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """Least recall of each kind; most boxes a frame on nothing, and false ones of whatever sort."""

    car: float
    van: float
    truck: float
    bus: float
    person: float
    motorcycle: float
    bicycle: float
    on_nothing: float
    false_boxes: float


@dataclass(frozen=True, slots=True, kw_only=True)
class NominalSet:
    """The definition; equal definitions and equal code give equal pictures."""

    seed: int
    frames_per_map: int
    maps: tuple[str, ...]
    weathers: tuple[str, ...]
    camera: CameraMount
    density: Tries
    share: Shares
    assets: Names
    bounds: Bounds

    @property
    def frames(self) -> int:
        """How many pictures."""
        return self.frames_per_map * len(self.maps)

    def population(self) -> Population:
        """Who is about."""
        groups = tuple(Group(getattr(self.share, f.name), self.assets_of(f.name)) for f in fields(self.share))
        return Population(
            groups=groups,
            walkers=self.assets_of("person"),
            vehicles=self.density.vehicles,
            people=self.density.people,
        )

    def kind_of(self, asset: str) -> str:
        """The row in which an asset is counted."""
        return next(kind for kind in KINDS if asset in getattr(self.assets, kind))

    def assets_of(self, kind: str) -> tuple[Asset, ...]:
        """The assets of a row."""
        return tuple(assets()[name] for name in getattr(self.assets, kind))


def nominal_set(path: Path = FILE) -> NominalSet:
    """The definition in a file.

    Raises:
        ConfigError: an unknown map or asset, or one that nominal tests must not use.
    """
    made = from_toml(NominalSet, path)
    for name in made.maps:
        _check_nominal(f"{path}: maps: {name!r}", CATALOG[name][1] if name in CATALOG else None)
    for name in made.weathers:
        if name not in weathers() or weathers()[name].split == "edge":
            raise ConfigError(f"{path}: weathers: {name!r} is none of splits train and nominal")
    for kind in KINDS:
        for name in getattr(made.assets, kind):
            _check_nominal(f"{path}: assets.{kind}: {name!r}", split(assets()[name]) if name in assets() else None)
    return made


def _check_nominal(where: str, found: str | None) -> None:
    """`found` is the split of what `where` names, None when there is no such thing."""
    if found != "nominal":
        raise ConfigError(
            f"{where} is {'unknown' if found is None else f'of split {found}'}, want one of split nominal"
        )
