"""A scene made ready for one view: what the passes over it are told."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.render.actors import Actors
from sim.render.families import Family
from sim.render.geometry import Commands
from sim.render.lighting import Light
from sim.render.programs import LightModel
from sim.render.shadows import ShadowView
from sim.render.static_scene import StaticGeometry
from sim.render.view import CameraView
from sim.world.scene import Scene


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """A scene made ready for one view: what is drawn, and what the ids in the index image mean.

    `is_sheltered` says that nothing falls around the eye: it is in a tunnel.
    """

    scene: Scene
    view: CameraView
    clip_from_world: NDArray[np.float64]
    static: StaticGeometry
    actors: Actors
    light: Light
    model: LightModel
    shadow: ShadowView
    is_sheltered: bool
    commands: dict[str, dict[Family, Commands]]
    tags: NDArray[np.uint8]
    actor_ids: NDArray[np.uint32]
