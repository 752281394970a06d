import math

import pytest

from sim.server.layouts import (
    ActorDescription,
    AttributeValue,
    CarlaTransform,
    EpisodeSettings,
    LayoutError,
    VehicleControl,
    WeatherParameters,
    to_wire,
    unpacker,
)


def test_settings_pack_their_optional_step_as_carla_does() -> None:
    assert to_wire(EpisodeSettings())[2] == [False]
    assert to_wire(EpisodeSettings(fixed_delta_s=0.05))[2] == [True, 0.05]
    assert len(to_wire(EpisodeSettings())) == 11


def test_settings_survive_the_wire() -> None:
    settings = EpisodeSettings(True, False, 0.1, True, 0.02, 5)
    assert unpacker(EpisodeSettings)(to_wire(settings)) == settings


def test_short_struct_keeps_defaults_and_long_one_is_cut() -> None:
    assert unpacker(WeatherParameters)([80.0]) == WeatherParameters(cloudiness=80.0)
    assert unpacker(VehicleControl)([1, 0, 0, False, True, False, 3, "new in later versions"]).gear == 3


def test_struct_without_its_required_fields_is_refused() -> None:
    with pytest.raises(LayoutError, match="ActorDescription: 1 items are too few"):
        unpacker(ActorDescription)([5])


def test_nested_structs() -> None:
    description = unpacker(ActorDescription)([3, "vehicle.audi.tt", [["color", 5, "1,2,3"]]])
    assert description == ActorDescription(3, "vehicle.audi.tt", [AttributeValue("color", 5, "1,2,3")])
    assert to_wire(description) == [3, "vehicle.audi.tt", [["color", 5, "1,2,3"]]]


@pytest.mark.parametrize("bad", [math.nan, math.inf, "1", None, True, [1.0]])
def test_numbers_must_be_finite_numbers(bad: object) -> None:
    with pytest.raises(LayoutError, match="want a finite number"):
        unpacker(CarlaTransform)([[bad, 0.0, 0.0], [0.0, 0.0, 0.0]])


def test_vector_of_wrong_length_is_refused() -> None:
    with pytest.raises(LayoutError, match="array of 2, want 3"):
        unpacker(CarlaTransform)([[0.0, 0.0], [0.0, 0.0, 0.0]])


def test_bytes_pass_as_text_and_text_not_as_bytes() -> None:
    assert unpacker(str)(b"Town") == "Town"
    with pytest.raises(LayoutError, match="want bytes"):
        unpacker(bytes)("Town")


@pytest.mark.parametrize(
    ("struct", "wire"),
    [
        (EpisodeSettings, [False, False, [False], True, 0.01, 1 << 31]),
        (VehicleControl, [0.0, 0.0, 0.0, False, False, False, -(1 << 31) - 1]),
        (ActorDescription, [1 << 32, "vehicle.tesla.model3", []]),
        (ActorDescription, [1, "vehicle.tesla.model3", [["color", 256, "1,2,3"]]]),
    ],
)
def test_whole_numbers_that_no_client_can_be_told_are_refused(struct, wire) -> None:
    with pytest.raises(LayoutError, match="want"):
        unpacker(struct)(wire)
