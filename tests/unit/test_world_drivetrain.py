"""Engine and gears: the stock one is the blueprint's force, a gear box does what its numbers say."""

import math
from dataclasses import replace

import numpy as np
import pytest

from sim.world.drivetrain import Gearbox, engine_rpm, stock_drivetrain
from sim.world.vehicle_spec import Drivetrain, vehicle_spec

CAR = vehicle_spec("vehicle.lincoln.mkz_2020", (4.892, 1.837, 1.490))
TRAIN = Drivetrain(
    torque_curve_rpm_nm=((0.0, 100.0), (3000.0, 200.0), (6000.0, 150.0)),
    max_rpm=6000.0,
    final_ratio=4.0,
    gears=((3.0, 0.4, 0.8), (1.5, 0.4, 0.8)),
    wheel_radius_m=0.3,
)
STEP_S = 0.05


@pytest.mark.parametrize("speed_mps", [2.0, 10.0, 18.0, 19.0, 26.0, 34.0, 45.0, 60.0])
def test_the_best_stock_gear_gives_the_force_of_the_blueprint(speed_mps):
    train = stock_drivetrain(CAR)
    forces = [
        Gearbox(train, gear).drive_n(speed_mps, 1.0, CAR.mass_kg, 1e-6) for gear in range(1, len(train.gears) + 1)
    ]
    wanted_n = min(CAR.max_drive_force_n, CAR.peak_power_w / speed_mps)
    assert max(forces) == pytest.approx(wanted_n, rel=2e-3)  # the curve's chords


def test_torque_gears_and_radius_make_force():
    # 3000 rpm in first gear: 3000 / 60 * 2 pi / 12 * 0.3 m/s; 200 N m * 12 / 0.3 m
    speed_mps = 3000 / 60 * 2 * math.pi / 12 * 0.3
    assert Gearbox(TRAIN).drive_n(speed_mps, 1.0, 1500.0, STEP_S) == pytest.approx(8000.0)
    assert Gearbox(TRAIN).drive_n(speed_mps, 0.25, 1500.0, STEP_S) == pytest.approx(2000.0)
    assert engine_rpm(TRAIN, 1, speed_mps) == pytest.approx(3000.0)
    assert engine_rpm(TRAIN, 1, 0.0) == 800.0


def test_reverse_pulls_backwards_and_neutral_not_at_all():
    assert Gearbox(TRAIN, -1).drive_n(-1.0, 1.0, 1500.0, STEP_S) < -4000.0
    assert Gearbox(TRAIN, 0).drive_n(5.0, 1.0, 1500.0, STEP_S) == 0.0


def test_nothing_pulls_beyond_the_highest_engine_speed():
    top_mps = 6000 / 60 * 2 * math.pi / 12 * 0.3
    assert Gearbox(TRAIN).drive_n(top_mps * 1.01, 1.0, 1500.0, STEP_S) == 0.0
    # close below, the step ends at the limit: m dv / dt
    assert Gearbox(TRAIN).drive_n(top_mps - 0.01, 1.0, 1500.0, STEP_S) == pytest.approx(1500.0 * 0.01 / STEP_S)


def test_the_engine_drags_without_throttle():
    train = replace(TRAIN, damping_closed=0.5)
    turn_radps = 5.0 * 12 / 0.3
    assert Gearbox(train).drive_n(5.0, 0.0, 1500.0, STEP_S) == pytest.approx(-0.5 * turn_radps * 12 / 0.3)


def test_a_heavier_engine_takes_its_share():
    train = replace(TRAIN, extra_inertia_kgm2=1.0)
    light_n, heavy_n = (Gearbox(t).drive_n(5.0, 1.0, 1600.0, STEP_S) for t in (TRAIN, train))
    assert heavy_n / light_n == pytest.approx(1600.0 / (1600.0 + (12 / 0.3) ** 2))


def test_an_automatic_shifts_at_its_shares_and_drives_nothing_meanwhile():
    box = Gearbox(replace(TRAIN, switch_time_s=0.12))
    up_mps = 0.8 * 6000 / 60 * 2 * math.pi / 12 * 0.3
    box.shift(up_mps * 0.99)
    assert box.gear == 1
    box.shift(up_mps * 1.01)
    assert box.gear == 2
    assert [box.drive_n(up_mps, 1.0, 1500.0, STEP_S) for _ in range(3)] == [0.0, 0.0, 0.0]
    assert box.drive_n(up_mps, 1.0, 1500.0, STEP_S) > 0.0
    box.shift(0.4 * 6000 / 60 * 2 * math.pi / 6 * 0.3 * 0.99)
    assert box.gear == 1


def test_by_hand_one_gets_the_gears_there_are():
    box = Gearbox(TRAIN)
    box.select(9)
    assert box.gear == 2
    box.select(-5)
    assert box.gear == -1
    box.shift(100.0)
    assert box.gear == -1  # an automatic leaves reverse alone


def test_the_stock_gears_meet_at_full_power():
    ratios = np.array([ratio for ratio, _, _ in stock_drivetrain(CAR).gears])
    assert ratios[:-1] / ratios[1:] == pytest.approx(np.full(len(ratios) - 1, 1.35))
