import csv
from importlib.resources import files

import pytest

from sim.assets import library as assets
from sim.server.blueprints import MOST_PIXELS, ActorKind, AttributeKind, definitions, library
from sim.server.calls import CallError
from sim.server.layouts import AttributeValue

OURS = {
    "walker.moosetest.": "adult board_carrier child deer dog horse_rider kangaroo moose umbrella wheelchair",
    "vehicle.moosetest.": "ambulance articulated_bus articulated_truck box_truck city_bus coach e_scooter fire_engine "
    "flatbed_truck panel_van pickup police_car school_bus tanker",
    "static.moosetest.": "beacon bicycle billboard bollard boom_gate concrete_barrier corner_reflector drum "
    "fallen_tree hydrant ladder manhole_open marking mattress pallet poster pram sand_heap scooter_lying signal_head "
    "snow sofa traffic_sign tyre worn_lines",
}
"""What can be spawned that CARLA does not have."""
OF_ALL_CAMERAS = "quality"
OF_SENSORS = {
    "sensor.camera.rgb": "quality dead_pixels dirt lens_drops noise_seed rolling_shutter_ms",
    "sensor.camera.cosmos_visualization": OF_ALL_CAMERAS,
    "sensor.camera.depth": OF_ALL_CAMERAS,
    "sensor.camera.dvs": OF_ALL_CAMERAS,
    "sensor.camera.instance_segmentation": OF_ALL_CAMERAS,
    "sensor.camera.normals": OF_ALL_CAMERAS,
    "sensor.camera.optical_flow": OF_ALL_CAMERAS,
    "sensor.camera.semantic_segmentation": OF_ALL_CAMERAS,
    "sensor.lidar.ray_cast": "beam_divergence crosstalk_rate physics pulse_ns range_10_percent returns scan_motion",
    "sensor.lidar.ray_cast_semantic": "scan_motion",
    "sensor.other.collision": "tally",
    "sensor.other.radar": "azimuth_resolution elevation_resolution minimum_speed physics range_1_m2 range_resolution "
    "velocity_resolution",
}
"""Attributes that CARLA's sensors do not have, without their prefix `moosetest_`."""


def value_of(blueprint_id: str, name: str) -> str:
    return next(a.value for a in library()[blueprint_id].attributes if a.name == name)


def test_numbers_and_ids_are_unique() -> None:
    blueprints = list(library().values())
    assert [b.uid for b in blueprints] == list(range(1, len(blueprints) + 1))
    rows = list(csv.DictReader(files("sim.server").joinpath("blueprints.csv").read_text().splitlines()))
    assert len({row["id"] for row in rows}) == len(rows)


def test_all_of_carlas_vehicles_and_walkers_are_there() -> None:
    ids = list(library())
    assert sum(i.startswith("vehicle.") and not i.startswith("vehicle.moosetest.") for i in ids) == 41
    assert sum(i.startswith("walker.pedestrian.") for i in ids) == 52


def test_our_own_blueprints_are_these_and_no_more() -> None:
    own = {prefix + name for prefix, names in OURS.items() for name in names.split()}
    assert {i for i in library() if "moosetest" in i} == own


def test_our_own_attributes_of_sensors_are_these_and_no_more() -> None:
    own = {
        blueprint.id: {a.name for a in blueprint.attributes if a.name.startswith("moosetest")}
        for blueprint in library().values()
        if blueprint.kind is ActorKind.SENSOR
    }
    expected = {sensor: {f"moosetest_{name}" for name in names.split()} for sensor, names in OF_SENSORS.items()}
    assert {blueprint_id: names for blueprint_id, names in own.items() if names} == expected


@pytest.mark.parametrize("prefix", ["vehicle.", "walker.", "static."])
def test_sizes_are_those_of_the_meshes(prefix: str) -> None:
    drawn = [b for b in library().values() if b.id.startswith(prefix) and assets.has_asset(b.id)]
    assert drawn
    for blueprint in drawn:
        assert blueprint.size_lwh_m == pytest.approx(assets.size_lwh_m(blueprint.id), abs=1e-3), blueprint.id


def test_every_body_can_be_drawn() -> None:
    bodies = [b.id for b in library().values() if b.id.split(".")[0] in ("vehicle", "walker", "static")]
    assert [i for i in bodies if not assets.has_asset(i)] == [
        "static.trigger.friction",
        "static.prop.mesh",
        "static.moosetest.snow",
        "static.moosetest.worn_lines",
    ]  # a box that nobody sees, what a client chooses, weather, and the state of the roads


def test_defaults_of_sensors_are_carlas() -> None:
    assert value_of("sensor.camera.rgb", "image_size_x") == "800"
    assert value_of("sensor.camera.rgb", "fov") == "90.0"
    assert value_of("sensor.lidar.ray_cast", "points_per_second") == "56000"
    assert value_of("sensor.lidar.ray_cast", "dropoff_general_rate") == "0.45"
    assert value_of("sensor.other.radar", "range") == "100.0"
    names = {a.name for a in library()["sensor.camera.rgb"].attributes}
    assert {"lens_k", "lens_kcube", "shutter_speed", "exposure_compensation", "gamma", "sensor_tick"} <= names


