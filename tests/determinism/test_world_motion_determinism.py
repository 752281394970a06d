"""Same inputs, same bytes: twice in a process, in a new process, with another hash seed."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np

from moosetest.digest import Digest
from sim.world.collision_response import apply_effects, bodies_of, collision_response
from sim.world.collisions import OrientedBoxes, find_contacts
from sim.world.ground import FlatGround
from sim.world.loose_things import LooseThings
from sim.world.vehicle_motion import VehicleFleet, VehicleInput
from sim.world.vehicle_spec import vehicle_spec
from sim.world.walker_motion import WalkerCrowd, walker_spec

CAR = vehicle_spec("vehicle.lincoln.mkz_2020", (4.892, 1.837, 1.490))
ADULT = walker_spec("walker.pedestrian.0001", (0.375, 0.375, 1.86))
REPO = Path(__file__).parents[2]


def crash_digest() -> str:
    """Ten cars and five walkers meet in the middle."""
    rng = np.random.default_rng(3)
    fleet, crowd, digest = VehicleFleet(FlatGround()), WalkerCrowd(FlatGround()), Digest()
    for i in range(10):
        angle = 2 * np.pi * i / 10
        fleet.add(i, CAR, (25 * np.cos(angle), 25 * np.sin(angle), 0), (0, 0, angle + np.pi))
        fleet.set_input(i, VehicleInput(throttle=rng.uniform(0.5, 1), steer=rng.uniform(-0.02, 0.02)))
    for i in range(10, 15):
        crowd.add(i, ADULT, (*rng.uniform(-8, 8, 2), 0.93), (0, 0, 0))
        crowd.set_input(i, (*rng.normal(0, 1, 2), 0), 1.4)
    hits = 0
    for _ in range(120):
        fleet.step(0.05)
        crowd.step(0.05)
        contacts = find_contacts(boxes_of(fleet, crowd))
        effects, impulses = collision_response(contacts, bodies_of(range(15), fleet, crowd, LooseThings(FlatGround())))
        apply_effects(effects, fleet, crowd, LooseThings(FlatGround()))
        hits += len(contacts)
        digest.add([fleet.arrays(), crowd.arrays(), impulses])
    assert hits > 50
    return digest.hexdigest()


def boxes_of(fleet: VehicleFleet, crowd: WalkerCrowd) -> OrientedBoxes:
    cars, people = fleet.arrays(), crowd.arrays()
    yaw = np.concatenate([cars.rpy_rad[:, 2], people.rpy_rad[:, 2]])
    rotation = np.zeros((len(yaw), 3, 3))
    rotation[:, 0, 0] = rotation[:, 1, 1] = np.cos(yaw)
    rotation[:, 1, 0] = np.sin(yaw)
    rotation[:, 0, 1] = -rotation[:, 1, 0]
    rotation[:, 2, 2] = 1.0
    center = np.concatenate([cars.position_world_m + np.array([0, 0, 0.745]), people.position_world_m])
    half = np.concatenate([np.tile([2.446, 0.9185, 0.745], (10, 1)), np.tile([0.1875, 0.1875, 0.93], (5, 1))])
    return OrientedBoxes(np.concatenate([cars.actor_id, people.actor_id]), center, half, rotation)


def test_twice_in_one_process_is_the_same():
    assert crash_digest() == crash_digest()


def test_a_new_process_with_another_hash_seed_is_the_same():
    code = "from test_world_motion_determinism import crash_digest; print(crash_digest())"
    path = os.pathsep.join([str(REPO), str(REPO / "tests" / "determinism")])
    digests = set()
    for seed in ("1", "77"):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": path}
        done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
        digests.add(done.stdout.strip())
    assert digests == {crash_digest()}
