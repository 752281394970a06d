"""Cameras that compare two pictures: optical flow and events."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.render.flow import Poses, flow_px, poses_of
from sim.server.actors import Actor
from sim.server.sensors.adapter import (
    Payload,
    SensorState,
    TickView,
    attribute_flag,
    attribute_float,
    attribute_int,
    noise_rng_seed,
)
from sim.server.sensors.eyes import CameraRequest
from sim.server.sensors.optics import CameraOptics, ColorCamera

_EVENT = np.dtype([("x", "<u2"), ("y", "<u2"), ("t_ns", "<i8"), ("polarity", "?")])
_LUMA = np.array([0.2989, 0.5870, 0.1140])
"""Rec. 601, as CARLA weighs colours."""
_SAME = 1e-6
"""Smaller changes of brightness are none."""
MOST_EVENTS = 1 << 21
"""Of one picture, in equal shares for the pixels: a threshold near nothing would take all memory."""
_LEAST_STEP = 0.01
"""Of a threshold with noise."""


class FlowCamera:
    """Optical flow since the last picture, in halves of the picture: x to the right, y up (Unreal's clip space).

    A pixel that came from `p` to `q` has x = 2 (q - p).x / width and y = -2 (q - p).y / height.
    """

    def __init__(self, actor: Actor, server_seed: int) -> None:
        self._optics = CameraOptics(actor, server_seed)
        self._last: Poses | None = None

    def request(self, state: SensorState) -> CameraRequest:
        """Depth, and which actor each pixel shows."""
        return CameraRequest(self._optics.view(state), frozenset({"depth", "instance"}), state.actor.ignored_ids)

    def measure(self, state: SensorState, view: TickView) -> list[Payload]:
        """One flow image; the first is all zero."""
        request = self.request(state)
        images = view.eyes.images(request)
        now = poses_of(request.view, view.eyes.scene)
        flow = np.zeros((self._optics.height_px, self._optics.width_px, 2), np.float32)
        if self._last is not None and images.depth_m is not None and images.instance_id is not None:
            earlier = view.eyes.earlier_points(request.view, images.instance_id, self._last)
            flow = flow_px(request.view, images.depth_m, images.instance_id, now, self._last, earlier=earlier)
        self._last = now
        halves = np.array([2.0 / self._optics.width_px, -2.0 / self._optics.height_px], np.float32)
        return [(self._optics.header, self._optics.lens.truth(flow * halves).astype("<f4").tobytes())]


class EventCamera:
    """A dynamic vision sensor: an event for each crossing of a brightness threshold since the last picture."""

    def __init__(self, actor: Actor, server_seed: int) -> None:
        self._camera = ColorCamera(actor, server_seed, noise=0.0)
        self._request: CameraRequest | None = None
        self._seed = noise_rng_seed(server_seed, actor)
        self._threshold = tuple(attribute_float(actor, f"{sign}_threshold", 0.3) for sign in ("positive", "negative"))
        self._spread = tuple(
            attribute_float(actor, f"sigma_{sign}_threshold", 0.0) for sign in ("positive", "negative")
        )
        self._rest_ns = attribute_int(actor, "refractory_period_ns", 0)
        self._uses_log = attribute_flag(actor, "use_log", default=True)
        self._log_offset = attribute_float(actor, "log_eps", 0.001)
        self._level: NDArray[np.float64] | None = None
        self._reference = np.zeros(0)
        self._last_event_ns = np.zeros(0, np.int64)
        self._last_ns = 0

    def request(self, state: SensorState) -> CameraRequest:
        """Colour."""
        self._request = self._camera.request(state)
        return self._request

    def measure(self, state: SensorState, view: TickView) -> list[Payload]:
        """The events since the last picture in order of time; nothing at all, as in CARLA, if there are none."""
        image = self._camera.picture(self._request or self.request(state), view)
        level, now_ns = self._brightness(image).ravel(), view.now.elapsed_ns
        events = np.zeros(0, _EVENT)
        if self._level is None:
            self._reference = level.copy()
            self._last_event_ns = np.full(level.shape, -1, np.int64)
        else:
            rng = np.random.default_rng((self._seed, state.noise_frame))
            events = self._events(self._level, level, now_ns, rng)
        self._level, self._last_ns = level, now_ns
        return [(self._camera.optics.header, events.tobytes())] if len(events) else []

    def _brightness(self, image: NDArray[np.uint8]) -> NDArray[np.float64]:
        grey = image.astype(np.float64) @ _LUMA
        return np.asarray(np.log(self._log_offset + grey / 255.0)) if self._uses_log else grey

    def _events(
        self, before: NDArray[np.float64], after: NDArray[np.float64], now_ns: int, rng: np.random.Generator
    ) -> NDArray[np.void]:
        """Crossings, at the times at which a steady change would make them; moves the reference along."""
        sign = np.where(after >= before, 1.0, -1.0)
        step = self._steps(sign, rng)
        first = self._reference + sign * step
        crosses = (sign * (first - before) > 0.0) & (sign * (after - first) >= 0.0) & (np.abs(after - before) > _SAME)
        pixels = np.flatnonzero(crosses)
        before, after, first = before[pixels], after[pixels], first[pixels]
        sign, step = sign[pixels], step[pixels]
        count = 1 + np.floor(sign * (after - first) / step).astype(np.int64)
        self._reference[pixels] = first + sign * step * (count - 1)
        period_ns = now_ns - self._last_ns
        first_ns, apart_ns = ((part / np.abs(after - before) * period_ns) for part in (np.abs(first - before), step))
        skipped, stride = self._rests(pixels, first_ns, apart_ns)
        kept = np.maximum(1 + (count - 1 - skipped) // stride, 0)
        kept = np.minimum(kept, max(1, MOST_EVENTS // max(len(kept), 1)))
        pixel = np.repeat(np.arange(len(pixels)), kept)
        number = skipped[pixel] + stride[pixel] * _numbers(kept)
        t_ns = self._last_ns + np.minimum(first_ns[pixel] + number * apart_ns[pixel], period_ns).astype(np.int64)
        self._last_event_ns[pixels[pixel]] = t_ns  # of several the last is kept: they are in order of time
        order = np.argsort(t_ns, kind="stable")  # of one time: row by row
        events = np.empty(len(order), _EVENT)
        events["y"], events["x"] = np.divmod(pixels[pixel[order]], self._camera.optics.width_px)
        events["t_ns"], events["polarity"] = t_ns[order], sign[pixel[order]] > 0.0
        return events

    def _steps(self, sign: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.float64]:
        """The threshold of each pixel this time."""
        step = np.where(sign > 0, self._threshold[0], self._threshold[1])
        spread = np.where(sign > 0, self._spread[0], self._spread[1])
        if self._spread == (0.0, 0.0):
            return step
        noisy = np.maximum(step + spread * rng.standard_normal(len(sign)), _LEAST_STEP)
        return np.where(spread > 0.0, noisy, step)

    def _rests(
        self, pixels: NDArray[np.intp], first_ns: NDArray[np.float64], apart_ns: NDArray[np.float64]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """How many crossings each pixel sleeps through at first, and the number of crossings from event to event.

        Args:
            pixels: (N,) those that cross.
            first_ns: (N,) time of the first crossing since the last picture.
            apart_ns: (N,) time from crossing to crossing.
        """
        last_ns = self._last_event_ns[pixels]
        awake_ns = np.where(last_ns < 0, 0.0, (last_ns - self._last_ns) + float(self._rest_ns))
        return _crossings(awake_ns - first_ns, apart_ns, 0), _crossings(np.float64(self._rest_ns), apart_ns, 1)


def _crossings(
    time_ns: NDArray[np.float64] | np.float64, apart_ns: NDArray[np.float64], least: int
) -> NDArray[np.int64]:
    """How many crossings pass in a time; exact multiples are not rounded up by the last bit."""
    passed = np.ceil(time_ns / np.maximum(apart_ns, 1e-3) - 1e-9)
    return np.clip(passed, least, 2.0**53).astype(np.int64)


def _numbers(count: NDArray[np.int64]) -> NDArray[np.int64]:
    """0, 1, ... count - 1 for each entry, one after another."""
    return np.arange(int(count.sum())) - np.repeat(np.cumsum(count) - count, count)
