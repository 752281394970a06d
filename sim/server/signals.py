"""Traffic lights of an episode: their controllers, which take turns, and what each light shows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sim.server.world_map import WorldMap
from sim.world.maps.data import OrientedBoxArrays, SignalHead

RED, YELLOW, GREEN, OFF = 0, 1, 2, 3
"""carla.TrafficLightState."""
GREEN_S, YELLOW_S, RED_S = 10.0, 3.0, 2.0
"""CARLA's times: `red` is how long all lights of a junction are red before the next controller gets green."""
_CLOCK_ERROR_S = 1e-5
"""Clients tell times as 32-bit floats: good to 4 us at a minute."""
ALONE_RED_S = 10.0
"""CARLA's red time of a light that no controller has."""

Box = tuple[NDArray[np.float64], NDArray[np.float64]]
"""Centre and full size, (3,) each."""


@dataclass(slots=True, eq=False)
class Controller:
    """What the lights of one turn have in common: their times, and how long they have shown what they show."""

    green_s: float = GREEN_S
    yellow_s: float = YELLOW_S
    red_s: float = RED_S
    elapsed_s: float = 0.0
    lights: list[SignalLight] = field(default_factory=list)

    def length_s(self, color: int) -> float:
        """How long a colour lasts."""
        return {GREEN: self.green_s, YELLOW: self.yellow_s, RED: self.red_s}[color]

    def show(self, color: int) -> None:
        """All its lights take a colour."""
        self.elapsed_s = 0.0
        for light in self.lights:
            light.color = color


@dataclass(slots=True, eq=False)
class SignalLight:
    """One traffic light actor; `pole_index` is its place among the lights of its controller."""

    actor_id: int
    head: SignalHead
    controller: Controller
    cycle: Cycle
    pole_index: int
    color: int = RED

    @property
    def frozen(self) -> bool:
        """Whether its junction stands still."""
        return self.cycle.frozen

    @property
    def T_world_actor(self) -> NDArray[np.float64]:
        """(4, 4) pose of the actor as CARLA has it: a quarter turn to the right of its landmark's."""
        return a_quarter_right(self.head.sign.T_world_sign)

    @property
    def trigger_box(self) -> Box:
        """Centre in the actor's frame and full size (3,) of the volume round all its areas."""
        return box_round(self.head.sign.areas, self.T_world_actor)


class Cycle:
    """The lights of one junction: controllers get green one after the other."""

    def __init__(self) -> None:
        self.controllers: list[Controller] = []
        self.frozen = False
        self._turn, self._phase = 0, GREEN

    def reset(self) -> None:
        """The first controller is green, from now."""
        self._turn, self._phase = 0, GREEN
        for controller in self.controllers:
            controller.show(RED)
        self.controllers[0].show(GREEN)

    def take_up(self) -> None:
        """Go on from what the lights show: they were set from outside."""
        for turn, controller in enumerate(self.controllers):
            shown = {light.color for light in controller.lights}
            if shown & {GREEN, YELLOW}:
                self._turn, self._phase = turn, GREEN if GREEN in shown else YELLOW

    def step(self, dt_s: float) -> None:
        """Let time pass."""
        if self.frozen:
            return
        active = self.controllers[self._turn]
        active.elapsed_s += dt_s
        rest_s = active.elapsed_s - active.length_s(self._phase)
        if rest_s < -_CLOCK_ERROR_S:
            return
        self._phase = {GREEN: YELLOW, YELLOW: RED, RED: GREEN}[self._phase]
        if self._phase == GREEN:
            active.elapsed_s = 0.0
            self._turn = (self._turn + 1) % len(self.controllers)
        self.controllers[self._turn].show(self._phase)
        self.controllers[self._turn].elapsed_s = rest_s


class Signals:
    """All traffic lights of an episode.

    Args:
        world_map: has the heads, and which junction controls which signal.
        actor_ids: gives each light its actor id.
    """

    def __init__(self, world_map: WorldMap, actor_ids: Iterator[int]) -> None:
        self.lights: dict[int, SignalLight] = {}
        self.told = False
        """Whether a client has set any light: the clock's first taker finds lights as they were set, else fresh."""
        self._cycles: dict[str, Cycle] = {}
        heads = world_map.data.signal_heads
        turns = sorted({(head.cycle, head.group) for head in heads})
        controllers = {turn: Controller() for turn in turns}
        for cycle, group in turns:
            self._cycles.setdefault(cycle, Cycle()).controllers.append(controllers[cycle, group])
        for head in heads:
            controller = controllers[head.cycle, head.group]
            light = SignalLight(next(actor_ids), head, controller, self._cycles[head.cycle], len(controller.lights))
            if head.cycle.startswith("signal "):
                controller.red_s = ALONE_RED_S
            controller.lights.append(light)
            self.lights[light.actor_id] = light
        self.reset()

    def step(self, dt_s: float) -> None:
        """Let time pass."""
        for cycle in self._cycles.values():
            cycle.step(dt_s)

    def reset(self) -> None:
        """All junctions begin their cycle again."""
        for cycle in self._cycles.values():
            cycle.reset()

    def freeze(self, frozen: bool) -> None:
        """Hold all junctions as they are, or let them go on."""
        for cycle in self._cycles.values():
            cycle.frozen = frozen

    def begin(self) -> None:
        """A client takes the clock: how long the server idled before must not show in the lights."""
        if not self.told:
            self.reset()
            self.told = True

    def group_of(self, actor_id: int) -> list[int]:
        """All lights of the same junction, controller by controller."""
        return [light.actor_id for c in self.lights[actor_id].cycle.controllers for light in c.lights]


def a_quarter_right(T_world_sign: NDArray[np.float64]) -> NDArray[np.float64]:
    """CARLA's actors of lights and signs are turned a quarter to the right of their landmarks."""
    pose = T_world_sign.copy()
    pose[:3, 0], pose[:3, 1] = -T_world_sign[:3, 1], T_world_sign[:3, 0]
    return pose


def box_round(areas: OrientedBoxArrays, T_world_actor: NDArray[np.float64]) -> Box:
    """Centre and full size (3,) of the box in an actor's frame that just holds all areas; of nothing, no box."""
    if not len(areas):
        return np.zeros(3), np.zeros(3)
    sides = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)])
    cos, sin = np.cos(areas.yaw_rad), np.sin(areas.yaw_rad)
    turn = np.zeros((len(areas), 3, 3))
    turn[:, 0, 0], turn[:, 0, 1], turn[:, 1, 0], turn[:, 1, 1], turn[:, 2, 2] = cos, -sin, sin, cos, 1.0
    corners = areas.center_world_m[:, None] + np.einsum("nij,nkj->nki", turn, sides * areas.half_m[:, None])
    inside = (corners.reshape(-1, 3) - T_world_actor[:3, 3]) @ T_world_actor[:3, :3]
    low, high = inside.min(axis=0), inside.max(axis=0)
    return (low + high) / 2, high - low
