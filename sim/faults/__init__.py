"""Sensor faults: what a rig's sensors can do wrong between the car and the stack, on any CARLA server.

One file a kind of fault; importing this package registers them all.
"""

from sim.faults import contents, mounting, timing
from sim.faults.registry import FAULTS, Fault, FaultConfig

__all__ = ["FAULTS", "Fault", "FaultConfig", "contents", "mounting", "timing"]
