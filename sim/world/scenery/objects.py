"""The scenery as a list of things: what each is called, where it stands, the box around it."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from sim.assets.mesh import Mesh
from sim.world.scene import NOBODY, SceneryObject, StaticPart, StaticScene

Place = tuple[float, float, float]
_TAG_NAMES = {3: "house", 6: "pole", 8: "sign", 9: "plant", 20: "furniture", 25: "paving", 26: "bridge", 28: "rail"}
"""Names the pieces of a thing that has several, by CityObjectLabel."""


class Objects:
    """Collects the objects of a map while its scenery is built; numbers are given in the order of adding."""

    def __init__(self) -> None:
        self._made: list[SceneryObject] = []
        self._count: Counter[str] = Counter()

    def all(self) -> tuple[SceneryObject, ...]:
        """All objects so far, by their numbers."""
        return tuple(self._made)

    def name(self, owner: int) -> str:
        """The name of an object."""
        return self._made[owner].name

    def add(
        self, kind: str, pieces: Sequence[tuple[int, Mesh]], position_world_m: Place, yaw_rad: float, solid: int = -1
    ) -> list[int]:
        """A thing of one or several pieces (tag, mesh in the thing's own axes); returns the pieces' numbers.

        The first piece takes the thing's `solid` box.
        """
        number = self._count[kind]
        self._count[kind] += 1
        first = len(self._made)
        for k, (tag, mesh) in enumerate(pieces):
            name = f"{kind}_{number}" if len(pieces) == 1 else f"{kind}_{number}_{_TAG_NAMES.get(tag, tag)}"
            low, high = mesh.position_m.min(axis=0), mesh.position_m.max(axis=0)
            center = _turned((low + high) / 2.0, yaw_rad) + position_world_m
            half = (high - low).astype(np.float64) / 2.0
            made = SceneryObject(name, kind, tag, position_world_m, yaw_rad, center, half)
            self._made.append(replace(made, solid=solid) if k == 0 else made)
        return list(range(first, len(self._made)))

    def with_rest(self, part: StaticPart) -> StaticPart:
        """The part, in which the triangles that nobody owns are an object of the part's name."""
        if part.owner is None or not (rest := part.owner == NOBODY).any():
            return part
        corner = part.mesh.position_m[part.mesh.triangle[rest]].reshape(-1, 3).astype(np.float64)
        low, high = corner.min(axis=0), corner.max(axis=0)
        center = (low + high) / 2.0
        place = (float(center[0]), float(center[1]), float(center[2]))
        kind = part.name.rsplit("_", 2)[0]
        self._made.append(SceneryObject(part.name, kind, part.tag, place, 0.0, center, (high - low) / 2.0))
        return replace(part, owner=np.where(rest, np.int32(len(self._made) - 1), part.owner))


def without(scene: StaticScene, hidden: NDArray[np.intp]) -> StaticScene:
    """The scene without some of its objects, under a key of its own; lists and lamps stay as they are."""
    if not len(hidden):
        return scene
    parts = []
    for part in scene.parts:
        seen = np.ones(len(part.mesh.triangle), bool) if part.owner is None else ~np.isin(part.owner, hidden)
        if seen.all():
            parts.append(part)
            continue
        owner = None if part.owner is None else part.owner[seen]
        # an empty part keeps its place: later parts would else take its number, and look different
        parts.append(replace(part, mesh=replace(part.mesh, triangle=part.mesh.triangle[seen]), owner=owner))
    digest = hashlib.sha256(np.unique(hidden).astype("<i8").tobytes()).hexdigest()[:16]
    key = f"{scene.key} without {digest}"
    return replace(scene, key=key, parts=tuple(parts))


def _turned(vector: NDArray[np.float32], yaw_rad: float) -> NDArray[np.float64]:
    x, y, z = (float(v) for v in vector)
    cos, sin = float(np.cos(yaw_rad)), float(np.sin(yaw_rad))
    return np.array([cos * x - sin * y, sin * x + cos * y, z])
