"""The blueprint library as CARLA 0.9.16's clients know it, and what becomes of values that mean nothing."""

from typing import Any

import carla
import msgpack
import pytest

from sim.embedded import EmbeddedServer
from tests.toy_client import ToyClient

OF_EVERY_ACTOR = {"role_name", "ros_name", "ros_frame_id", "ros_publish_tf"}
CAMERA = {"fov": "90.0", "image_size_x": "800", "image_size_y": "600", "sensor_tick": "0.0"}
LENS = {
    "lens_circle_falloff": "5.0",
    "lens_circle_multiplier": "0.0",
    "lens_k": "-1.0",
    "lens_kcube": "0.0",
    "lens_x_size": "0.08",
    "lens_y_size": "0.08",
}
EFFECTS = {
    "black_clip": "0.0",
    "blade_count": "5",
    "bloom_intensity": "0.675",
    "blur_amount": "1.0",
    "blur_radius": "0.0",
    "calibration_constant": "16.0",
    "chromatic_aberration_intensity": "0.0",
    "chromatic_aberration_offset": "0.0",
    "enable_postprocess_effects": "true",
    "exposure_compensation": "0.0",
    "exposure_max_bright": "12.0",
    "exposure_min_bright": "10.0",
    "exposure_mode": "histogram",
    "exposure_speed_down": "1.0",
    "exposure_speed_up": "3.0",
    "focal_distance": "1000.0",
    "fstop": "1.4",
    "gamma": "2.2",
    "iso": "100.0",
    "lens_flare_intensity": "0.1",
    "min_fstop": "1.2",
    "motion_blur_intensity": "0.45",
    "motion_blur_max_distortion": "0.35",
    "motion_blur_min_object_screen_size": "0.1",
    "shoulder": "0.26",
    "shutter_speed": "200.0",
    "slope": "0.88",
    "temp": "6500.0",
    "tint": "0.0",
    "toe": "0.55",
    "white_clip": "0.04",
}
EVENTS = {
    "log_eps": "0.001",
    "negative_threshold": "0.3",
    "positive_threshold": "0.3",
    "refractory_period_ns": "0",
    "sigma_negative_threshold": "0.0",
    "sigma_positive_threshold": "0.0",
    "use_log": "true",
}
TRUTH_CAMERAS = (
    "depth",
    "semantic_segmentation",
    "instance_segmentation",
    "normals",
    "optical_flow",
    "cosmos_visualization",
)
CAMERAS = {
    "rgb": CAMERA | LENS | EFFECTS,
    "dvs": CAMERA | LENS | EFFECTS | EVENTS,
    **dict.fromkeys(TRUTH_CAMERAS, CAMERA | LENS),
}
VEHICLE = {
    "base_type",
    "generation",
    "has_dynamic_doors",
    "has_lights",
    "number_of_wheels",
    "object_type",
    "special_type",
    "sticky_control",
    "terramechanics",
}
FIXED_OF_VEHICLES = VEHICLE - {"sticky_control", "terramechanics"}
WITH_DRIVER = {
    "vehicle.bh.crossbike",
    "vehicle.diamondback.century",
    "vehicle.gazelle.omafiets",
    "vehicle.harley-davidson.low_rider",
    "vehicle.kawasaki.ninja",
    "vehicle.lincoln.mkz_2020",
    "vehicle.moosetest.e_scooter",
    "vehicle.vespa.zx125",
    "vehicle.yamaha.yzf",
}
WALKER = {"age", "can_use_wheelchair", "gender", "generation", "is_invincible", "speed", "use_wheelchair"}
TYPES = {
    "image_size_x": carla.ActorAttributeType.Int,
    "fov": carla.ActorAttributeType.Float,
    "exposure_mode": carla.ActorAttributeType.String,
    "enable_postprocess_effects": carla.ActorAttributeType.Bool,
    "blade_count": carla.ActorAttributeType.Int,
    "iso": carla.ActorAttributeType.Float,
}


def attributes(blueprint: Any) -> dict[str, Any]:
    return {attribute.id: attribute for attribute in blueprint}


@pytest.mark.parametrize("name", sorted(CAMERAS))
def test_a_camera_has_carlas_attributes_and_defaults(day: ToyClient, name: str) -> None:
    found = attributes(day.blueprint(f"sensor.camera.{name}"))
    carlas = {key for key in found if not key.startswith("moosetest_")}
    assert carlas == set(CAMERAS[name]) | OF_EVERY_ACTOR
    for key, value in CAMERAS[name].items():
        assert found[key].is_modifiable
        assert found[key].recommended_values[0] == value


def test_attributes_have_carlas_types(day: ToyClient) -> None:
    found = attributes(day.blueprint("sensor.camera.rgb"))
    assert {key: found[key].type for key in TYPES} == TYPES


def test_every_vehicle_has_carlas_attributes(day: ToyClient) -> None:
    for blueprint in day.world.get_blueprint_library().filter("vehicle.*"):
        found = attributes(blueprint)
        optional = {"driver_id"} & set(found) if blueprint.id in WITH_DRIVER else set()
        optional |= set() if blueprint.id == "vehicle.tesla.cybertruck" else {"color"}
        assert set(found) == VEHICLE | OF_EVERY_ACTOR | optional | {"moosetest_lamps"}, blueprint.id
        assert {key for key in found if not found[key].is_modifiable} == FIXED_OF_VEHICLES
        assert (blueprint.id in WITH_DRIVER) == blueprint.has_attribute("driver_id")
        assert found["role_name"].recommended_values == ["autopilot", "scenario", "ego_vehicle"]
        assert int(found["number_of_wheels"]) in (2, 4)
        if "color" in optional:
            assert found["color"].recommended_values


