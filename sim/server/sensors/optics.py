"""A camera by CARLA's attributes: its pixels, and what shutter, lens and film make of a picture."""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from sim.render.blur import Focus, Shutter
from sim.render.defects import failed_photosites
from sim.render.exposure import Adaptation, Metering
from sim.render.film import Curve, Film, developed, light_of_pixels
from sim.render.flow import Poses, flow_px, poses_of
from sim.render.glass import Glass
from sim.render.lens import Lens, LensMap
from sim.render.quality import Quality
from sim.render.rolling import RollingShutter
from sim.render.view import CameraView, Images
from sim.server.actors import Actor
from sim.server.sensors.adapter import (
    SensorState,
    TickView,
    attribute_flag,
    attribute_float,
    attribute_int,
    noise_rng_seed,
)
from sim.server.sensors.eyes import CameraRequest

IMAGE_HEADER = struct.Struct("<IIf")
_SHARP_DISTANCE_CM = 1000.0
"""CARLA's default of `focal_distance`, at which its pictures are sharp everywhere."""
_USUAL_SHUTTER = Shutter(0.45, 0.35, 0.1)
"""CARLA's default: the longest smear would be 0.35 % of the width, and none is drawn."""
_USUAL_BLOOM = 0.675


class CameraOptics:
    """A camera's pixels, angle of view and lens: what pictures of all kinds have."""

    def __init__(self, actor: Actor, server_seed: int) -> None:
        self.width_px = attribute_int(actor, "image_size_x", 800)
        self.height_px = attribute_int(actor, "image_size_y", 600)
        self.fov_deg = attribute_float(actor, "fov", 90.0)
        self.lens = LensMap(_lens(actor), self.width_px, self.height_px)
        self._quality = Quality(actor.attribute("moosetest_quality", Quality.HIGH))
        self._noise_seed = noise_rng_seed(server_seed, actor)

    @property
    def header(self) -> bytes:
        """The bytes before the pixels."""
        return IMAGE_HEADER.pack(self.width_px, self.height_px, self.fov_deg)

    def view(self, state: SensorState) -> CameraView:
        """The picture to take at a tick, without what is particular to colour."""
        return CameraView(
            width_px=self.width_px,
            height_px=self.height_px,
            fov_x_rad=math.radians(self.fov_deg),
            T_world_camera=state.T_world_sensor,
            noise_seed=(self._noise_seed + state.noise_frame) & 0xFFFFFFFF,
            quality=self._quality,
        )


@dataclass(frozen=True, slots=True)
class _Look:
    """What the renderer itself draws of the attributes: see `CameraView`."""

    gamma: float = 2.2
    noise: float = 1.0
    glare: float = 1.0
    flare: float = 0.0


class ColorCamera:
    """Takes colour pictures.

    Args:
        actor: the sensor, whose attributes are obeyed.
        server_seed: of all noise.
        noise: factor on the sensor noise.
    """

    def __init__(self, actor: Actor, server_seed: int, noise: float = 1.0) -> None:
        self.optics = CameraOptics(actor, server_seed)
        has_effects = attribute_flag(actor, "enable_postprocess_effects", default=True)
        self._look = _look(actor, noise) if has_effects else _Look(noise=0.0, glare=0.0)
        self._film = _film(actor) if has_effects else Film()
        self._focus = _focus(actor) if has_effects else Focus()
        self._shutter = _shutter(actor) if has_effects else Shutter()
        speeds = [attribute_float(actor, f"exposure_speed_{way}", 1.0) for way in ("up", "down")]
        self._eye = Adaptation(_metering(actor) if has_effects else Metering(), speeds[0], speeds[1])
        size_px, seed = (self.optics.width_px, self.optics.height_px), noise_rng_seed(server_seed, actor)
        self._rolling = RollingShutter(attribute_float(actor, "moosetest_rolling_shutter_ms", 0.0) * 1e-3)
        self._glass = _glass(actor, size_px, seed)
        self._defects = failed_photosites(attribute_int(actor, "moosetest_dead_pixels", 0), size_px, seed)
        self._last: Poses | None = None
        self._since_last_s = self._age_s = 0.0

    def request(self, state: SensorState) -> CameraRequest:
        """The picture that `picture` will develop; the eye adapts until then."""
        look = self._look
        self._since_last_s = state.since_last_s
        self._age_s += state.since_last_s
        view = replace(
            self.optics.view(state),
            metering=self._eye.adapt(state.since_last_s),
            gamma=look.gamma,
            noise=look.noise,
            glare=look.glare,
            flare=look.flare,
        )
        outputs = {"rgb"}
        if self._focus.blurs or self._sees_motion:
            outputs |= {"depth", "instance"}
        return CameraRequest(view, frozenset(outputs), state.actor.ignored_ids)

    def picture(self, request: CameraRequest, view: TickView) -> NDArray[np.uint8]:
        """(H, W, 3) colour as shutter, lens and film leave it."""
        images = view.eyes.images(request)
        if images.rgb is None:
            raise RuntimeError("camera: the renderer left out the colours that were asked for")
        self._eye.see(images.metered)
        rgb = self._exposed(images.rgb, images, request.view, view)
        if not self._glass.is_clean:
            rgb = self._glass.seen(rgb, view.eyes.scene.weather.precipitation, self._age_s)
        seen = self.optics.lens.seen(Images(rgb=self._film.developed(rgb))).rgb
        return self._defects.shown(rgb if seen is None else seen)

    @property
    def _sees_motion(self) -> bool:
        """Whether motion since the last picture changes this one."""
        return self._shutter.blurs or self._rolling.readout_s > 0.0

    def _exposed(self, rgb: NDArray[np.uint8], images: Images, view: CameraView, tick: TickView) -> NDArray[np.uint8]:
        """What an opening as wide, a time as long and a readout as slow as the camera's make of the moment."""
        depth_m, instance_id = images.depth_m, images.instance_id
        if depth_m is None or instance_id is None or not (self._focus.blurs or self._sees_motion):
            return rgb
        flow = None
        if self._sees_motion:
            now, before = poses_of(view, tick.eyes.scene), self._last
            flow = None if before is None else partial(flow_px, view, depth_m, instance_id, now, before)
            self._last = now
        light = sharp = light_of_pixels(rgb)
        if self._focus.blurs:
            light = self._focus.applied(light, depth_m, view.focal_px)
        if flow is not None and self._shutter.blurs:
            smear_px = self._shutter.smear_px(flow(self._shutter.steady_ids(instance_id)))
            light = self._shutter.applied(light, smear_px, depth_m)
        rgb = rgb if light is sharp else developed(light)
        if flow is not None and self._rolling.readout_s > 0.0 and self._since_last_s > 0.0:
            rgb = self._rolling.seen(rgb, flow(), depth_m, self._since_last_s)
        return rgb


