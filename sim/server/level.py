"""The level of an episode: which of the map's things are there, and which a client has hidden or unloaded."""

from __future__ import annotations

import hashlib
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sim.server.calls import CallError
from sim.server.layouts import BoundingBox, CarlaTransform
from sim.world.covers import NO_COVERS, Channel, covered
from sim.world.maps.data import MapData
from sim.world.scene import SceneryObject, StaticScene
from sim.world.scenery.objects import without

ANY_TAG = 255
"""carla.CityObjectLabel.Any."""
LAYER_BUILDINGS, LAYER_FOLIAGE, LAYER_GROUND, LAYER_PROPS, LAYER_STREET_LIGHTS, LAYER_WALLS = 1, 4, 8, 64, 128, 256
"""Bits of carla.MapLayer. There are no decals (2), parked vehicles (16) or particles (32)."""
ALL_LAYERS = 0xFFFF
MAX_PICTURES = 16
"""Of at most 1024 x 1024 texels each: 90 MB of graphics memory."""
_LAYER_OF_TAG = {3: LAYER_BUILDINGS, 4: LAYER_WALLS, 5: LAYER_WALLS, 28: LAYER_WALLS, 9: LAYER_FOLIAGE}
_LAYER_OF_TAG |= {10: LAYER_GROUND, 25: LAYER_GROUND, 20: LAYER_PROPS}


class Level:
    """The scenery of an episode's map as clients see, hide and load it.

    A disabled object stays in the lists, as in CARLA; one whose layer is unloaded does not, and is enabled when its
    layer comes back. `absent_solids` are the rows of the map's solids that bodies pass through, `absent_lamps` the
    numbers of the lamps that are not there, `covers` the pictures laid over objects until the episode ends, and
    `version` changes with what there is to hit.
    """

    def __init__(self, data: MapData) -> None:
        self._data = data
        self._layers = ALL_LAYERS
        self._disabled: frozenset[int] = frozenset()
        self._shown: StaticScene | None = None
        self.absent_solids: NDArray[np.intp] = np.zeros(0, np.intp)
        self.absent_lamps: frozenset[int] = frozenset()
        self.covers = NO_COVERS
        self.version = 0

    @property
    def scenery(self) -> StaticScene:
        """What cameras and rays meet."""
        if self._shown is None:
            self._shown = without(self._data.scenery(), self._hidden())
        return self._shown

    def loaded(self, tag: int = ANY_TAG) -> list[SceneryObject]:
        """The objects with a semantic tag whose layer is loaded."""
        return [o for o in self._objects if tag in (o.tag, ANY_TAG) and self._layers & layer_of(o) == layer_of(o)]

    def enable(self, ids: list[int], enabled: bool) -> list[int]:
        """Show or hide objects; returns the ids that are no object's."""
        known = {number for identity in ids if (number := self._by_id.get(identity)) is not None}
        self._disabled = self._disabled - known if enabled else self._disabled | known
        self._change()
        return [identity for identity in ids if identity not in self._by_id]

    def set_layers(self, layers: int, loaded: bool) -> None:
        """Load or unload layers, bits of carla.MapLayer."""
        layers &= ALL_LAYERS
        if loaded:
            back = layers & ~self._layers
            self._disabled = frozenset(k for k in self._disabled if not layer_of(self._objects[k]) & back)
        self._layers = self._layers | layers if loaded else self._layers & ~layers
        self._change()

    def called(self, names: list[str]) -> list[int]:
        """The numbers of the objects of some names; names of nothing are passed over, as in CARLA.

        Raises:
            CallError: none of the names is an object's.
        """
        known = [number for name in names if (number := self._by_name.get(name)) is not None]
        if not known:
            raise CallError(
                f"no object of this map is called {', '.join(name[:60] for name in names[:3]) or 'nothing'}"
            )
        return known

    def cover(self, things: list[int], channel: Channel, picture: NDArray[np.uint8]) -> None:
        """Lay a picture (H, W, 3) over objects, by their numbers.

        Raises:
            CallError: too many pictures are on show.
        """
        covers = covered(self.covers, things, channel, picture)
        if len(covers.pictures) > MAX_PICTURES:
            raise CallError(f"this map shows {MAX_PICTURES} pictures already, which is as many as are kept")
        self.covers = covers

    @cached_property
    def _objects(self) -> tuple[SceneryObject, ...]:
        return self._data.scenery().objects

    @cached_property
    def _by_name(self) -> dict[str, int]:
        return {thing.name: number for number, thing in enumerate(self._objects)}

    @cached_property
    def _by_id(self) -> dict[int, int]:
        return {identity_of(thing): number for number, thing in enumerate(self._objects)}

    def _change(self) -> None:
        """Remember that what there is to see and to hit has changed."""
        self._shown = None
        solids = np.array([self._objects[number].solid for number in self._hidden()], np.intp)
        self.absent_solids = solids[solids >= 0]
        lamps = [number for number, thing in enumerate(self._objects) if thing.kind == "lamp"]
        self.absent_lamps = frozenset(np.flatnonzero(np.isin(lamps, self._hidden())).tolist())
        self.version += 1

    def _hidden(self) -> NDArray[np.intp]:
        if self._layers == ALL_LAYERS and not self._disabled:
            return np.zeros(0, np.intp)
        gone = {k for k, o in enumerate(self._objects) if layer_of(o) and not layer_of(o) & self._layers}
        return np.array(sorted(gone | self._disabled), np.intp)


def layer_of(thing: SceneryObject) -> int:
    """The bit of carla.MapLayer that an object belongs to; 0 for what is always there: roads, posts, signs, bridges."""
    return LAYER_STREET_LIGHTS if thing.kind == "lamp" else _LAYER_OF_TAG.get(thing.tag, 0)


def identity_of(thing: SceneryObject) -> int:
    """The object's 64-bit id: of its name, so that it is the same in every episode on the map."""
    return int.from_bytes(hashlib.sha256(thing.name.encode()).digest()[:8], "little")


def place_of(thing: SceneryObject) -> CarlaTransform:
    """Where an object stands, in CARLA's frame."""
    x, y, z = thing.position_world_m
    return CarlaTransform((x, -y, z), (0.0, -float(np.degrees(thing.yaw_rad)), 0.0))


def box_of(thing: SceneryObject) -> BoundingBox:
    """The box around an object, in CARLA's frame."""
    x, y, z = (float(v) for v in thing.center_world_m)
    half_x, half_y, half_z = (float(v) for v in thing.half_m)
    return BoundingBox((x, -y, z), (half_x, half_y, half_z), place_of(thing).rotation_deg)
