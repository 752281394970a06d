"""What of a factor can be measured in the sensors' data: quantities by name, each of one view or of a whole drive."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from moosetest.arrays import FloatArray
from moosetest.sensing import CameraFrame, LidarFrame
from scenarios.actors import Carried
from scenarios.approach.rails import View
from scenarios.drive.record import Record
from scenarios.staging import Staging

SKY_TAG, ROAD_TAG, ROAD_LINE_TAG = 11, 1, 24
GLARE = 250.0
RING_PX = 6
"""Width of the ring around an object that its own picture is compared with."""
REVEALED_SHARE, HIDDEN_SHARE = 0.5, 0.1
BOX_MARGIN_M = 0.15
"""Points this far outside of a box are still the object's: ranging noise and swinging limbs."""


@dataclass(frozen=True, slots=True, eq=False)
class Probe:
    """One view of a scene, and the drive through it, ready to be measured.

    Args:
        views: at the instants at which the case wants to be measured; of one view the last counts.
        staging: the scene.
        sensor_id: of the camera that is looked at.
        record: of a drive that nothing stops.
        at_severity_0: the same view with nothing broken; None where this is that.
    """

    views: Sequence[View]
    staging: Staging
    sensor_id: str
    record: Record
    at_severity_0: Probe | None = None

    @property
    def view(self) -> View:
        """The last view."""
        return self.views[-1]

    @property
    def rgb(self) -> NDArray[np.uint8]:
        """(H, W, 3) the picture."""
        frame = self.view.bundle.frames[self.sensor_id]
        assert isinstance(frame, CameraFrame)
        return frame.image_rgb

    @property
    def luminance(self) -> FloatArray:
        """(H, W) display luminance, 0 to 255."""
        return _luminances(self.view)[self.sensor_id]

    @property
    def tag(self) -> NDArray[np.uint8]:
        """(H, W) CARLA's tags."""
        return self.view.masks[self.sensor_id].tag

    def mask(self, *roles: str) -> NDArray[np.bool_]:
        """(H, W) the pixels of those actors."""
        truth = self.view.truth.objects
        ids = [int(truth.actor_id[i]) & 0xFFFF for i, role in enumerate(truth.role) if role in roles]
        return np.isin(self.view.masks[self.sensor_id].actor_id, ids)

    @property
    def target(self) -> NDArray[np.bool_]:
        """(H, W) the target's pixels."""
        return self.mask(self.staging.target)

    @property
    def sees_whole_width(self) -> bool:
        """Whether the target is in the picture, and it and what it carries end at neither of its sides."""
        return bool(self.target.any()) and not bool(self.group[:, [0, -1]].any())

    @property
    def group(self) -> NDArray[np.bool_]:
        """(H, W) the pixels of the target and of what it carries."""
        carried = [
            actor.role
            for actor in self.staging.actors
            if isinstance(actor.motion, Carried) and actor.motion.by_role == self.staging.target
        ]
        return self.mask(self.staging.target, *carried)


Quantity = Callable[[Probe], float]


def contrast(probe: Probe) -> float:
    """Michelson contrast between the target and the ring around it."""
    return _michelson(probe.luminance, probe.target, _ring(probe.target))


