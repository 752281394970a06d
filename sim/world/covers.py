"""Pictures that clients lay over things of a map: which object shows which, reflected or shining."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Channel = Literal["diffuse", "emissive"]


@dataclass(frozen=True, slots=True, eq=False)
class Covers:
    """The pictures on the objects of a map.

    Args:
        pictures: (H, W, 3) uint8 each, display values with an exponent of 2.2, the first row at the top.
        diffuse: number of the picture that an object (by its number in the scene) reflects.
        emissive: number of the picture that an object shines with.
        pictures_key: names the pictures; equal ones have equal keys.
        places_key: names which object shows the how-manieth picture. "" is no picture at all.
    """

    pictures: tuple[NDArray[np.uint8], ...] = ()
    diffuse: Mapping[int, int] = field(default_factory=dict)
    emissive: Mapping[int, int] = field(default_factory=dict)
    pictures_key: str = ""
    places_key: str = ""

    @property
    def objects(self) -> tuple[int, ...]:
        """Numbers of the objects that show something, ascending."""
        return tuple(sorted(self.diffuse.keys() | self.emissive.keys()))


NO_COVERS = Covers()


def covered(covers: Covers, objects: Iterable[int], channel: Channel, picture: NDArray[np.uint8]) -> Covers:
    """The covers after some objects got a picture; pictures that nobody shows any more are dropped."""
    shown: dict[Channel, dict[int, NDArray[np.uint8]]] = {
        "diffuse": {thing: covers.pictures[number] for thing, number in covers.diffuse.items()},
        "emissive": {thing: covers.pictures[number] for thing, number in covers.emissive.items()},
    }
    shown[channel] |= dict.fromkeys(objects, picture)
    pictures: list[NDArray[np.uint8]] = []
    numbers: dict[str, int] = {}

    def number_of(texels: NDArray[np.uint8]) -> int:
        name = hashlib.sha256(repr(texels.shape).encode() + texels.tobytes()).hexdigest()
        if name not in numbers:
            numbers[name] = len(pictures)
            pictures.append(texels)
        return numbers[name]

    diffuse = {thing: number_of(shown["diffuse"][thing]) for thing in sorted(shown["diffuse"])}
    emissive = {thing: number_of(shown["emissive"][thing]) for thing in sorted(shown["emissive"])}
    return Covers(tuple(pictures), diffuse, emissive, _short(repr(list(numbers))), _short(repr((diffuse, emissive))))


def _short(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
