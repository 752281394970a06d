"""What the recorder writes, read back by the documented layout alone."""

import json
import math
import os
import struct
from pathlib import Path

import numpy as np
import pytest

from sim.server import batch
from sim.server.episode import Episode
from sim.server.layouts import VehicleControl
from sim.server.messages import ACTOR_RECORD
from sim.server.recorder.log_writer import LogWriter
from sim.server.recorder.physics import read_physics, write_physics
from sim.server.recorder.recorder import Details, Recorder
from tests.toy_episode import TICK_NS, episode_on, plain_map, put, real_map
from tests.toy_recording import opened

CAR = "vehicle.tesla.model3"
PHYSICS = [
    [[0.0, 500.0], [5000.0, 200.0]],
    *(5000.0, 1.0, 0.15, 2.0, 0.35, True, 0.5, 10.0, 4.0),
    [[4.25, 0.5, 0.65]],
    *(1845.0, 0.3, [0.1, 0.0, -0.2], [[0.0, 1.0]]),
    [[3.5, 0.25, 70.0, 35.0, 1500.0, 3000.0, 2.0, 17.0, 1000.0, [10.0, 20.0, 30.0]]] * 4,
    True,
]

BONES = [
    ["crl_root", None, None, [[0.1, 0.2, 0.3], [1.0, 2.0, 3.0]]],
    ["crl_hips__C", None, None, [[0, 0, 1], [0, 0, 0]]],
]


def recorded(episode: Episode, file: Path, additional: bool = False) -> Recorder:
    details = Details(physics_of=lambda _: PHYSICS, bones_of=lambda _: BONES) if additional else None
    recorder = Recorder(LogWriter(file, "plain", 1_700_000_000), {"seed": 7}, details)
    episode.tape.recorder = recorder
    return recorder


def only(frame: list[tuple[int, bytes]], kind: int) -> bytes:
    (payload,) = [payload for found, payload in frame if found == kind]
    return payload


def test_header_and_frames_have_carlas_layout(tmp_path: Path) -> None:
    episode = episode_on(plain_map())
    recorded(episode, tmp_path / "a.log")
    for delta_ns in (TICK_NS, 20_000_000, 100_000_000):
        episode.step(delta_ns)
    episode.tape.stop_recording()
    header, frames = opened((tmp_path / "a.log").read_bytes())
    assert header == {"version": 1, "magic": "CARLA_RECORDER", "date": 1_700_000_000, "map": "plain"}
    assert [frame[0][0] for frame in frames] == [0, 0, 0]
    assert [frame[-1] for frame in frames] == [(1, b"")] * 3
    starts = [struct.unpack("<Qdd", frame[0][1]) for frame in frames]
    # a frame lasts until the next begins; of the last one the length of its own step is foretold
    np.testing.assert_allclose(starts, [(1, 0.02, 0.0), (2, 0.1, 0.02), (3, 0.1, 0.12)])


def test_places_are_centimetres_left_handed_with_roll_pitch_yaw(tmp_path: Path) -> None:
    episode = episode_on(plain_map())
    car = put(episode, CAR, (12.5, 3.0, 0.0), (0.0, 0.0, math.pi / 2))
    box = put(episode, "static.prop.box01", (1.0, 2.0, 0.0), (0.0, -0.1, 0.0))
    recorded(episode, tmp_path / "a.log")
    episode.step(TICK_NS)
    _, (frame,) = opened((tmp_path / "a.log").read_bytes())
    payload = only(frame, 6)
    (count,) = struct.unpack_from("<H", payload)
    rows = [struct.unpack_from("<I6f", payload, 2 + 28 * index) for index in range(count)]
    places = {row[0]: row[1:] for row in rows}
    np.testing.assert_allclose(places[car.id], (1250.0, -300.0, 0.0, 0.0, 0.0, -90.0), atol=1e-3)
    # nose down positive here, nose up positive in CARLA
    np.testing.assert_allclose(places[box.id][3:], (0.0, math.degrees(0.1), 0.0), atol=1e-3)
    assert len(payload) == 2 + 28 * count
    assert count == 3  # with the spectator


