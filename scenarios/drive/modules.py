"""The modules that a failure can be traced to, in the order in which they act."""

from __future__ import annotations

from enum import Enum

from sim.rig import CameraMount, LidarMount, Mount


class Module(Enum):
    """A sensor is blamed with its detectors, fusion with the car's own place, control with the pedals and brakes."""

    CAMERA = "camera"
    LIDAR = "lidar"
    RADAR = "radar"
    FUSION = "fusion"
    PLANNER = "planner"
    CONTROL = "control"

    def __lt__(self, other: Module) -> bool:
        return CHAIN.index(self) < CHAIN.index(other)


CHAIN = tuple(Module)
SENSORS = (Module.CAMERA, Module.LIDAR, Module.RADAR)
STACK_SENSORS = {"fused": SENSORS, "camera": SENSORS[:1], "lidar": SENSORS[1:2], "radar": SENSORS[2:]}


def modules_of(stack: str) -> tuple[Module, ...]:
    """The modules of a stack by name: one without sensors has neither perception nor fusion."""
    sensors = STACK_SENSORS.get(stack, ())
    return (*sensors, *((Module.FUSION,) if sensors else ()), Module.PLANNER, Module.CONTROL)


def module_of(mount: Mount) -> Module:
    """The module that a camera, LiDAR or radar belongs to."""
    if isinstance(mount, CameraMount):
        return Module.CAMERA
    return Module.LIDAR if isinstance(mount, LidarMount) else Module.RADAR
