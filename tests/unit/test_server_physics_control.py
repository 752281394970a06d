"""CARLA's physics control and the body it makes."""

from dataclasses import replace

import pytest

from sim.server.calls import CallError
from sim.server.layouts import to_wire, unpacker
from sim.server.physics_control import PhysicsControl, stock_physics, tuned
from sim.world.vehicle_spec import vehicle_spec

CAR = vehicle_spec("vehicle.lincoln.mkz_2020", (4.892, 1.837, 1.490))
STOCK = stock_physics(CAR)


def with_wheels(**changes: float) -> PhysicsControl:
    return replace(STOCK, wheels=[replace(wheel, **changes) for wheel in STOCK.wheels])


@pytest.mark.parametrize(
    "blueprint", ["vehicle.lincoln.mkz_2020", "vehicle.carlamotors.firetruck", "vehicle.bh.crossbike"]
)
def test_what_is_read_and_written_back_is_the_same_body(blueprint):
    spec = vehicle_spec(blueprint, (4.0, 1.8, 1.6))
    back = tuned(spec, unpacker(PhysicsControl)(to_wire(stock_physics(spec))))
    assert back.drivetrain is None
    assert back.brake_share_front is None
    for name in ("mass_kg", "max_brake_force_n", "hand_brake_force_n", "drag_area_m2", "cg_to_front_m", "cg_height_m"):
        assert getattr(back, name) == pytest.approx(getattr(spec, name), rel=1e-9), name
    for name in ("cornering_stiffness_front_npr", "cornering_stiffness_rear_npr", "max_steer_rad", "wheel_radius_m"):
        assert getattr(back, name) == pytest.approx(getattr(spec, name), rel=1e-9), name


def test_tyres_scale_with_friction_and_stiffness():
    spec = tuned(CAR, with_wheels(tire_friction=1.75, lat_stiff_value=2 * STOCK.wheels[0].lat_stiff_value))
    assert (spec.grip_front, spec.grip_rear) == pytest.approx((0.5, 0.5))
    assert spec.cornering_stiffness_front_npr == pytest.approx(2 * CAR.cornering_stiffness_front_npr)


def test_brakes_of_one_axle_only():
    wheels = [replace(w, max_brake_nm=0.0 if i > 1 else 1000.0) for i, w in enumerate(STOCK.wheels)]
    spec = tuned(CAR, replace(STOCK, wheels=wheels))
    assert spec.brake_share_front == 1.0
    assert spec.max_brake_force_n == pytest.approx(2 * 1000.0 / CAR.wheel_radius_m)


def test_the_centre_of_mass_moves_the_axle_loads():
    spec = tuned(CAR, replace(STOCK, center_of_mass_m=(0.5, 0.0, 0.3)))
    assert spec.cg_x_m == pytest.approx(0.5)
    assert spec.cg_height_m == pytest.approx(0.3 + CAR.wheel_radius_m)


@pytest.mark.parametrize(
    "wrong",
    [
        replace(STOCK, mass_kg=0.0),
        replace(STOCK, wheels=STOCK.wheels[:3]),
        replace(STOCK, gears=[]),
        replace(STOCK, torque_curve_rpm_nm=[]),
        replace(STOCK, drag_coefficient=-1.0),
        replace(STOCK, center_of_mass_m=(3.0, 0.0, 0.0)),
        with_wheels(radius_cm=0.0),
        with_wheels(tire_friction=-1.0),
    ],
)
def test_what_no_vehicle_can_have_is_refused_in_one_line(wrong):
    with pytest.raises(CallError) as error:
        tuned(CAR, wrong)
    assert "\n" not in str(error.value)