def test_a_birth_names_blueprint_type_and_attributes(tmp_path: Path) -> None:
    episode = episode_on(plain_map())
    car = put(episode, CAR, (1.0, 0.0, 0.0), role_name="hero")
    sensor = put(episode, "sensor.other.imu", (2.0, 1.0, 0.5), parent=car)
    recorded(episode, tmp_path / "a.log")
    episode.step(TICK_NS)
    episode.destroy(sensor.id)
    episode.step(TICK_NS)
    _, (first, second) = opened((tmp_path / "a.log").read_bytes())
    births = only(first, 2)
    start = births.index(struct.pack("<IB", car.id, 1))
    *place, _, length = struct.unpack_from("<6fIH", births, start + 5)
    assert place[0] == pytest.approx(100.0, abs=0.1)
    assert births[start + 35 : start + 35 + length].decode() == CAR
    assert b"\x09\x00role_name\x04\x00hero" in births
    start = births.index(struct.pack("<IB", sensor.id, 5))
    assert struct.unpack_from("<3f", births, start + 5) == (200.0, -100.0, 50.0)  # relative to its parent
    assert only(first, 4) == struct.pack("<HII", 1, sensor.id, car.id)
    assert only(second, 3) == struct.pack("<HI", 1, sensor.id)
    assert not [kind for kind, _ in second if kind in (2, 4)]


def test_pedals_lamps_and_velocities(tmp_path: Path) -> None:
    episode = episode_on(plain_map())
    car = put(episode, CAR)
    batch.apply_vehicle_control(episode, car.id, VehicleControl(0.5, -0.25, 0.125, True, reverse=True))
    batch.set_vehicle_light_state(episode, car.id, 0b1001)
    recorded(episode, tmp_path / "a.log", additional=True)
    batch.apply_target_velocity(episode, car.id, (3.0, 4.0, 0.0))
    episode.step(TICK_NS)
    velocity = episode.table.records["velocity_mps"][episode.table.row(car.id)]
    _, (frame,) = opened((tmp_path / "a.log").read_bytes())
    assert only(frame, 8) == struct.pack("<HIfffBi", 1, car.id, -0.25, 0.5, 0.125, 1, -1)
    assert only(frame, 10) == struct.pack("<HII", 1, car.id, 0b1001)
    assert only(frame, 12)[:6] == struct.pack("<HI", 1, car.id)
    np.testing.assert_array_equal(np.frombuffer(only(frame, 12)[6:18], "<f4"), velocity)
    box = struct.unpack_from("<I6f", only(frame, 13), 2 + 28 * 1)  # the spectator is the first
    assert box[0] == car.id
    np.testing.assert_allclose(box[4:], np.array(car.size_lwh_m) * 50.0, rtol=1e-6)


def test_traffic_lights_have_state_times_and_a_trigger_volume_in_the_world(tmp_path: Path) -> None:
    episode = episode_on(real_map("junction"))
    light = next(iter(episode.signals.lights.values()))
    light.controller.green_s = 42.0
    recorded(episode, tmp_path / "a.log", additional=True)
    for _ in range(3):
        episode.step(TICK_NS)
    _, frames = opened((tmp_path / "a.log").read_bytes())
    state = struct.unpack_from("<IBfB", only(frames[2], 7), 2)
    assert state == (light.actor_id, 0, pytest.approx(light.controller.elapsed_s), light.color)
    assert struct.unpack_from("<I3f", only(frames[0], 16), 2)[:2] == (light.actor_id, 42.0)
    assert not [kind for kind, _ in frames[1] if kind == 16]
    volume = struct.unpack_from("<I6f", only(frames[0], 17), 2)
    center, _ = light.trigger_box
    place = light.T_world_actor @ [*center, 1.0]
    np.testing.assert_allclose(volume[1:4], (place[0] * 100, -place[1] * 100, place[2] * 100), atol=0.1)


def test_physics_is_written_at_birth_and_when_it_changes(tmp_path: Path) -> None:
    episode = episode_on(plain_map())
    car = put(episode, CAR)
    recorded(episode, tmp_path / "a.log", additional=True)
    episode.step(TICK_NS)
    episode.step(TICK_NS)
    assert car.vehicle is not None
    car.vehicle.physics = list(PHYSICS)
    episode.step(TICK_NS)
    _, frames = opened((tmp_path / "a.log").read_bytes())
    assert [sum(kind == 15 for kind, _ in frame) for frame in frames] == [1, 0, 1]
    payload = only(frames[0], 15)
    # id, five numbers, autobox, four numbers, centre of mass; then each list behind its 32-bit length
    assert struct.unpack_from("<HI5fB4f3f", payload)[:3] == (1, car.id, 5000.0)
    assert len(payload) == 2 + 4 + 20 + 1 + 16 + 12 + (4 + 2 * 8) + (4 + 12) + (4 + 8) + (4 + 4 * 48)
    (physics,) = read_physics(write_physics({car.id: PHYSICS})[5:])
    assert physics.wheels[0][-3:] == (10.0, 20.0, 30.0)
    assert physics.torque_curve == [(0.0, 500.0), (5000.0, 200.0)]


