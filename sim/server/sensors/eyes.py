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
    from sim.render.renderer import CameraRenderer, CameraView, Images


@dataclass(frozen=True, slots=True, eq=False)
class CameraRequest:
    """A picture that a camera will ask for, told before the first is drawn: cameras at one place share one drawing."""

    view: CameraView
    outputs: frozenset[str]
    ignored_ids: frozenset[int] = frozenset()

    @property
    def key(self) -> tuple[object, ...]:
        """Equal for requests that one drawing can serve."""
        v = self.view
        return (v.width_px, v.height_px, v.fov_x_rad, v.T_world_camera.tobytes(), self.ignored_ids)


class Eyes:
    """Cameras and rays into the scene of the present tick."""

    def __init__(self) -> None:
        self._renderer: CameraRenderer | None = None
        self._caster: RayCaster | None = None
        self._scene: Scene | None = None
        self._cast_scene: Scene | None = None
        self._requests: dict[tuple[object, ...], CameraRequest] = {}
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
        for request in requests:
            other = self._requests.get(request.key)
            if other is not None:
                view = other.view if "rgb" in other.outputs else request.view
                request = replace(request, view=view, outputs=other.outputs | request.outputs)
            self._requests[request.key] = request

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
        if request.key not in self._drawn:
            joined = self._requests[request.key]
            scene = _without(self.scene, request.ignored_ids)
            self._drawn[request.key] = self._camera().render(scene, joined.view, joined.outputs)
        return self._drawn[request.key]

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


def previous_poses(scene: Scene) -> dict[int, NDArray[np.float64]]:
    """Poses of all moving things by actor id, for motion between two ticks."""
    return {instance.actor_id: instance.T_world_body for instance in scene.instances}
