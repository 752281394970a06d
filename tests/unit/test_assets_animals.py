"""How animals step and lie, worked out from their strides."""

from __future__ import annotations

import numpy as np
import pytest

from sim.assets import library
from sim.assets.animals.breeds import BREEDS
from sim.assets.animals.names import ANIMALS, DEER, HORSE_RIDER, KANGAROO, MOOSE
from sim.assets.animals.quadruped import quadruped_joints
from sim.assets.animals.stride import GALLOP, HOP, STRIDES, TROT, WALK, foot_at
from sim.assets.mesh import Material, MeshKey

GRAVITY_MPS2 = 9.81


@pytest.mark.parametrize("name", BREEDS)
@pytest.mark.parametrize("gait", ["walk", "run"])
def test_a_hoof_on_the_ground_stays_where_it_is(name: str, gait: str) -> None:
    """The body goes on by an eighth of a stride a phase, and so does the foot go back under it."""
    stride_m = STRIDES[name].length_m(gait == "run")
    soles = np.array(
        [[leg[-1] for leg in quadruped_joints(BREEDS[name], STRIDES[name], f"{gait}_{k}").legs] for k in (*range(8), 0)]
    )
    soles[:, :, 0] += np.arange(9)[:, None] * stride_m / 8
    down = soles[:, :, 2] == 0.0
    stays = down[:-1] & down[1:]
    assert stays.any()
    assert np.abs(np.diff(soles[:, :, 0], axis=0)[stays]).max() < 1e-9


def feet_down(footfall: object, phase: float) -> list[bool]:
    return [foot_at(phase, footfall, leg, 1.0, 0.1).is_down for leg in range(4)]  # type: ignore[arg-type]


def test_who_walks_always_has_two_or_three_feet_on_the_ground() -> None:
    counts = [sum(feet_down(WALK, phase)) for phase in np.arange(0.005, 1.0, 0.01)]
    assert set(counts) == {2, 3}
    # 0.64 of the time each: 4 x 0.64 feet on average
    assert np.mean(counts) == pytest.approx(2.56, abs=0.05)


def test_who_trots_stands_on_opposite_corners_or_on_nothing() -> None:
    seen = {tuple(feet_down(TROT, phase)) for phase in np.arange(0.005, 1.0, 0.01)}
    assert seen == {(True, False, False, True), (False, True, True, False), (False,) * 4}


def test_who_gallops_is_off_the_ground_once_a_stride_after_the_fore_feet() -> None:
    air = [not any(feet_down(GALLOP, phase)) for phase in np.arange(0.005, 1.0, 0.01)]
    # the last fore foot comes down at 0.52 and stays for 0.24; between hind and fore feet it flies for 0.08
    assert all(air[77:])
    assert sum(air) == pytest.approx(24 + 8, abs=2)


def test_a_hopping_kangaroo_is_in_the_air_for_seven_tenths_of_its_stride() -> None:
    lowest = [library.mesh(MeshKey(KANGAROO, f"run_{k}")).position_m[:, 2].min() + 1.55 / 2 for k in range(8)]
    assert [z < 0.03 for z in lowest] == [k / 8 < HOP.duty for k in range(8)]
    assert max(lowest) > 0.3


@pytest.mark.parametrize("name", [name for name in ANIMALS if name != KANGAROO])
def test_it_begins_to_run_at_a_froude_number_of_a_half(name: str) -> None:
    breed = BREEDS[name]
    hip_m = breed.hind.top[2] * breed.withers_m
    assert STRIDES[name].run_above_mps == pytest.approx(np.sqrt(0.5 * GRAVITY_MPS2 * hip_m), rel=0.12)


def test_the_withers_are_as_high_as_the_breed_says() -> None:
    for name, breed in BREEDS.items():
        mesh = library.mesh(MeshKey(name, "stand"))
        back = np.abs(mesh.position_m[:, 1]) < 0.3 * breed.withers_m * 0.2
        x_mid = mesh.position_m[:, 0].mean()
        near = back & (np.abs(mesh.position_m[:, 0] - x_mid) < 0.15 * breed.withers_m)
        feet_m = mesh.position_m[:, 2].min()
        if name != HORSE_RIDER:  # whose rider sits there
            assert mesh.position_m[near, 2].max() - feet_m == pytest.approx(breed.withers_m, rel=0.12)


def test_who_lies_rests_its_trunk_on_the_ground_with_its_legs_to_the_side() -> None:
    for name in ANIMALS:
        mesh = library.mesh(MeshKey(name, "lie"))
        height_m = library.size_lwh_m(name)[2]
        trunk = np.abs(mesh.position_m[:, 0]) < 0.25 * library.size_lwh_m(name)[0]
        assert mesh.position_m[trunk, 2].min() + height_m / 2 < 0.05
        assert np.median(mesh.position_m[:, 2]) + height_m / 2 < 0.3 * height_m


def test_a_moose_is_dark_on_pale_legs_and_wears_antlers_wider_than_itself() -> None:
    mesh = library.mesh(MeshKey(MOOSE, "stand"))
    feet_m = mesh.position_m[:, 2] - mesh.position_m[:, 2].min()
    shanks = (feet_m > 0.2) & (feet_m < 0.45)
    back = (feet_m > 1.2) & (feet_m < 1.8) & (mesh.position_m[:, 0] < 0)
    assert mesh.color[shanks].mean() > 3 * mesh.color[back].mean()
    antlers = (mesh.material == Material.MATTE) & (feet_m > 1.9)
    assert np.ptp(mesh.position_m[antlers, 1]) > 2.0 * np.ptp(mesh.position_m[back, 1])


def test_the_rider_is_on_the_horse() -> None:
    mesh = library.mesh(MeshKey(HORSE_RIDER, "run_3"))
    skin = mesh.position_m[mesh.material == Material.SKIN]
    assert skin[:, 2].min() + 2.49 / 2 > 1.6
    assert not (library.mesh(MeshKey(DEER, "run_3")).material == Material.SKIN).any()
