"""How pixels ought to move, by rays: the triangle that a ray meets now, where it was in the earlier picture."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.render.view import CameraView, Images
from sim.world.scene import Scene
from tests.render_rays import actors_surface, edges, met, scenery_surface

MOTION_PX, MOTION_SHARE = 0.05, 5e-3
"""Flow is as exact as depth, which is drawn with corners on a grid of 1/256 px: see `render_rays.DEPTH_SHARE`."""
LEAST_DEPTH_M = 0.1
"""What was nearer to the earlier camera, or behind it, has no way across the picture."""


@dataclass(frozen=True, slots=True, eq=False)
class Motion:
    """(H, W) which pixels are away from edges; (H, W, 2) the way that rays tell, and by how much the picture's is off.

    Args:
        actor_id: (H, W) of what rays meet.
    """

    inner: NDArray[np.bool_]
    way_px: NDArray[np.float64]
    off_px: NDArray[np.float64]
    actor_id: NDArray[np.uint32]

    def share(self, of: NDArray[np.bool_] | None = None) -> float:
        """Of the pixels away from edges, those that agree; of those alone that are among some."""
        far_px = np.linalg.norm(self.off_px, axis=-1)
        agrees = far_px <= MOTION_PX + MOTION_SHARE * np.linalg.norm(self.way_px, axis=-1)
        chosen = self.inner if of is None else self.inner & of
        return float(agrees[chosen].mean()) if chosen.any() else 1.0


def motion(
    flow_px: NDArray[np.float32], images: Images, now: tuple[Scene, CameraView], before: tuple[Scene, CameraView]
) -> Motion:
    """Compare a picture's flow with rays; both scenes hold the same actors in the same order."""
    (scene, view), (scene_before, view_before) = now, before
    shape = (view.height_px, view.width_px)
    first, best = met(images, (scenery_surface(scene.static), actors_surface(scene, view, scene_before)), view)
    optical = view_before.optical_from_world()
    x, y, z = (best.before_world_m @ optical[:3, :3].T + optical[:3, 3]).T
    was_px = view.focal_px * np.stack([x, y], axis=1) / np.maximum(z, LEAST_DEPTH_M)[:, None]
    column, row = np.meshgrid(np.arange(view.width_px) + 0.5, np.arange(view.height_px) + 0.5)
    is_px = np.stack([column - view.width_px / 2.0, row - view.height_px / 2.0], axis=-1)
    way_px = is_px - was_px.reshape(*shape, 2)
    inner = ~(edges(first, shape) | edges(best, shape)) & (z > LEAST_DEPTH_M).reshape(shape)
    return Motion(inner, way_px, flow_px - way_px, best.actor_id.reshape(shape))
