import struct

import numpy as np

from sim.server.messages import ACTOR_RECORD, Instant, sensor_header, world_state


def record(**fields: object) -> np.ndarray:
    records = np.zeros(1, ACTOR_RECORD)
    for name, value in fields.items():
        records[name] = value
    return records


def test_actor_record_has_carlas_119_bytes() -> None:
    assert ACTOR_RECORD.itemsize == 119


def test_vehicle_record_by_hand_made_struct() -> None:
    data = record(
        actor_id=77, state=1, location_m=(1, 2, 3), rotation_deg=(4, 5, 6), velocity_mps=(7, 8, 9),
        angular_velocity_degps=(10, 11, 12), acceleration_mps2=(13, 14, 15), throttle=0.5, steer=-0.25, brake=1,
        hand_brake=1, gear=-1, speed_limit_kmph=50, light_state=2, has_light=1, light_id=9, failure_state=3,
    ).tobytes()  # fmt: skip
    assert data[:65] == struct.pack("<IB15f", 77, 1, *range(1, 16))
    vehicle = struct.pack("<fff???i", 0.5, -0.25, 1.0, True, False, False, -1) + struct.pack("<fBBIB", 50, 2, 1, 9, 3)
    assert data[65:] == vehicle.ljust(54, b"\0")


def test_walker_and_light_records_by_hand_made_struct() -> None:
    walker = record(walk_direction=(0, 1, 0), walk_speed_mps=1.5, walk_jump=1).tobytes()
    assert walker[65:] == struct.pack("<ffffB", 0, 1, 0, 1.5, 1).ljust(54, b"\0")
    light = record(signal_id=b"42", green_s=10, yellow_s=3, red_s=2, elapsed_s=1, pole_index=4, frozen=1, color=2)
    assert light.tobytes()[65:] == struct.pack("<32sffffIBB", b"42", 10, 3, 2, 1, 4, 1, 2)


def test_world_state_header() -> None:
    message = world_state(5, Instant(12, 1_500_000_000, 50_000_000), 1, record(actor_id=1).repeat(2))
    assert len(message) == 84 + 2 * 119
    assert struct.unpack_from("<QQd", message) == (17, 12, 1.5)
    assert struct.unpack_from("<Qdf3iI", message, 48) == (5, 1.5, np.float32(0.05), 0, 0, 0, 1)


def test_sensor_header_is_48_bytes() -> None:
    header = sensor_header(13, Instant(3, 10**9, 10**8), [1.0, 2.0, 3.0], [4.0, 5.0, 6.0])
    assert struct.unpack("<QQd6f", header) == (13, 3, 1.0, 1, 2, 3, 4, 5, 6)