def sky_contrast(probe: Probe) -> float:
    """Michelson contrast between the target's upper half and the sky around it."""
    rows = np.flatnonzero(probe.target.any(axis=1))
    upper = probe.target.copy()
    if len(rows):
        upper[(rows[0] + rows[-1]) // 2 :] = False
    return _michelson(probe.luminance, upper, probe.tag == SKY_TAG)


def luminance(probe: Probe) -> float:
    """Mean display luminance of the target, 0 to 255."""
    return _mean(probe.luminance, probe.target)


def color_distance(probe: Probe) -> float:
    """CIE 1976 colour difference between the means of the target and of the ring around it."""
    lab = _lab(probe)
    inside, around = probe.target, _ring(probe.target)
    if not inside.any() or not around.any():
        return 0.0
    return float(np.linalg.norm(lab[inside].mean(axis=0) - lab[around].mean(axis=0)))


def edges(probe: Probe) -> float:
    """Standard deviation of the luminance within the target: what is drawn on it."""
    return float(probe.luminance[probe.target].std()) if probe.target.any() else 0.0


def pixels(probe: Probe) -> float:
    """Pixels of the target."""
    return float(probe.target.sum())


def height_px(probe: Probe) -> float:
    """Height of the target in the picture."""
    return _extent_px(probe.target, axis=1)


def width_px(probe: Probe) -> float:
    """Width of the target in the picture."""
    return _extent_px(probe.target, axis=0)


def group_width_px(probe: Probe) -> float:
    """Width in the picture of the target with what it carries."""
    return _extent_px(probe.group, axis=0)


def offset_px(probe: Probe) -> float:
    """How far beside the picture's middle the target is."""
    columns = np.flatnonzero(probe.target.any(axis=0))
    return float(abs(columns.mean() - (probe.target.shape[1] - 1) / 2.0)) if len(columns) else 0.0


def lift_px(probe: Probe) -> float:
    """How high above the picture's lower edge the target ends."""
    rows = np.flatnonzero(probe.target.any(axis=1))
    return float(probe.target.shape[0] - 1 - rows[-1]) if len(rows) else 0.0


def red_pixels(probe: Probe) -> float:
    """Clearly red pixels (over 90, half as much again as green and blue) of the target and of what it carries."""
    red, green, blue = (probe.rgb[..., i].astype(np.int32) for i in range(3))
    is_red = (red > 90) & (2 * red > 3 * np.maximum(green, blue))
    return float((is_red & probe.group).sum())


def line_contrast(probe: Probe) -> float:
    """Michelson contrast between the painted lines and the road."""
    return _michelson(probe.luminance, probe.tag == ROAD_LINE_TAG, probe.tag == ROAD_TAG)


def road_pattern(probe: Probe) -> float:
    """Standard deviation of the luminance of the road with all that is painted on it, where most of it is seen."""
    roads = [
        luminance[np.isin(probe.view.masks[sensor_id].tag, (ROAD_TAG, ROAD_LINE_TAG))]
        for sensor_id, luminance in _luminances(probe.view).items()
    ]
    return float(max(roads, key=len).std())


def glare(probe: Probe) -> float:
    """Share of all pictures' pixels that are as good as white: `GLARE` or more of 255."""
    return float(np.concatenate([luminance.ravel() >= GLARE for luminance in _luminances(probe.view).values()]).mean())


def likeness(probe: Probe) -> float:
    """Correlation of the target's luminance with that of severity 0, over all that either covers."""
    easy = probe.at_severity_0 or probe
    either = probe.target | easy.target
    if not either.any():
        return 0.0
    return float(np.corrcoef(probe.luminance[either], easy.luminance[either])[0, 1])


def change(probe: Probe) -> float:
    """Mean CIE 1976 colour difference to the picture of severity 0, over all that the target covers in either."""
    easy = probe.at_severity_0 or probe
    either = probe.target | easy.target
    return float(np.linalg.norm(_lab(probe)[either] - _lab(easy)[either], axis=1).mean()) if either.any() else 0.0


def points(probe: Probe) -> float:
    """LiDAR points on the target."""
    objects = probe.view.truth.objects
    if probe.staging.target not in objects.role:
        return 0.0
    index = objects.role.index(probe.staging.target)
    T_world_ego = probe.view.truth.ego.T_world_ego
    count = 0
    for frame in probe.view.bundle.frames.values():
        if isinstance(frame, LidarFrame):
            world_m = T_world_ego.points(frame.T_ego_sensor.points(frame.points_sensor_m.astype(np.float64)))
            body_m = (world_m - objects.center_world_m[index]) @ objects.rotation[index]
            inside = np.all(np.abs(body_m) <= objects.size_lwh_m[index] / 2.0 + BOX_MARGIN_M, axis=1)
            count += int(inside.sum())
    return float(count)


def lidar_frames(probe: Probe) -> float:
    """LiDAR sweeps that came with all the views."""
    return float(sum(isinstance(frame, LidarFrame) for view in probe.views for frame in view.bundle.frames.values()))


def reveal_s(probe: Probe) -> float:
    """From when half of the target can be seen for good until the car is nearest to it, at constant speed."""
    shares, gaps_m = probe.record.column("visible_share"), probe.record.column("gap_m")
    t_s = probe.record.column("t_s")
    nearest = int(np.argmin(gaps_m))
    hidden = np.flatnonzero(shares[: nearest + 1] < REVEALED_SHARE)
    seen = int(hidden[-1]) + 1 if len(hidden) else 0
    return float(t_s[nearest] - t_s[min(seen, nearest)])


def hidden_s(probe: Probe) -> float:
    """How long the target cannot be seen before the car is nearest to it."""
    shares, t_s = probe.record.column("visible_share"), probe.record.column("t_s")
    nearest = int(np.argmin(probe.record.column("gap_m")))
    return float((shares[:nearest] < HIDDEN_SHARE).sum() * (t_s[1] - t_s[0]))


QUANTITIES: dict[str, Quantity] = {
    quantity.__name__: quantity
    for quantity in (
        contrast,
        sky_contrast,
        luminance,
        color_distance,
        edges,
        pixels,
        height_px,
        width_px,
        group_width_px,
        offset_px,
        lift_px,
        red_pixels,
        line_contrast,
        road_pattern,
        glare,
        likeness,
        change,
        points,
        lidar_frames,
        reveal_s,
        hidden_s,
    )
}


def _luminances(view: View) -> dict[str, FloatArray]:
    """(H, W) display luminance, 0 to 255, by camera."""
    pictures = {name: frame.image_rgb for name, frame in view.bundle.frames.items() if isinstance(frame, CameraFrame)}
    return {name: np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), np.float64) for name, rgb in pictures.items()}


def _lab(probe: Probe) -> NDArray[np.float32]:
    """(H, W, 3) CIE 1976 L*a*b*."""
    return np.asarray(cv2.cvtColor(probe.rgb.astype(np.float32) / 255.0, cv2.COLOR_RGB2LAB), dtype=np.float32)


def _ring(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    kernel = np.ones((2 * RING_PX + 1,) * 2, np.uint8)
    return np.asarray(cv2.dilate(mask.astype(np.uint8), kernel) > 0) & ~mask


def _mean(values: FloatArray, mask: NDArray[np.bool_]) -> float:
    return float(values[mask].mean()) if mask.any() else 0.0


def _michelson(values: FloatArray, inside: NDArray[np.bool_], around: NDArray[np.bool_]) -> float:
    if not inside.any() or not around.any():
        return 0.0
    a, b = _mean(values, inside), _mean(values, around)
    return abs(a - b) / (a + b) if a + b > 0 else 0.0


def _extent_px(mask: NDArray[np.bool_], axis: int) -> float:
    """Rows (axis 1) or columns (axis 0) from the first to the last that a mask touches."""
    touched = np.flatnonzero(mask.any(axis=axis))
    return float(touched[-1] - touched[0] + 1) if len(touched) else 0.0
