import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from sim import convert
from sim.server import poses
from sim.server.layouts import CarlaTransform

ANGLE = st.floats(-3.0, 3.0)
STEEP = st.floats(-1.5, 1.5)
PLACE = st.floats(-1e3, 1e3)


@settings(derandomize=True, max_examples=60)
@given(roll=ANGLE, pitch=STEEP, yaw=ANGLE, x=PLACE, y=PLACE, z=PLACE)
def test_matrices_and_carla_angles_agree_with_the_one_conversion(
    roll: float, pitch: float, yaw: float, x: float, y: float, z: float
) -> None:
    rpy = np.array([[roll, pitch, yaw]])
    T_world_body = poses.matrices(np.array([[x, y, z]]), rpy)[0]
    location, rotation = convert.carla_from_pose(T_world_body)
    ours = poses.carla_rotations_deg(rpy)[0]
    difference = (ours - rotation + 180.0) % 360.0 - 180.0
    np.testing.assert_allclose(difference, 0.0, atol=1e-6)  # degrees; arcsin near 86 degrees of pitch
    np.testing.assert_allclose(poses.rpy_of(T_world_body), rpy[0], atol=1e-7)
    np.testing.assert_allclose(location, [x, -y, z])


@settings(derandomize=True, max_examples=60)
@given(roll=ANGLE, pitch=STEEP, yaw=ANGLE)
def test_wire_transform_round_trip(roll: float, pitch: float, yaw: float) -> None:
    rotation_deg = tuple(float(v) for v in np.degrees([pitch, yaw, roll]))
    sent = CarlaTransform((1.0, 2.0, 3.0), rotation_deg)  # type: ignore[arg-type]
    back = poses.to_carla(poses.from_carla(sent))
    np.testing.assert_allclose(back.location_m, sent.location_m)
    np.testing.assert_allclose(back.rotation_deg, sent.rotation_deg, atol=1e-6)
