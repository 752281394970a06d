import csv
import math
from pathlib import Path

import pytest

from sim.world.vehicle_spec import kind_of, vehicle_spec

MKZ = ("vehicle.lincoln.mkz_2020", (4.892, 1.837, 1.490))
BLUEPRINTS = Path(__file__).parents[2] / "sim" / "server" / "blueprints.csv"


def vehicle_rows() -> list[dict[str, str]]:
    with BLUEPRINTS.open(encoding="utf-8") as file:
        return [row for row in csv.DictReader(file) if row["id"].startswith("vehicle.")]


def test_the_kind_of_every_vehicle_blueprint_is_its_base_type():
    rows = vehicle_rows()
    assert len(rows) >= 40
    assert {row["id"]: kind_of(row["id"]) for row in rows} == {row["id"]: row["base_type"] for row in rows}


def test_an_unknown_vehicle_is_a_car():
    assert kind_of("vehicle.acme.roadster") == "car"


def test_the_ego_car_is_close_to_its_data_sheet():
    spec = vehicle_spec(*MKZ)
    assert spec.wheelbase_m == pytest.approx(2.85, abs=0.01)
    assert spec.mass_kg == pytest.approx(1674, abs=1)  # 125 kg/m3 x 13.39 m3
    assert spec.max_steer_rad == pytest.approx(math.radians(70))
    assert spec.cg_to_front_m + spec.cg_to_rear_m == pytest.approx(spec.wheelbase_m)
    assert spec.rear_axle_x_m == pytest.approx(-1.426, abs=1e-3)
    assert spec.cg_x_m == pytest.approx(1.426 - 0.45 * 2.852, abs=1e-3)


def test_cars_understeer():
    spec = vehicle_spec(*MKZ)
    front_per_load = spec.cornering_stiffness_front_npr / spec.cg_to_rear_m
    rear_per_load = spec.cornering_stiffness_rear_npr / spec.cg_to_front_m
    assert rear_per_load > front_per_load


def test_two_wheelers_have_two_wheels_and_a_rider():
    bicycle = vehicle_spec("vehicle.diamondback.century", (1.656, 0.582, 1.620))
    assert bicycle.n_wheels == 2
    assert bicycle.mass_kg == 90.0
    assert vehicle_spec("vehicle.yamaha.yzf", (2.191, 0.866, 1.53)).n_wheels == 2


def test_a_size_that_is_not_positive_is_refused_by_name():
    with pytest.raises(ValueError, match=r"vehicle\.x: size_lwh_m \(4\.0, 0\.0, 1\.5\)"):
        vehicle_spec("vehicle.x", (4.0, 0.0, 1.5))