def test_our_own_walkers_and_billboard_have_their_attributes() -> None:
    assert value_of("walker.moosetest.adult", "clothing_reflectance") == "1.0"
    assert value_of("static.moosetest.billboard", "picture") == ""
    assert value_of("static.moosetest.billboard", "picture_scale") == "1.0"


def test_every_vehicle_and_nothing_else_of_carlas_has_lamps_that_get_dirty() -> None:
    bodies = [b for b in library().values() if b.kind is not ActorKind.SENSOR]
    with_lamps = {b.id for b in bodies if any(a.name.startswith("moosetest_") for a in b.attributes)}
    assert with_lamps == {b.id for b in bodies if b.kind is ActorKind.VEHICLE}
    assert value_of("vehicle.tesla.model3", "moosetest_lamps") == "1.0"


def test_two_wheelers_are_tagged_as_such() -> None:
    assert library()["vehicle.bh.crossbike"].semantic_tag == 19
    assert library()["vehicle.yamaha.yzf"].semantic_tag == 18
    assert library()["vehicle.mitsubishi.fusorosa"].semantic_tag == 16
    assert library()["vehicle.tesla.model3"].semantic_tag == 14
    assert library()["walker.pedestrian.0001"].semantic_tag == 12
    assert library()["static.moosetest.pram"].semantic_tag == 21
    assert library()["static.moosetest.sofa"].semantic_tag == 20


def test_completed_keeps_what_was_sent_and_adds_the_rest() -> None:
    sent = [AttributeValue("role_name", AttributeKind.STRING, "hero")]
    completed = library()["vehicle.audi.tt"].completed(sent)
    assert completed[0].value == "hero"
    assert {a.name for a in completed} == {a.name for a in library()["vehicle.audi.tt"].attributes}


def test_definitions_are_plain_wire_values() -> None:
    uid, blueprint_id, tags, attributes = definitions()[0]
    assert isinstance(uid, int)
    assert tags == str(blueprint_id).replace(".", ",")
    assert all(len(attribute) == 6 for attribute in attributes)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("blueprint_id", "name", "value", "complaint"),
    [
        ("sensor.camera.rgb", "image_size_x", "0", "not within 1 and 8192"),
        ("sensor.camera.rgb", "image_size_y", "1000000000", "not within 1 and 8192"),
        ("sensor.camera.rgb", "image_size_x", "wide", "not a finite number"),
        ("sensor.camera.depth", "fov", "0", "not within"),
        ("sensor.camera.depth", "fov", "179.5", "not within"),
        ("sensor.camera.depth", "fov", "nan", "not a finite number"),
        ("sensor.camera.depth", "sensor_tick", "-1", "not within"),
        ("sensor.camera.depth", "sensor_tick", "inf", "not a finite number"),
        ("sensor.camera.rgb", "exposure_mode", "sunny", "not one of histogram, manual"),
        ("sensor.camera.rgb", "enable_postprocess_effects", "maybe", "not true or false"),
        ("vehicle.audi.tt", "color", "1,2", "not a colour"),
        ("vehicle.audi.tt", "color", "1,2,256", "not a colour"),
        ("vehicle.audi.tt", "color", "1,-2,3", "not a colour"),
        ("walker.pedestrian.0001", "use_wheelchair", "maybe", "not true or false"),
        ("walker.pedestrian.0001", "speed", "9" * 5000, "not a finite number"),
    ],
)
def test_a_value_that_an_attribute_cannot_have_is_refused(
    blueprint_id: str, name: str, value: str, complaint: str
) -> None:
    with pytest.raises(CallError, match=complaint) as refused:
        library()[blueprint_id].completed([AttributeValue(name, AttributeKind.STRING, value)])
    assert name in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_picture_of_too_many_pixels_is_refused() -> None:
    sides = [AttributeValue(f"image_size_{axis}", AttributeKind.INT, "8192") for axis in "xy"]
    with pytest.raises(CallError, match=f"at most {MOST_PIXELS}"):
        library()["sensor.camera.rgb"].completed(sides)


def test_what_a_blueprint_does_not_have_is_kept_unread() -> None:
    sent = [AttributeValue("favourite_tea", AttributeKind.INT, "green")]
    assert library()["vehicle.audi.tt"].completed(sent)[0] == sent[0]


def test_every_default_is_a_value_that_its_attribute_can_have() -> None:
    for blueprint in library().values():
        blueprint.completed([])
        for attribute in blueprint.attributes:
            attribute.check(attribute.value)
            for choice in attribute.choices:
                attribute.check(choice)
