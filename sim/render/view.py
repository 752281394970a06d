"""What a camera is and what it gives: the vocabulary of the renderer's callers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.render.exposure import AUTOMATIC, Metering
from sim.render.quality import Quality

SKY_TAG = 11
"""carla.CityObjectLabel.Sky."""
OUTPUTS: frozenset[str] = frozenset({"rgb", "depth", "tag", "instance", "normal"})
R_OPTICAL_BODY = np.array([[0.0, -1.0, 0.0], [0.0, 0.0, -1.0], [1.0, 0.0, 0.0]])
"""Body axes (x forward, y left, z up) to optical axes (x right, y down, z forward)."""


@dataclass(frozen=True, slots=True, eq=False)
class CameraView:
    """One picture to take.

    Args:
        width_px: columns.
        height_px: rows; pixels are square.
        fov_x_rad: horizontal angle of view.
        T_world_camera: (4, 4) float64, camera body axes (x forward, y left, z up) to world.
        near_m: what is nearer along the optical axis is not seen.
        far_m: what is farther is sky.
        metering: how it chooses its exposure.
        gamma: display gamma; 2.2 is neutral.
        noise_seed: with the scene's frame number chooses the sensor noise.
        noise: factor on the sensor noise; 0 is none.
        glare: factor on the glare of lamps and of the sun; 0 is none.
        flare: strength of the sun's ghosts in the lens, 0 to 1; 0 is none.
        supersampling: renders colour at this multiple and averages; ids and depth are never averaged.
        quality: how much work goes into the picture.
    """

    width_px: int
    height_px: int
    fov_x_rad: float
    T_world_camera: NDArray[np.float64]
    near_m: float = 0.1
    far_m: float = 1000.0
    metering: Metering = AUTOMATIC
    gamma: float = 2.2
    noise_seed: int = 0
    noise: float = 1.0
    glare: float = 1.0
    flare: float = 0.0
    supersampling: int = 1
    quality: Quality = Quality.HIGH

    @property
    def look(self) -> tuple[object, ...]:
        """Equal for views of one place whose colours are the same, but for the noise's seed."""
        return (self.metering, self.gamma, self.noise, self.glare, self.flare, self.supersampling)

    @property
    def focal_px(self) -> float:
        """Focal length: (W / 2) / tan(fov / 2)."""
        return (self.width_px / 2.0) / float(np.tan(self.fov_x_rad / 2.0))

    @property
    def eye_world_m(self) -> NDArray[np.float64]:
        """(3,) optical centre."""
        return self.T_world_camera[:3, 3]

    @property
    def forward_world(self) -> NDArray[np.float64]:
        """(3,) unit vector along the optical axis."""
        return self.T_world_camera[:3, 0]

    def optical_from_world(self) -> NDArray[np.float64]:
        """(4, 4) world to optical axes (x right, y down, z forward)."""
        matrix = np.eye(4)
        matrix[:3, :3] = R_OPTICAL_BODY @ self.T_world_camera[:3, :3].T
        matrix[:3, 3] = -matrix[:3, :3] @ self.eye_world_m
        return matrix

    def ray_from_ndc(self) -> NDArray[np.float64]:
        """(3, 3) picture coordinates (x right, y down, both -1 to 1; 1) to directions in the world."""
        slope_x, slope_y = np.array([self.width_px, self.height_px]) / (2.0 * self.focal_px)
        R = self.T_world_camera[:3, :3]
        return np.stack([-R[:, 1] * slope_x, -R[:, 2] * slope_y, R[:, 0]], axis=1)

    def clip_from_world(self) -> NDArray[np.float64]:
        """(4, 4) world to clip space with y down, so that the first row read back is the top row.

        The optical axis meets the image at (W / 2, H / 2), pixel edges at integers, as CARLA's users compute it.
        """
        near, far = self.near_m, self.far_m
        projection = np.zeros((4, 4))
        projection[0, 0] = 2.0 * self.focal_px / self.width_px
        projection[1, 1] = 2.0 * self.focal_px / self.height_px
        projection[2, 2] = (far + near) / (far - near)
        projection[2, 3] = -2.0 * far * near / (far - near)
        projection[3, 2] = 1.0
        return projection @ self.optical_from_world()


@dataclass(frozen=True, slots=True, eq=False)
class Images:
    """What was asked for of one view, first row on top; the rest is None.

    Args:
        rgb: (H, W, 3) uint8.
        depth_m: (H, W) float32 along the optical axis; sky is 1000 m.
        tag: (H, W) uint8 carla.CityObjectLabel; sky is 11.
        instance_id: (H, W) uint32 actor id; 0 for scenery and sky.
        normal_world: (H, W, 3) float32 outward unit vectors in steps of 1/127; zero for sky.
        metered: the automatic exposure of the scene, display units per cd/m2.
    """

    rgb: NDArray[np.uint8] | None = None
    depth_m: NDArray[np.float32] | None = None
    tag: NDArray[np.uint8] | None = None
    instance_id: NDArray[np.uint32] | None = None
    normal_world: NDArray[np.float32] | None = None
    metered: float = 0.0
