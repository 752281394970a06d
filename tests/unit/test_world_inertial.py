import math

import carla
import numpy as np
import pytest

from sim.world.inertial import gnss_fix, imu_reading, world_from_gnss

PLACES = [(0.0, 0.0, 0.0), (1000.0, 0.0, 5.0), (0.0, 1000.0, 0.0), (3000.0, -2000.0, 7.0), (-5123.5, 4321.25, -2.0)]
HEADER = "+proj=tmerc +lat_0=48 +lon_0=11 +k=1 +x_0=0 +y_0=0 +datum=WGS84 +units=m +no_defs"
XODR = f"""<?xml version="1.0"?><OpenDRIVE><header revMajor="1" revMinor="4" name="" version="1" date="" north="0"
south="0" east="0" west="0"><geoReference><![CDATA[{HEADER}]]></geoReference></header>
<road name="r" length="10" id="1" junction="-1"><link/><planView><geometry s="0" x="0" y="0" hdg="0" length="10"><line/>
</geometry></planView><elevationProfile><elevation s="0" a="0" b="0" c="0" d="0"/></elevationProfile><lateralProfile/>
<lanes><laneSection s="0"><center><lane id="0" type="none" level="false"/></center><right>
<lane id="-1" type="driving" level="false"><width sOffset="0" a="3.5" b="0" c="0" d="0"/></lane></right></laneSection>
</lanes></road></OpenDRIVE>"""


@pytest.mark.parametrize("place", PLACES)
def test_a_fix_is_what_carlas_own_map_says(place):
    wanted = carla.Map("test", XODR).transform_to_geolocation(carla.Location(place[0], -place[1], place[2]))
    found = gnss_fix(place, 48.0, 11.0)
    assert found[0] == pytest.approx(wanted.latitude, abs=1e-10)  # 0.01 mm; CARLA keeps the place as a float32
    assert found[1] == pytest.approx(wanted.longitude, abs=1e-9)
    assert found[2] == pytest.approx(wanted.altitude)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("origin", [(0.0, 0.0), (48.0, 11.0), (-35.0, 149.0), (60.0, -179.99)])
def test_the_place_comes_back_from_a_fix(place, origin):
    np.testing.assert_allclose(world_from_gnss(gnss_fix(place, *origin, 100.0), *origin, 100.0), place, atol=1e-6)


def test_one_kilometre_is_as_many_degrees_as_the_scale_says():
    lat, lon, alt = gnss_fix((0.0, -1000.0, 3.0), 10.0, 20.0, 400.0)
    assert lat - 10.0 == pytest.approx(math.degrees(1000 / (0.9996 * 6378137)))
    assert (lon, alt) == (20.0, 403.0)


def rotation_z(yaw_rad):
    c, s = math.cos(yaw_rad), math.sin(yaw_rad)
    return np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]])


def test_at_rest_it_feels_its_weight():
    reading = imu_reading((0, 0, 0), (0, 0, 0), np.eye(3))
    np.testing.assert_array_equal(reading.accel_body_mps2, [0.0, 0.0, 9.81])
    np.testing.assert_array_equal(reading.gyro_body_radps, np.zeros(3))


def test_readings_are_in_body_axes():
    reading = imu_reading((0, 2.0, 0), (0, 0, 0.3), rotation_z(math.pi / 2))
    np.testing.assert_allclose(reading.accel_body_mps2, [2.0, 0.0, 9.81], atol=1e-12)
    np.testing.assert_allclose(reading.gyro_body_radps, [0.0, 0.0, 0.3])
    lying = imu_reading((0, 0, 0), (0, 0, 0), np.array([[1.0, 0, 0], [0, 0, -1.0], [0, 1.0, 0]]))  # left side up
    np.testing.assert_allclose(lying.accel_body_mps2, [0.0, 9.81, 0.0], atol=1e-12)


@pytest.mark.parametrize(
    ("yaw_rad", "compass_rad"),
    [(math.pi / 2, 0.0), (0.0, math.pi / 2), (-math.pi / 2, math.pi), (math.pi, 1.5 * math.pi)],
)
def test_the_compass_is_zero_along_y_and_goes_clockwise(yaw_rad, compass_rad):
    found = imu_reading((0, 0, 0), (0, 0, 0), rotation_z(yaw_rad)).compass_rad
    assert math.remainder(found - compass_rad, 2 * math.pi) == pytest.approx(0.0, abs=1e-12)
    assert 0.0 <= found < 2 * math.pi


def test_noise_is_added_in_body_axes():
    reading = imu_reading((0, 0, 0), (0, 0, 0), rotation_z(1.0), (0.1, 0.2, 0.3), (0.01, 0.02, 0.03))
    np.testing.assert_allclose(reading.accel_body_mps2, [0.1, 0.2, 10.11])
    np.testing.assert_allclose(reading.gyro_body_radps, [0.01, 0.02, 0.03])