def _look(actor: Actor, noise: float) -> _Look:
    return _Look(
        gamma=attribute_float(actor, "gamma", 2.2),
        noise=noise,
        glare=max(attribute_float(actor, "bloom_intensity", _USUAL_BLOOM), 0.0) / _USUAL_BLOOM,
        flare=max(attribute_float(actor, "lens_flare_intensity", 0.1), 0.0),
    )


def _metering(actor: Actor) -> Metering:
    seconds = 1.0 / attribute_float(actor, "shutter_speed", 200.0)
    light = seconds * 200.0 * (1.4 / attribute_float(actor, "fstop", 1.4)) ** 2
    stops = math.log2(light * attribute_float(actor, "iso", 100.0) / 100.0)
    return Metering(
        compensation_ev=attribute_float(actor, "exposure_compensation", 0.0),
        manual_ev=stops if actor.attribute("exposure_mode", "histogram") == "manual" else None,
        min_bright=attribute_float(actor, "exposure_min_bright", 10.0),
        max_bright=attribute_float(actor, "exposure_max_bright", 12.0),
    )


def _film(actor: Actor) -> Film:
    curve = Curve(
        slope=attribute_float(actor, "slope", 0.88),
        toe=attribute_float(actor, "toe", 0.55),
        shoulder=attribute_float(actor, "shoulder", 0.26),
        black_clip=attribute_float(actor, "black_clip", 0.0),
        white_clip=attribute_float(actor, "white_clip", 0.04),
    )
    return Film(curve, attribute_float(actor, "temp", 6500.0), attribute_float(actor, "tint", 0.0))


def _focus(actor: Actor) -> Focus:
    distance_cm = attribute_float(actor, "focal_distance", _SHARP_DISTANCE_CM)
    return Focus(
        distance_m=0.0 if distance_cm == _SHARP_DISTANCE_CM else distance_cm / 100.0,
        fstop=attribute_float(actor, "fstop", 1.4),
        min_fstop=attribute_float(actor, "min_fstop", 1.2),
        blades=attribute_int(actor, "blade_count", 5),
        haze_half_km=attribute_float(actor, "blur_amount", 1.0),
        haze_radius_px=attribute_float(actor, "blur_radius", 0.0),
    )


def _shutter(actor: Actor) -> Shutter:
    shutter = Shutter(
        attribute_float(actor, "motion_blur_intensity", 0.45),
        attribute_float(actor, "motion_blur_max_distortion", 0.35),
        attribute_float(actor, "motion_blur_min_object_screen_size", 0.1),
    )
    return Shutter() if shutter == _USUAL_SHUTTER else shutter


def _glass(actor: Actor, size_px: tuple[int, int], seed: int) -> Glass:
    dirt, drops = (attribute_float(actor, f"moosetest_{name}", 0.0) for name in ("dirt", "lens_drops"))
    return Glass(size_px, dirt, drops, seed)


def _lens(actor: Actor) -> Lens:
    has_effects = attribute_flag(actor, "enable_postprocess_effects")
    return Lens(
        multiplier=attribute_float(actor, "lens_circle_multiplier", 0.0),
        falloff=max(attribute_float(actor, "lens_circle_falloff", 5.0), 0.0),
        k=attribute_float(actor, "lens_k", -1.0),
        kcube=attribute_float(actor, "lens_kcube", 0.0),
        size_xy=(attribute_float(actor, "lens_x_size", 0.08), attribute_float(actor, "lens_y_size", 0.08)),
        fringe=attribute_float(actor, "chromatic_aberration_intensity", 0.0) if has_effects else 0.0,
        fringe_from=attribute_float(actor, "chromatic_aberration_offset", 0.0),
    )