def test_bones_doors_and_poses(tmp_path: Path) -> None:
    episode = episode_on(plain_map())
    car, walker = put(episode, CAR), put(episode, "walker.pedestrian.0001", (5.0, 0.0, 1.0))
    recorded(episode, tmp_path / "a.log", additional=True)
    episode.step(TICK_NS)
    assert car.vehicle is not None
    assert walker.walker is not None
    car.vehicle.open_doors = frozenset({0, 2})
    walker.walker.bones, walker.walker.bones_share = np.full((66, 4, 4), 0.5), 0.25
    episode.step(TICK_NS)
    car.vehicle.open_doors = frozenset({2})
    episode.step(TICK_NS)
    _, frames = opened((tmp_path / "a.log").read_bytes())
    root = struct.pack("<H8s6f", 8, b"crl_root", 10.0, 20.0, 30.0, 3.0, 1.0, 2.0)
    assert only(frames[0], 19).startswith(struct.pack("<HIH", 1, walker.id, 2) + root)
    doors = [[payload for kind, payload in frame if kind == 21] for frame in frames]
    opening = struct.pack("<HIBBIBB", 2, car.id, 0, 1, car.id, 2, 1)
    assert doors == [[], [opening], [struct.pack("<HIBB", 1, car.id, 0, 0)]]
    poses = [sum(kind == 106 for kind, _ in frame) for frame in frames]
    assert poses == [0, 1, 0]
    assert struct.unpack_from("<HIdd", only(frames[1], 106)) == (1, walker.id, 0.25, 0.5)


def test_own_packets_have_numbers_that_carla_leaves_free(tmp_path: Path) -> None:
    episode = episode_on(plain_map())
    car = put(episode, CAR)
    recorded(episode, tmp_path / "a.log")
    episode.step(TICK_NS)
    _, (frame,) = opened((tmp_path / "a.log").read_bytes())
    assert {kind for kind, _ in frame if kind > 23} == {101, 102, 105}
    assert json.loads(only(frame, 101))["seed"] == 7
    assert json.loads(only(frame, 101))["settings"]["synchronous_mode"] is False
    records = np.frombuffer(only(frame, 102), ACTOR_RECORD, offset=2)
    row = records[records["actor_id"] == car.id][0]
    assert row.tobytes() == episode.table.records[episode.table.row(car.id)].tobytes()


def test_a_crash_is_recorded_with_its_impulse(tmp_path: Path) -> None:
    episode = episode_on(plain_map())
    front = put(episode, CAR, (6.0, 0.0, 0.0))
    rear = put(episode, CAR, role_name="hero")
    put(episode, "sensor.other.collision", parent=rear)
    batch.apply_target_velocity(episode, rear.id, (10.0, 0.0, 0.0))
    recorded(episode, tmp_path / "a.log")
    felt = []
    for _ in range(10):
        episode.step(TICK_NS)
        felt.append(list(episode.touches))
    _, frames = opened((tmp_path / "a.log").read_bytes())
    hits = [[payload for kind, payload in frame if kind == 5] for frame in frames]
    assert [bool(found) for found in hits] == [bool(touches) for touches in felt]
    first = next(found[0] for found in hits if found)
    # actor 1 is the one with the sensor, and says that it is the hero
    assert struct.unpack("<HIIIBB", first) == (1, 0, rear.id, front.id, 1, 0)
    index = next(index for index, found in enumerate(hits) if found)
    impulse = struct.unpack_from("<qqddd", only(frames[index], 103), 2)
    assert impulse[:2] == (felt[index][0].id_a, felt[index][0].id_b)
    np.testing.assert_array_equal(impulse[2:], felt[index][0].impulse_on_a_world_ns * [1, -1, 1])


def test_the_disk_is_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    episode = episode_on(plain_map())
    recorder = recorded(episode, tmp_path / "a.log")
    episode.step(TICK_NS)
    whole = (tmp_path / "a.log").read_bytes()
    really = os.pwrite

    def full(file: int, data: bytes, at: int) -> int:
        if len(data) > 20:
            really(file, data[: len(data) // 2], at)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "pwrite", full)
    episode.step(TICK_NS)
    episode.step(TICK_NS)
    assert "No space left" in recorder.failure
    assert not recorder.is_recording
    assert (tmp_path / "a.log").read_bytes() == whole  # half a frame is taken away again


def test_a_file_that_is_no_recording_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("two years of work")
    with pytest.raises(OSError, match="no recording"):
        LogWriter(tmp_path / "thesis.txt", "plain", 0)
    assert (tmp_path / "thesis.txt").read_text() == "two years of work"
    LogWriter(tmp_path / "a.log", "plain", 0).close()
    LogWriter(tmp_path / "a.log", "other", 0).close()
    assert opened((tmp_path / "a.log").read_bytes())[0]["map"] == "other"
