"""A car on rails drives up to a case at constant speed; what its sensors see, with masks of who is in the picture."""

from __future__ import annotations

import queue
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from moosetest.sensing import SensorBundle
from moosetest.timing import TICK_NS, s_from_ns
from scenarios.actors import Place
from scenarios.drive.stage import Stage, put_on_stage
from scenarios.staging import Staging
from sim import convert
from sim.faults.chain import FaultSpec, SensorFaults
from sim.rig import CameraMount, Rig
from sim.session import SENSOR_TIMEOUT_S, Session
from sim.suite import MissingBlueprintError
from sim.truth import GroundTruth

TICK_S = s_from_ns(TICK_NS)


@dataclass(frozen=True, slots=True, eq=False)
class Masks:
    """Who is in each pixel of one camera's picture: (H, W) CARLA's tags, and ids of actors, 0 for scenery."""

    tag: NDArray[np.uint8]
    actor_id: NDArray[np.uint16]


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """One instant of an approach: what the sensors sent, after the case's faults, and the truth about it."""

    t_s: float
    bundle: SensorBundle
    masks: dict[str, Masks]
    truth: GroundTruth


class MissingFrameError(RuntimeError):
    """A sensor did not send a frame of an approach: the harness failed, no model did."""


def approach(
    session: Session, staging: Staging, rig: Rig, sensors: frozenset[str], seed: int, times_s: Sequence[float]
) -> Iterator[View]:
    """The views at `times_s` (ascending, to the tick) of a drive at constant speed that nothing stops.

    The sensors are on for the ticks of the views alone; in between the world moves on without them.

    Args:
        session: with nobody on it yet.
        staging: the scene.
        rig: what the car carries; the case's faults may be of any of it.
        sensors: which of it are wanted.
        seed: of the sensors' noise.
        times_s: since the start.

    Raises:
        MissingFrameError: a sensor kept silent that no fault silenced.
        MissingBlueprintError: the server lacks something that the scene needs.
    """
    watched = rig.only(sensors)
    stage = put_on_stage(session, staging, watched)
    session.apply(_off_the_wheels(session))
    faults = SensorFaults(tuple(map(FaultSpec.parse, staging.faults)), rig, seed)
    wanted = {max(1, round(t_s / TICK_S)) for t_s in times_s}
    eyes: _Eyes | None = None
    tick = session.tick()
    for number in range(1, max(wanted) + 1):
        session.apply([*_on_rails(session, staging, stage, number), *stage.puppets.commands(tick.truth)])
        if (eyes is None) == (number in wanted):
            eyes = _switched(session, watched, seed, eyes)
        tick = session.tick()
        if tick.bundle.missing:
            raise MissingFrameError(f"{', '.join(sorted(tick.bundle.missing))} sent nothing at tick {number}")
        if eyes is not None:
            masks = eyes.collect(tick.truth.frame)
            yield View(number * TICK_S, faults.apply(tick.bundle), masks, tick.truth)
    if eyes is not None:
        _switched(session, watched, seed, eyes)


def _switched(session: Session, rig: Rig, seed: int, eyes: _Eyes | None) -> _Eyes | None:
    """The sensors on if they were off, off if they were on."""
    if eyes is None:
        session.attach_sensors(rig, seed)
        return _Eyes(session, rig)
    eyes.destroy()
    session.detach_sensors()
    return None


def _off_the_wheels(session: Session) -> list[Any]:
    import carla

    return [carla.command.SetSimulatePhysics(session.ego, False)]


def _on_rails(session: Session, staging: Staging, stage: Stage, number: int) -> list[Any]:
    """Commands that put the car where it is at that tick."""
    import carla

    pose = stage.path.pose(Place(staging.speed_mps * number * TICK_S))
    velocity = convert.carla_vector(pose[:3, 0] * staging.speed_mps)
    return [
        carla.command.ApplyTransform(session.ego, convert.carla_transform(pose)),
        carla.command.ApplyTargetVelocity(session.ego, velocity),
    ]


class _Eyes:
    """An instance segmentation camera beside each camera of a rig."""

    def __init__(self, session: Session, rig: Rig) -> None:
        self._actors: list[Any] = []
        self._inboxes: dict[str, queue.SimpleQueue[Any]] = {}
        for mount in rig.cameras:
            inbox: queue.SimpleQueue[Any] = queue.SimpleQueue()
            pose = convert.carla_transform((session.T_body_ego @ mount.T_ego_body).matrix)
            actor = session.world.spawn_actor(_blueprint(session, mount), pose, attach_to=session.ego)
            actor.listen(inbox.put)
            self._actors.append(actor)
            self._inboxes[mount.sensor_id] = inbox

    def collect(self, frame: int) -> dict[str, Masks]:
        """The masks of simulation frame `frame`."""
        return {sensor_id: self._await(sensor_id, inbox, frame) for sensor_id, inbox in self._inboxes.items()}

    def destroy(self) -> None:
        """Stop listening and remove the cameras."""
        for actor in self._actors:
            actor.stop()
        for actor in self._actors:
            actor.destroy()

    def _await(self, sensor_id: str, inbox: queue.SimpleQueue[Any], frame: int) -> Masks:
        while True:
            try:
                image = inbox.get(timeout=SENSOR_TIMEOUT_S)
            except queue.Empty as error:
                raise MissingFrameError(f"the masks of {sensor_id} did not come") from error
            if image.frame == frame:
                return Masks(*convert.instance_masks(image))


def _blueprint(session: Session, mount: CameraMount) -> Any:
    library = session.world.get_blueprint_library()
    try:
        blueprint = library.find("sensor.camera.instance_segmentation")
    except (IndexError, RuntimeError) as error:
        raise MissingBlueprintError("the server has no sensor.camera.instance_segmentation") from error
    for name, value in (
        ("image_size_x", mount.width_px),
        ("image_size_y", mount.height_px),
        ("fov", mount.fov_deg),
    ):
        blueprint.set_attribute(name, str(value))
    return blueprint
