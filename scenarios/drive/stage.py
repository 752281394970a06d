"""Puts a scene on a session: light, the car at its speed, everybody else."""

from __future__ import annotations

from dataclasses import dataclass

from scenarios.actors import Place
from scenarios.drive.path import LanePath
from scenarios.drive.puppets import Puppets
from scenarios.staging import EGO_BLUEPRINT, Staging
from sim import convert
from sim.rig import Rig
from sim.session import Session

PATH_LENGTH_M = 900.0
"""Beyond where any run ends: a car stops at the end of its path."""


@dataclass(frozen=True, slots=True, eq=False)
class Stage:
    """A scene that stands on a session.

    Args:
        rig: the sensors that what is seen is told of: those that are simulated, or those that are watched.
        path: the ego's lane path.
        puppets: everybody else.
        body_x_m: x of the ego box's centre in the ego frame.
    """

    rig: Rig
    path: LanePath
    puppets: Puppets
    body_x_m: float


def put_on_stage(session: Session, staging: Staging, rig: Rig) -> Stage:
    """Set the light, spawn the car and everybody else; the sensors of `rig` are for the caller to attach.

    Raises:
        MissingBlueprintError: the server lacks something that the scene needs.
        PlaceNotOnMapError: the scene begins off the map.
    """
    import carla

    weather = session.world.get_weather()
    for name, value in staging.weather.items():
        setattr(weather, name, value)
    session.world.set_weather(weather)
    path = LanePath(session.map, staging.start, PATH_LENGTH_M)
    pose = path.pose(Place(0.0))
    session.spawn_ego(EGO_BLUEPRINT, pose)
    velocity = convert.carla_vector(pose[:3, 0] * staging.speed_mps)
    session.apply(
        [
            carla.command.ApplyTargetVelocity(session.ego, velocity),
            # By its id: given the actor, the client of 0.9.16 makes a truth value of the lights.
            carla.command.SetVehicleLightState(session.ego.id, staging.ego_lights),
        ]
    )
    puppets = Puppets(session, staging, path)
    return Stage(rig, path, puppets, -float(session.T_body_ego.translation_m[0]))