def test_every_walker_has_carlas_attributes(day: ToyClient) -> None:
    for blueprint in day.world.get_blueprint_library().filter("walker.pedestrian.*"):
        found = attributes(blueprint)
        assert set(found) == WALKER | OF_EVERY_ACTOR
        assert {key for key in found if found[key].is_modifiable} - OF_EVERY_ACTOR == {
            "is_invincible",
            "speed",
            "use_wheelchair",
        }
        assert len(found["speed"].recommended_values) == 3  # standing, walking, running: scripts index them
        assert found["gender"] in ("female", "male")
        assert found["age"] in ("child", "teenager", "adult", "elderly")


def test_a_walker_without_a_wheelchair_may_be_asked_to_use_one(day: ToyClient) -> None:
    """Traffic scripts ask one walker in ten, whichever it is: CARLA spawns it on foot."""
    assert not day.blueprint("walker.pedestrian.0001").get_attribute("can_use_wheelchair").as_bool()
    spot = day.world.get_map().get_spawn_points()[0]
    walker = day.spawn("walker.pedestrian.0001", spot, use_wheelchair="true")
    assert walker.attributes["use_wheelchair"] == "true"


def test_tags_and_lookup(day: ToyClient) -> None:
    library = day.world.get_blueprint_library()
    assert set(library.find("vehicle.audi.tt").tags) == {"vehicle", "audi", "tt"}
    assert {b.id for b in library.filter("*model3*")} == {"vehicle.tesla.model3"}
    bicycles = {b.id for b in library.filter_by_attribute("base_type", "bicycle")}
    of_carla = {name for name in bicycles if not name.startswith("vehicle.moosetest.")}
    assert of_carla == {"vehicle.bh.crossbike", "vehicle.diamondback.century", "vehicle.gazelle.omafiets"}
    for name in ("controller.ai.walker", "util.actor.empty"):
        assert set(attributes(library.find(name))) == OF_EVERY_ACTOR


def test_an_empty_actor_is_an_actor(day: ToyClient) -> None:
    place = carla.Transform(carla.Location(1.0, 2.0, 3.0), carla.Rotation(yaw=30.0))
    empty = day.spawn("util.actor.empty", place, role_name="marker")
    day.world.tick()
    assert empty.get_transform().location.distance(place.location) == 0.0
    assert empty.attributes["role_name"] == "marker"


def test_what_is_sent_is_what_an_actor_tells(day: ToyClient) -> None:
    car = day.spawn("vehicle.audi.tt", day.world.get_map().get_spawn_points()[0], color="1,2,3", role_name="hero")
    assert car.attributes["color"] == "1,2,3"
    assert car.attributes["role_name"] == "hero"
    assert car.attributes["number_of_wheels"] == "4"


def _spawn_raw(town: EmbeddedServer, blueprint_id: str, name: str, kind: int, value: str) -> str:
    """The server's answer to a spawn that no stock client would send: the error's text."""
    import socket

    request = [0, 1, "spawn_actor", [[False], [1, blueprint_id, [[name, kind, value]]], [[0, 0, 5], [0, 0, 0]]]]
    with socket.create_connection(("127.0.0.1", town.port), timeout=20.0) as line:
        line.sendall(msgpack.packb(request))
        unpacker = msgpack.Unpacker()
        while True:
            unpacker.feed(line.recv(65536))
            for answer in unpacker:
                _, _, error, result = answer
                assert error is None
                assert result[0][0] == 0, result
                return str(result[0][1][0])


@pytest.mark.parametrize(
    ("name", "kind", "value"),
    [
        ("image_size_x", 2, "0"),
        ("image_size_x", 2, "1000000000"),
        ("image_size_y", 2, "-4"),
        ("fov", 3, "0"),
        ("fov", 3, "nan"),
        ("fov", 3, "200"),
        ("sensor_tick", 3, "-0.1"),
        ("sensor_tick", 3, "soon"),
        ("exposure_mode", 4, "magic"),
        ("enable_postprocess_effects", 1, "perhaps"),
    ],
)
def test_a_value_that_means_nothing_is_one_line_and_the_server_goes_on(
    day: ToyClient, town: EmbeddedServer, name: str, kind: int, value: str
) -> None:
    before = len(day.world.get_actors())
    complaint = _spawn_raw(town, "sensor.camera.rgb", name, kind, value)
    assert name in complaint
    assert "\n" not in complaint
    day.world.tick()
    assert len(day.world.get_actors()) == before


def test_the_complaint_reaches_the_user(day: ToyClient) -> None:
    blueprint = day.blueprint("sensor.camera.rgb", exposure_mode="magic")
    with pytest.raises(RuntimeError, match="exposure_mode: 'magic' is not one of histogram, manual"):
        day.world.spawn_actor(blueprint, carla.Transform())
    assert day.world.try_spawn_actor(blueprint, carla.Transform()) is None
