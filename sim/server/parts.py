"""The named parts of actors: a vehicle's components, bones and sockets are its body and its wheels."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from sim.server.actors import Actor
from sim.server.bodies import Bodies
from sim.server.physics_control import FRONT, N_WHEELS, wheel_center_body_m

ROOT = "root"
MESH, BOUNDS = "VehicleMesh", "VehicleBounds"
BASE = "Vehicle_Base"
WHEELS = ("Wheel_Front_Left", "Wheel_Front_Right", "Wheel_Rear_Left", "Wheel_Rear_Right")
"""CARLA's names, in the order of carla.VehicleWheelLocation."""

Parts = dict[str, NDArray[np.float64]]
"""Name to (4, 4) `T_body_part`."""


def components(actor: Actor) -> Parts:
    """What an actor is made of."""
    if actor.vehicle is None:
        return {ROOT: np.eye(4)}
    bounds = np.eye(4)
    bounds[:3, 3] = actor.box_center_body_m
    return {MESH: np.eye(4), BOUNDS: bounds}


def bones(bodies: Bodies, actor: Actor) -> Parts:
    """The bones of an actor, which are its sockets too: wheels steered and rolled as they are."""
    if actor.vehicle is None:
        return {ROOT: np.eye(4)}
    parts: Parts = {BASE: np.eye(4)}
    for index in range(N_WHEELS):
        steer_rad, rolled_rad = wheel_angles_rad(bodies, actor, index)
        parts[WHEELS[index]] = _turned(wheel_center_body_m(bodies.spec(actor), index), steer_rad, rolled_rad)
    return parts


def wheel_angles_rad(bodies: Bodies, actor: Actor, index: int) -> tuple[float, float]:
    """How far a wheel is steered (left +) and has rolled: what a client set, for vehicles without physics."""
    if actor.vehicle is not None and not actor.simulated:
        steer_deg = actor.vehicle.steer_overrides_deg.get(index, 0.0)
        return -math.radians(steer_deg), math.radians(actor.vehicle.pitch_overrides_deg.get(index, 0.0))
    steer_rad = bodies.steer_rad(actor) if index in FRONT else 0.0
    return steer_rad, (bodies.rolled_m(actor) / bodies.spec(actor).wheel_radius_m) % (2.0 * math.pi)


def _turned(place_m: tuple[float, float, float], steer_rad: float, rolled_rad: float) -> NDArray[np.float64]:
    """Steering about the vertical, then rolling about the axle, which points to the left: forward is positive."""
    cs, ss, cr, sr = math.cos(steer_rad), math.sin(steer_rad), math.cos(rolled_rad), math.sin(rolled_rad)
    pose = np.eye(4)
    pose[:3, :3] = [[cs * cr, -ss, cs * sr], [ss * cr, cs, ss * sr], [-sr, 0.0, cr]]
    pose[:3, 3] = place_m
    return pose
