"""The physical LiDAR against the range equation in closed form: plates of known reflectivity, turned and far away."""

from __future__ import annotations

from dataclasses import replace
from math import cos, erf, exp, log10, radians, sqrt

import numpy as np
import pytest

from sim.assets.builder import MeshBuilder
from sim.assets.materials import SURFACES
from sim.assets.mesh import Material, MeshKey
from sim.raycast.brightness import BLACK_PAINT, WHITE_PAINT
from sim.raycast.lidar import Lidar, LidarParams, LidarSweep
from sim.raycast.lidar_physics import LidarPhysics
from sim.raycast.receiver import DATUM_SIGNAL, THRESHOLD, TURNED_DOWN_M, Receiver
from sim.world.air import extinction_per_m
from sim.world.scene import Instance, Scene, StaticPart, StaticScene, Weather
from tests.toy_rays import at, box, caster, scene

DATUM_M = 90.0
BEAM = LidarParams(
    channels=1, range_m=400.0, points_per_second=200_000, upper_fov_rad=0.0, lower_fov_rad=0.0,
    horizontal_fov_rad=radians(1e-4), dropoff_general_rate=0.0, physics=LidarPhysics(),
)  # fmt: skip
"""20,000 pulses along +x."""
PULSES = 20_000


def plate(range_m: float, turned_rad: float, material: Material) -> StaticPart:
    """A square of 20 m that the beam meets at its middle, turned about z away from facing the sensor."""
    side, c, s = 10.0, np.cos(turned_rad), np.sin(turned_rad)
    left, up = np.array([-s, c, 0.0]) * side, np.array([0.0, 0.0, side])
    middle = np.array([range_m, 0.0, 0.0])
    corners = [
        [middle - left - up, middle + left - up, middle + left + up],
        [middle - left - up, middle + left + up, middle - left + up],
    ]
    return StaticPart("plate", 3, MeshBuilder().triangles(corners, (0.5, 0.5, 0.5), int(material)).build())


def swept(params: LidarParams, world: Scene, frame: int = 0) -> LidarSweep:
    return Lidar(params, seed=1).sweep(caster(world), at(0.0), frame, 0.1)


def expected_signal(brightness: float, range_m: float) -> float:
    """The range equation from the datum, by hand."""
    haze_per_m = extinction_per_m(Weather(), 0.0, 905.0)
    return (
        DATUM_SIGNAL
        * (brightness / 0.1)
        * (DATUM_M / max(range_m, TURNED_DOWN_M)) ** 2
        * exp(-2.0 * haze_per_m * range_m)
    )


def detection(signal: float) -> float:
    return 0.5 * (1.0 + erf((signal - THRESHOLD) / sqrt(2.0)))


def range_error_m(signal: float) -> float:
    """A Gaussian pulse of 3 ns full width is 3 / 2.3548 ns wide; c / 2 a second of delay; Cramér-Rao's sqrt(2)."""
    return sqrt(2.0) * (299_792_458.0 / 2.0) * (3e-9 / 2.3548) / signal


def test_the_datum_is_found_nine_times_in_ten() -> None:
    assert detection(DATUM_SIGNAL) == pytest.approx(0.9, abs=1e-4)
    assert expected_signal(0.1, DATUM_M) == pytest.approx(DATUM_SIGNAL, rel=0.012)  # the haze of a clear day


@pytest.mark.parametrize("range_m", [5.0, 20.0, 60.0, 90.0, 120.0])
@pytest.mark.parametrize("turned_deg", [0.0, 30.0, 60.0, 80.0])
@pytest.mark.parametrize("material", [Material.RUBBER, Material.ASPHALT, Material.CONCRETE])
def test_returns_noise_and_intensity_of_plates(range_m: float, turned_deg: float, material: Material) -> None:
    sweep = swept(BEAM, scene(parts=(plate(range_m, radians(turned_deg), material),)))
    brightness = SURFACES[material].lidar_reflectivity * cos(radians(turned_deg))
    signal = expected_signal(brightness, range_m)
    share = detection(signal)
    count = len(sweep.intensity)
    assert abs(count - PULSES * share) <= 5.0 * sqrt(PULSES * share * (1.0 - share)) + 8.0  # 2 false points
    if share < 0.999:
        return  # what is heard of weak echoes is their lucky part
    error_m = sweep.points_sensor_m[:, 0] - range_m
    sigma_m = range_error_m(signal)
    float32_m = range_m * 2e-7
    assert abs(error_m.mean()) < 5.0 * sigma_m / sqrt(count) + float32_m
    assert error_m.std() == pytest.approx(sigma_m, rel=5.0 / sqrt(2.0 * count), abs=float32_m)
    told = 100.0 / 255.0 * signal / (DATUM_SIGNAL * 10.0 * (DATUM_M / max(range_m, TURNED_DOWN_M)) ** 2)
    assert sweep.intensity.mean() == pytest.approx(told, rel=5.0 / signal / sqrt(count) + 2e-4)
    assert sweep.intensity.std() == pytest.approx(told / signal, rel=0.05)


