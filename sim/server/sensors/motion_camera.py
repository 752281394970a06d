"""Cameras that compare two ticks: optical flow and events."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.render.view import R_OPTICAL_BODY
from sim.server.actors import Actor
from sim.server.sensors.adapter import (
    Payload,
    SensorState,
    TickView,
    attribute_float,
    noise_rng_seed,
)
from sim.server.sensors.camera import CameraOptics
from sim.server.sensors.eyes import CameraRequest, previous_poses

_EVENT = np.dtype([("x", "<u2"), ("y", "<u2"), ("t_ns", "<i8"), ("polarity", "?")])
_LUMA = np.array([0.2126, 0.7152, 0.0722])
"""Rec. 709."""


class FlowCamera:
    """Optical flow since the last picture: pixels moved right and down, as shares of the image's width and height."""

    def __init__(self, actor: Actor, server_seed: int) -> None:
        self._optics = CameraOptics(actor, server_seed)
        self._last: tuple[NDArray[np.float64], dict[int, NDArray[np.float64]]] | None = None

    def request(self, state: SensorState) -> CameraRequest:
        """Depth, and which actor each pixel shows."""
        outputs = frozenset({"depth", "instance", "tag"})
        return CameraRequest(self._optics.view(state), outputs, state.actor.ignored_ids)

    def measure(self, state: SensorState, view: TickView) -> list[Payload]:
        """One flow image; the first is all zero."""
        request = self.request(state)
        images = view.eyes.images(request)
        poses = previous_poses(view.eyes.scene)
        T_world_camera = state.T_world_sensor.copy()
        flow = np.zeros((self._optics.height_px, self._optics.width_px, 2), "<f4")
        if self._last is not None and images.depth_m is not None and images.instance_id is not None:
            T_last, last_poses = self._last
            flow = self._flow(images.depth_m, images.instance_id, (T_world_camera, T_last), (poses, last_poses))
        self._last = (T_world_camera, poses)
        return [(self._optics.header, flow.tobytes())]

    def _flow(
        self,
        depth_m: NDArray[np.float32],
        instance_id: NDArray[np.uint32],
        T_world_camera: tuple[NDArray[np.float64], NDArray[np.float64]],
        poses: tuple[dict[int, NDArray[np.float64]], dict[int, NDArray[np.float64]]],
    ) -> NDArray[np.float32]:
        height, width = depth_m.shape
        focal_px = (width / 2.0) / np.tan(np.radians(self._optics.fov_deg) / 2.0)
        u, v = np.meshgrid(np.arange(width) + 0.5, np.arange(height) + 0.5)
        optical = np.stack([(u - width / 2) / focal_px, (v - height / 2) / focal_px, np.ones_like(u)], axis=-1)
        body = (optical * depth_m[..., None]) @ R_OPTICAL_BODY
        now, last = T_world_camera
        world = body @ now[:3, :3].T + now[:3, 3]
        for identity in np.unique(instance_id):
            present, before = (known.get(int(identity)) for known in poses)
            if identity and present is not None and before is not None:
                shown = instance_id == identity
                back = before @ np.linalg.inv(present)
                world[shown] = world[shown] @ back[:3, :3].T + back[:3, 3]
        seen = (world - last[:3, 3]) @ last[:3, :3] @ R_OPTICAL_BODY.T
        ahead = np.maximum(seen[..., 2], 1e-3)
        was_u = focal_px * seen[..., 0] / ahead + width / 2
        was_v = focal_px * seen[..., 1] / ahead + height / 2
        return np.stack([(u - was_u) / width, (v - was_v) / height], axis=-1).astype("<f4")


class EventCamera:
    """A dynamic vision sensor: an event for each crossing of the brightness thresholds since the last picture."""

    def __init__(self, actor: Actor, server_seed: int) -> None:
        self._optics = CameraOptics(actor, server_seed)
        self._seed = noise_rng_seed(server_seed, actor)
        self._threshold = tuple(
            max(attribute_float(actor, f"{sign}_threshold", 0.3), 0.01) for sign in ("positive", "negative")
        )
        self._spread = tuple(
            max(attribute_float(actor, f"sigma_{sign}_threshold", 0.0), 0.0) for sign in ("positive", "negative")
        )
        self._uses_log = actor.attribute("use_log", "true").lower() == "true"
        self._log_offset = max(attribute_float(actor, "log_eps", 0.001), 1e-6)
        self._reference: NDArray[np.float64] | None = None
        self._last_ns = 0

    def request(self, state: SensorState) -> CameraRequest:
        """Colour."""
        return CameraRequest(self._optics.view(state), frozenset({"rgb"}), state.actor.ignored_ids)

    def measure(self, state: SensorState, view: TickView) -> list[Payload]:
        """The events since the last tick in order of time; the first picture only sets the reference."""
        image = view.eyes.images(self.request(state)).rgb
        if image is None:
            return []
        level = self._level(image)
        events = np.zeros(0, _EVENT)
        if self._reference is not None:
            rng = np.random.default_rng((self._seed, state.noise_frame))
            events = self._events(level, self._reference, view.now.elapsed_ns, rng)
        else:
            self._reference = level
        self._last_ns = view.now.elapsed_ns
        return [(self._optics.header, events.tobytes())]

    def _level(self, image: NDArray[np.uint8]) -> NDArray[np.float64]:
        brightness = image.astype(np.float64) @ _LUMA / 255.0
        return np.log(self._log_offset + brightness) if self._uses_log else brightness

    def _events(
        self, level: NDArray[np.float64], reference: NDArray[np.float64], now_ns: int, rng: np.random.Generator
    ) -> NDArray[np.void]:
        """Crossings at the times at which a steady change would make them; moves the reference along."""
        found = []
        for sign, threshold, spread in zip((1.0, -1.0), self._threshold, self._spread, strict=True):
            step = np.full(level.shape, threshold)
            if spread > 0:
                step = np.maximum(step + spread * rng.standard_normal(level.shape), 0.01)
            change = sign * (level - reference)
            crossings = np.floor(np.maximum(change, 0.0) / step).astype(np.int64)
            rows, columns = np.nonzero(crossings)
            count = crossings[rows, columns]
            events = np.zeros(int(count.sum()), _EVENT)
            events["x"], events["y"] = np.repeat(columns, count), np.repeat(rows, count)
            number = np.arange(len(events)) - np.repeat(np.cumsum(count) - count, count) + 1
            share = number * np.repeat(step[rows, columns] / change[rows, columns], count)
            events["t_ns"] = self._last_ns + (share * (now_ns - self._last_ns)).astype(np.int64)
            events["polarity"] = sign > 0
            reference += sign * crossings * step
            found.append(events)
        joined = np.concatenate(found)
        return joined[np.lexsort((joined["x"], joined["y"], joined["t_ns"]))]
