"""Props with physics: falling, sliding, being pushed."""

import math

import pytest

from sim.world.ground import FlatGround
from sim.world.loose_things import FRICTION, LooseThings, ThingSpec

BOX = ThingSpec(half_m=(0.5, 0.3, 0.2), center_body_m=(0.0, 0.0, 0.2), mass_kg=12.0)
G = 9.81


def things_with(z_m: float = 0.0, **fields: tuple[float, float, float]) -> LooseThings:
    things = LooseThings(FlatGround())
    things.add(5, BOX, (0.0, 0.0, z_m), fields.get("rpy", (0.0, 0.0, 0.0)))
    return things


def run(things: LooseThings, seconds: float) -> None:
    for _ in range(round(seconds / 0.05)):
        things.step(0.05)


def test_it_falls_as_things_fall_and_lands_on_its_underside():
    things = things_with(z_m=10.0)
    run(things, 1.0)
    assert things.arrays().position_world_m[0, 2] == pytest.approx(10.0 - G / 2)
    run(things, 1.0)
    assert things.arrays().position_world_m[0, 2] == 0.0
    assert things.arrays().velocity_world_mps[0, 2] == 0.0


def test_tilted_it_lands_on_its_lowest_corner():
    things = things_with(z_m=3.0, rpy=(math.radians(90.0), 0.0, 0.0))
    run(things, 2.0)
    # on its side: the origin, in the middle of the underside, is half the width up
    assert things.arrays().position_world_m[0, 2] == pytest.approx(0.3, abs=1e-6)


def test_it_slides_v_squared_over_two_mu_g():
    things = things_with()
    things.set_velocity(5, (3.0, 4.0, 0.0))
    run(things, 2.0)
    moved = things.arrays().position_world_m[0]
    assert math.hypot(moved[0], moved[1]) == pytest.approx(5.0**2 / (2 * FRICTION * G), rel=0.02)
    assert moved[1] / moved[0] == pytest.approx(4 / 3)


def test_an_impulse_beside_the_middle_turns_it():
    things = things_with(z_m=50.0)
    things.apply_impulse(5, (0.0, 6.0, 0.0), (0.4, 0.0, 50.2))
    things.step(0.05)
    inertia_kgm2 = 12.0 * ((2 * 0.5) ** 2 + (2 * 0.3) ** 2) / 12
    assert things.arrays().velocity_world_mps[0, 1] == pytest.approx(0.5)
    assert things.arrays().angular_velocity_world_radps[0, 2] == pytest.approx(0.4 * 6.0 / inertia_kgm2)


def test_a_turn_ends_by_friction():
    things = things_with()
    things.set_angular_velocity(5, (0.0, 0.0, 4.0))
    run(things, 3.0)
    assert things.arrays().angular_velocity_world_radps[0, 2] == 0.0


def test_without_gravity_it_floats_and_ids_are_kept_apart():
    things = things_with(z_m=5.0)
    things.set_enable_gravity(5, False)
    run(things, 1.0)
    assert things.arrays().position_world_m[0, 2] == 5.0
    with pytest.raises(ValueError, match="loose already"):
        things.add(5, BOX, (0, 0, 0), (0, 0, 0))
    things.remove(5)
    assert len(things) == 0
    with pytest.raises(KeyError):
        things.spec(5)