def test_a_black_car_is_lost_where_a_white_one_is_seen() -> None:
    body = box((2.0, 1.0, 0.75), Material.PAINT)
    painted = MeshBuilder().box((0.0, 0.0, 0.0), (2.0, 1.0, 0.75), (-1.0, 0.5, 0.5), int(Material.PAINT)).build()
    assert len(painted.triangle) == len(body.triangle)
    angle = radians(35.0)  # the clear coat shines past the sensor: exp(-tan(35 deg)**2 / 0.1**2) < 1e-21
    counts = {}
    for name, rgb in (("black", (0.0, 0.0, 0.0)), ("white", (1.0, 1.0, 1.0))):
        car = Instance(7, 14, MeshKey("car"), at(100.0, 0.0, 0.0, angle), paint_rgb=rgb)
        world = Scene(StaticScene("none", ()), (car,), Weather(), time_s=0.0)
        counts[name] = len(Lidar(BEAM, 1).sweep(caster(world, painted), at(0.0), 0, 0.1).intensity) / PULSES
    for name, paint in (("black", BLACK_PAINT), ("white", WHITE_PAINT)):
        signal = expected_signal(paint * cos(angle), 100.0 - 2.0 / cos(angle))
        assert counts[name] == pytest.approx(detection(signal), abs=5.0 * 0.5 / sqrt(PULSES))
    assert counts["black"] < 0.01
    assert counts["white"] == 1.0


def test_a_sign_outshines_white_by_its_sheeting() -> None:
    sweep = swept(BEAM, scene(parts=(plate(50.0, radians(30.0), Material.RETRO),)))
    # 950 white targets, of which 60 % answer at 30 deg: exp(-(30 / 42)**2) = 0.600; matt part 0.8 cos(30 deg) = 0.69.
    brightness = 950.0 * exp(-((30.0 / 42.0) ** 2)) + 0.8 * cos(radians(30.0))
    assert brightness == pytest.approx(571.0, abs=1.0)
    told = 100.0 / 255.0 + 155.0 / 255.0 * log10(brightness) / 3.0
    np.testing.assert_allclose(sweep.intensity, told, atol=1e-3)


def test_clear_coat_flashes_where_it_faces_the_sensor() -> None:
    # Cook and Torrance at normal incidence: 0.04 / (4 x 0.1**2) = 1.0 of white, beside 0.465 of mid-grey paint.
    sweep = swept(BEAM, scene(parts=(plate(50.0, 0.0, Material.PAINT),)))
    matt = BLACK_PAINT + (WHITE_PAINT - BLACK_PAINT) * 0.5
    told = 100.0 / 255.0 + 155.0 / 255.0 * log10(1.0 + matt) / 3.0
    assert sweep.intensity.mean() == pytest.approx(told, abs=1e-3)


@pytest.mark.parametrize("turned_deg", [0.0, 60.0, 85.0])
def test_wet_asphalt_is_darker_and_mirrors_at_grazing_incidence(turned_deg: float) -> None:
    cosine = cos(radians(turned_deg))
    wet = Weather(wetness=1.0, deposits=1.0)
    world = replace(scene(parts=(plate(20.0, radians(turned_deg), Material.ASPHALT),)), weather=wet)
    matt = 0.17 / (1.33**2 * 0.83 + 0.17)  # Ångström: 0.104 of the dry 0.17
    fresnel = 0.02006 + (1.0 - 0.02006) * (1.0 - cosine) ** 5  # Schlick, (0.33 / 2.33)**2 at 0 deg
    signal = expected_signal(matt * cosine * (1.0 - fresnel) ** 2, 20.0)
    count = len(swept(BEAM, world).intensity)
    share = detection(signal)
    assert abs(count - PULSES * share) <= 5.0 * sqrt(PULSES * share * (1.0 - share)) + PULSES * 2e-3
    assert 0.17 / matt == pytest.approx(1.64, abs=0.01)


def test_a_surface_under_the_nose_is_not_seen() -> None:
    assert len(swept(BEAM, scene(parts=(plate(0.8, 0.0, Material.CONCRETE),))).intensity) == 0
    assert len(swept(BEAM, scene(parts=(plate(1.1, 0.0, Material.CONCRETE),))).intensity) == PULSES


def test_jitter_of_the_clock_adds_to_the_error() -> None:
    physics = LidarPhysics(receiver=Receiver(jitter_m=0.02))
    sweep = swept(replace(BEAM, physics=physics), scene(parts=(plate(60.0, 0.0, Material.ASPHALT),)))
    sigma_m = sqrt(0.02**2 + range_error_m(expected_signal(0.17, 60.0)) ** 2)
    assert sweep.points_sensor_m[:, 0].std() == pytest.approx(sigma_m, rel=0.03)


def test_noise_alone_is_an_echo_as_often_as_the_threshold_says() -> None:
    assert detection(0.0) * 3.5e6 == pytest.approx(1.0, abs=0.01)


def test_same_seed_same_bytes_and_a_new_frame_new_noise() -> None:
    world = scene(parts=(plate(90.0, 0.0, Material.ASPHALT),))
    first, again, other = swept(BEAM, world), swept(BEAM, world), swept(BEAM, world, frame=1)
    assert first.points_sensor_m.tobytes() == again.points_sensor_m.tobytes() != other.points_sensor_m.tobytes()


def test_the_range_at_which_half_is_lost_follows_from_the_datum() -> None:
    # signal = THRESHOLD: a matt plate of reflectivity r is found half the time at 90 m sqrt(r / 0.1 * 6.2816 / 5).
    half_m = DATUM_M * sqrt(0.17 / 0.1 * DATUM_SIGNAL / THRESHOLD)
    assert half_m == pytest.approx(131.5, abs=0.1)
    half_m *= 1.0 - extinction_per_m(Weather(), 0.0, 905.0) * half_m  # haze: first order of R exp(a R) = const
    count = len(swept(BEAM, scene(parts=(plate(half_m, 0.0, Material.ASPHALT),))).intensity)
    assert abs(count - PULSES / 2) < 5.0 * sqrt(PULSES / 4)
