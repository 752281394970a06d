"""Traffic lights of an episode: their cycles, and which vehicle stands before which light."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.server.world_map import WorldMap
from sim.world.maps.data import SignalHead

RED, YELLOW, GREEN, OFF = 0, 1, 2, 3
"""carla.TrafficLightState."""
GREEN_S, YELLOW_S, RED_S = 10.0, 3.0, 2.0
"""CARLA's times: `red` is how long all lights of a junction are red before the next group gets green."""
REACH_BEFORE_LINE_M = 12.0
"""A car at 50 km/h that brakes with 8 m/s2 stops in 12 m: a light must count from there on."""
REACH_BEHIND_LINE_M = 1.0
_LATERAL_SLACK_M = 0.3
_HEADING_COS = 0.5


@dataclass(slots=True, eq=False)
class SignalLight:
    """One traffic light actor; `pole_index` is its place in its group."""

    actor_id: int
    head: SignalHead
    cycle: str
    pole_index: int
    color: int = RED
    elapsed_s: float = 0.0
    green_s: float = GREEN_S
    yellow_s: float = YELLOW_S
    red_s: float = RED_S
    frozen: bool = False

    @property
    def T_world_actor(self) -> NDArray[np.float64]:
        """(4, 4) pose of the actor: under the head at the height of the road, x along the stop line as CARLA has it."""
        along, forward, middle = self.stop_line()
        pose = np.eye(4)
        pose[:3, 0], pose[:3, 1] = along, forward
        pose[:3, 3] = *self.head.T_world_head[:2, 3], middle[2]
        return pose

    @property
    def trigger_box(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Centre in the actor's frame and full size (3,) of the volume before the stop line."""
        pose = self.T_world_actor
        _, forward, middle = self.stop_line()
        center = middle - forward * (REACH_BEFORE_LINE_M - REACH_BEHIND_LINE_M) / 2 + np.array([0.0, 0.0, 1.0])
        width = float(np.linalg.norm(self.head.stop_line_world_m[1] - self.head.stop_line_world_m[0]))
        size = np.array([width, REACH_BEFORE_LINE_M + REACH_BEHIND_LINE_M, 2.0])
        return pose[:3, :3].T @ (center - pose[:3, 3]), size

    def stop_line(self) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """Unit vectors along the line (to the right) and in driving direction, and its middle, in the world."""
        left, right = self.head.stop_line_world_m
        along = (right - left) * np.array([1.0, 1.0, 0.0])
        along = along / np.linalg.norm(along)
        return along, np.cross([0.0, 0.0, 1.0], along), (left + right) / 2


class _Cycle:
    """The lights of one junction: groups get green one after the other."""

    def __init__(self, lights: list[SignalLight]) -> None:
        numbers = sorted({light.head.group for light in lights})
        self._groups = [[light for light in lights if light.head.group == n] for n in numbers]
        self._lights = lights
        self.reset()

    def reset(self) -> None:
        """The first group is green, from now."""
        self._turn, self._phase, self._elapsed_s = 0, GREEN, 0.0
        self._show()

    def step(self, dt_s: float) -> None:
        """Let time pass; frozen lights hold the whole junction."""
        if any(light.frozen for light in self._lights):
            return
        for light in self._lights:
            light.elapsed_s += dt_s
        self._elapsed_s += dt_s
        first = self._groups[self._turn][0]
        length_s = {GREEN: first.green_s, YELLOW: first.yellow_s, RED: first.red_s}[self._phase]
        if self._elapsed_s < length_s - 1e-9:
            return
        self._elapsed_s -= length_s
        self._phase = {GREEN: YELLOW, YELLOW: RED, RED: GREEN}[self._phase]
        if self._phase == GREEN:
            self._turn = (self._turn + 1) % len(self._groups)
        self._show()

    def _show(self) -> None:
        for number, group in enumerate(self._groups):
            color = self._phase if number == self._turn else RED
            for light in group:
                if light.color != color:
                    light.color, light.elapsed_s = color, 0.0


class Signals:
    """All traffic lights of an episode.

    Args:
        world_map: has the heads, and which junction controls which signal.
        actor_ids: gives each light its actor id.
    """

    def __init__(self, world_map: WorldMap, actor_ids: Iterator[int]) -> None:
        cycles = _cycle_of_signal(world_map)
        count: dict[int, int] = {}
        self.lights: dict[int, SignalLight] = {}
        for head in world_map.data.signal_heads:
            place = count[head.group] = count.get(head.group, -1) + 1
            light = SignalLight(next(actor_ids), head, cycles.get(head.opendrive_signal_id, ""), place)
            self.lights[light.actor_id] = light
        names = sorted({light.cycle for light in self.lights.values()})
        self._cycles = {n: _Cycle([light for light in self.lights.values() if light.cycle == n]) for n in names}
        self._set_up_reach()

    def step(self, dt_s: float) -> None:
        """Let time pass."""
        for cycle in self._cycles.values():
            cycle.step(dt_s)

    def reset(self) -> None:
        """All junctions begin their cycle again."""
        for cycle in self._cycles.values():
            cycle.reset()

    def reset_group_of(self, actor_id: int) -> None:
        """The junction of a light begins its cycle again."""
        self._cycles[self.lights[actor_id].cycle].reset()

    def group_of(self, actor_id: int) -> list[int]:
        """All lights of the same junction."""
        cycle = self.lights[actor_id].cycle
        return [light.actor_id for light in self.lights.values() if light.cycle == cycle]

    def before(self, front_world_m: NDArray[np.float64], heading_world: NDArray[np.float64]) -> NDArray[np.intp]:
        """The light that governs each vehicle.

        Args:
            front_world_m: (N, 3) middle of the front bumpers.
            heading_world: (N, 3) unit vectors.

        Returns:
            (N,) index into `lights` in order, -1 for none.
        """
        if not self.lights or not len(front_world_m):
            return np.full(len(front_world_m), -1, np.intp)
        offset = front_world_m[:, None, :] - self._middle
        ahead = np.einsum("nkc,kc->nk", offset, self._forward)
        aside = np.abs(np.einsum("nkc,kc->nk", offset, self._along))
        inside = (ahead > -REACH_BEFORE_LINE_M) & (ahead < REACH_BEHIND_LINE_M) & (aside < self._half_width_m)
        inside &= heading_world @ self._forward.T > _HEADING_COS
        return np.where(inside.any(axis=1), inside.argmax(axis=1), -1)

    def _set_up_reach(self) -> None:
        lines = [light.stop_line() for light in self.lights.values()]
        ends = [light.head.stop_line_world_m for light in self.lights.values()]
        self._along = np.array([along for along, _, _ in lines]).reshape(-1, 3)
        self._forward = np.array([forward for _, forward, _ in lines]).reshape(-1, 3)
        self._middle = np.array([middle for _, _, middle in lines]).reshape(-1, 3)
        widths = [float(np.linalg.norm(right - left)) for left, right in ends]
        self._half_width_m = np.array(widths) / 2 + _LATERAL_SLACK_M


def _cycle_of_signal(world_map: WorldMap) -> dict[str, str]:
    """Junction id by signal id, through OpenDRIVE's controllers; signals that none controls share one cycle."""
    controlled = {c.get("id", ""): list(_signal_ids(c.iter("control"))) for c in world_map.xml.iter("controller")}
    cycles: dict[str, str] = {}
    for junction in world_map.xml.iter("junction"):
        for reference in junction.iter("controller"):
            for signal in controlled.get(reference.get("id", ""), []):
                cycles[signal] = junction.get("id", "")
    return cycles


def _signal_ids(controls: Iterable[object]) -> Iterator[str]:
    for control in controls:
        yield control.get("signalId", "")  # type: ignore[attr-defined]
