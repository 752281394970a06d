"""The renderer and the ray caster of a server: made at the first sensor that needs them, shared by all.

Only for the simulation thread: an OpenGL context has one thread.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.world.scene import Scene

if TYPE_CHECKING:
    from sim.raycast.caster import RayCaster
    from sim.render.flow import Poses
    from sim.render.renderer import CameraRenderer, CameraView, Images
    from sim.render.reposed import EarlierPoints


@dataclass(frozen=True, slots=True, eq=False)
class CameraRequest:
    """A picture that a camera will ask for, told before the first is drawn: cameras at one place share one drawing."""

    view: CameraView
    outputs: frozenset[str]
    ignored_ids: frozenset[int] = frozenset()

    @property
    def place(self) -> tuple[object, ...]:
        """Equal for requests that show the same truth."""
        v = self.view
        return (v.width_px, v.height_px, v.fov_x_rad, v.T_world_camera.tobytes(), v.quality, self.ignored_ids)

    @property
    def key(self) -> tuple[object, ...]:
        """Equal for requests that one drawing can serve."""
        return (self.place, self.view.look if "rgb" in self.outputs else None)


class Eyes:
    """Cameras and rays into the scene of the present tick."""

    def __init__(self) -> None:
        self._renderer: CameraRenderer | None = None
        self._caster: RayCaster | None = None
        self._scene: Scene | None = None
        self._cast_scene: Scene | None = None
        self._requests: dict[tuple[object, ...], CameraRequest] = {}
        self._joined: dict[tuple[object, ...], tuple[object, ...]] = {}
        self._drawn: dict[tuple[object, ...], Images] = {}

    def look_at(self, scene: Scene | None, requests: list[CameraRequest]) -> None:
        """Begin a tick.

        Args:
            scene: what there is to see; None when no sensor needs it.
            requests: all pictures of the tick.
        """
        self._scene = scene
        self._drawn = {}
        self._requests = {}
        self._joined = {}
        drawn_at: dict[tuple[object, ...], tuple[object, ...]] = {}
        for request in sorted(requests, key=lambda request: "rgb" not in request.outputs):
            # truth joins the first colours that are drawn from its place
            key = request.key if "rgb" in request.outputs else drawn_at.get(request.place, request.key)
            drawn_at.setdefault(request.place, key)
            self._joined[request.key] = key
            other = self._requests.get(key, request)
            self._requests[key] = replace(other, outputs=other.outputs | request.outputs)

    def warm_up(self, scene: Scene, with_camera: bool) -> None:
        """Do once what makes the first picture or ray slow: context, shaders, the scenery's meshes."""
        from sim.render.view import CameraView

        self.look_at(scene, [])
        if not with_camera:
            self.caster()
        elif self._renderer is None:
            tiny = CameraView(width_px=16, height_px=16, fov_x_rad=1.0, T_world_camera=np.eye(4))
            self._camera().render(scene, tiny, frozenset({"rgb"}))

    def images(self, request: CameraRequest) -> Images:
        """The pictures of a request that was told to `look_at`."""
        key = self._joined[request.key]
        if key not in self._drawn:
            joined = self._requests[key]
            scene = _without(self.scene, request.ignored_ids)
            self._drawn[key] = self._camera().render(scene, joined.view, joined.outputs)
        return self._drawn[key]

    def earlier_points(self, view: CameraView, instance_id: NDArray[np.uint32], before: Poses) -> EarlierPoints | None:
        """Where the points of those whom a picture shows were before, as far as they changed their pose."""
        seen = [int(identity) for identity in np.unique(instance_id)]
        earlier = {identity: before.instances[identity] for identity in seen if identity in before.instances}
        return self._camera().earlier_points(self.scene, view, earlier, before.T_world_camera)

    def caster(self, ignored_ids: frozenset[int] = frozenset()) -> RayCaster:
        """A ray caster into the scene, without some actors."""
        from sim.assets.library import mesh
        from sim.raycast.caster import RayCaster

        if self._caster is None:
            self._caster = RayCaster(mesh)
        scene = _without(self.scene, ignored_ids)
        if self._cast_scene is not scene:
            self._caster.set_scene(scene)
            self._cast_scene = scene
        return self._caster

    @property
    def scene(self) -> Scene:
        """What there is to see.

        Raises:
            RuntimeError: no sensor of this tick said that it needs it.
        """
        if self._scene is None:
            raise RuntimeError("Eyes.scene: no sensor of this tick asked for a scene")
        return self._scene

    def close(self) -> None:
        """Free what lies in graphics memory."""
        if self._renderer is not None:
            self._renderer.close()
        self._renderer, self._caster, self._cast_scene = None, None, None

    def _camera(self) -> CameraRenderer:
        from sim.assets.library import mesh
        from sim.render.renderer import CameraRenderer

        if self._renderer is None:
            self._renderer = CameraRenderer(mesh)
        return self._renderer


def _without(scene: Scene, ignored_ids: frozenset[int]) -> Scene:
    if not ignored_ids:
        return scene
    return replace(scene, instances=tuple(i for i in scene.instances if i.actor_id not in ignored_ids))
