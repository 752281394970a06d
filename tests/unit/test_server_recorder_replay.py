"""Replays of recordings as stock CARLA writes them: places in centimetres, nothing of this server's own."""

import struct
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sim.server.episode import Episode
from sim.server.layouts import CarlaTransform
from sim.server.recorder.log_reader import LogReader
from sim.server.recorder.log_writer import LogWriter
from sim.server.recorder.packets import UNKNOWN_SOLID
from sim.server.recorder.recorder import Recorder
from sim.server.recorder.replayer import Replayer, ReplayRequest
from sim.server.recorder.stage import ReplayOptions
from tests.toy_episode import TICK_NS, episode_on, plain_map, put, real_map
from tests.toy_recording import ToyRecording, birth, counted, place

CAR = "vehicle.tesla.model3"
WALKER = "walker.pedestrian.0001"


def straight(frames: int = 10, actor_id: int = 30) -> ToyRecording:
    """A car that goes 1 m a frame along CARLA's +y, turning 10 degrees each."""
    log = ToyRecording()
    for number in range(frames):
        born = [counted(2, [birth(actor_id, 1, (0.0, 0.0, 0.0), 90.0, CAR, "hero")])] if number == 0 else []
        pedals = counted(8, [struct.pack("<IfffBi", actor_id, 0.25, 0.5, 0.0, 0, -1)])
        log.add(*born, counted(6, [place(actor_id, (0.0, 100.0 * number, 0.0), 170.0 + 10.0 * number)]), pedals)
    return log


def replay(
    log: ToyRecording, tmp_path: Path, episode: Episode, request: ReplayRequest, options: ReplayOptions | None = None
) -> Replayer:
    path = tmp_path / "toy.log"
    path.write_bytes(log.data())
    episode.tape.options = options or ReplayOptions()
    episode.tape.replayer = Replayer(episode, LogReader(path), request, episode.tape.options)
    return episode.tape.replayer


def at(episode: Episode, actor_id: int) -> tuple[float, ...]:
    """x, y, yaw in CARLA's frame."""
    record = episode.table.records[episode.table.row(actor_id)]
    return (*(float(v) for v in record["location_m"][:2]), float(record["rotation_deg"][1]))


def test_each_tick_shows_the_next_frame(tmp_path: Path) -> None:
    episode = episode_on(plain_map())
    replay(straight(), tmp_path, episode, ReplayRequest())
    for number in range(10):
        episode.step(TICK_NS)
        yaw = (170.0 + 10.0 * number + 180.0) % 360.0 - 180.0
        np.testing.assert_allclose(at(episode, 30), (0.0, number, yaw), atol=1e-4)
    episode.step(TICK_NS)
    assert episode.tape.replayer is None


def test_between_frames_places_are_interpolated_and_angles_go_the_short_way(tmp_path: Path) -> None:
    episode = episode_on(plain_map())
    replay(straight(), tmp_path, episode, ReplayRequest())
    episode.step(TICK_NS)
    for tick in range(1, 9):
        episode.step(12_500_000)
        time_frames = 0.25 * tick
        yaw = (170.0 + 10.0 * time_frames + 180.0) % 360.0 - 180.0
        np.testing.assert_allclose(at(episode, 30), (0.0, time_frames, yaw), atol=1e-4)


def test_without_recorded_velocities_they_come_from_the_places(tmp_path: Path) -> None:
    episode = episode_on(plain_map())
    replay(straight(), tmp_path, episode, ReplayRequest())
    for _ in range(3):
        episode.step(TICK_NS)
    velocity = episode.table.records["velocity_mps"][episode.table.row(30)]
    np.testing.assert_allclose(velocity, (0.0, 20.0, 0.0), atol=1e-4)  # 1 m in 50 ms
    control = episode.vehicle(30)[1].control
    assert (control.throttle, control.steer, control.reverse) == (0.5, 0.25, True)


@pytest.mark.parametrize(
    ("start_s", "duration_s", "first_m", "frames"),
    [(0.0, 0.0, 0, 10), (0.2, 0.0, 4, 6), (-0.1, 0.0, 7, 3), (-99.0, 0.0, 0, 10), (0.1, 0.15, 2, 4), (99.0, 0.0, 9, 1)],
)
def test_start_and_duration(tmp_path: Path, start_s: float, duration_s: float, first_m: int, frames: int) -> None:
    episode = episode_on(plain_map())
    replay(straight(), tmp_path, episode, ReplayRequest(start_s, duration_s))
    shown = []
    while episode.tape.replayer is not None and len(shown) < 20:
        episode.step(TICK_NS)
        shown.append(at(episode, 30)[1])
    np.testing.assert_allclose(shown[:frames], np.arange(first_m, first_m + frames), atol=1e-3)
    assert len(shown) == frames + 1  # in the last tick physics has the car already


@pytest.mark.parametrize(("factor", "step_m"), [(1.0, 1.0), (3.0, 3.0), (0.5, 0.5), (0.0, 0.0)])
def test_time_factor(tmp_path: Path, factor: float, step_m: float) -> None:
    episode = episode_on(plain_map())
    replay(straight(), tmp_path, episode, ReplayRequest(), ReplayOptions(time_factor=factor))
    for tick in range(4):
        episode.step(TICK_NS)
        assert at(episode, 30)[1] == pytest.approx(tick * step_m, abs=1e-4)


def test_the_recorded_id_is_taken_if_it_is_free(tmp_path: Path) -> None:
    episode = episode_on(plain_map())
    replay(straight(), tmp_path, episode, ReplayRequest())
    assert episode.actor(30).blueprint_id == CAR
    assert put(episode, CAR, (50.0, 0.0, 0.0)).id == 31


def test_a_living_actor_of_the_same_id_and_kind_plays_the_recorded_one(tmp_path: Path) -> None:
    episode = episode_on(plain_map())
    live = put(episode, CAR, (50.0, 0.0, 0.0))
    log = straight(actor_id=live.id)
    replay(log, tmp_path, episode, ReplayRequest())
    count = len(episode.actors)
    episode.step(TICK_NS)
    assert len(episode.actors) == count
    assert at(episode, live.id)[1] == pytest.approx(0.0, abs=1e-4)


def test_another_kind_with_the_same_id_leaves_it_and_gets_the_next(tmp_path: Path) -> None:
    episode = episode_on(plain_map())
    live = put(episode, "vehicle.audi.tt", (50.0, 0.0, 0.0))
    replay(straight(actor_id=live.id), tmp_path, episode, ReplayRequest())
    for _ in range(3):
        episode.step(TICK_NS)
    assert at(episode, live.id)[0] == pytest.approx(50.0, abs=0.01)
    assert at(episode, live.id + 1)[1] == pytest.approx(2.0, abs=1e-4)


def test_replayed_bodies_are_moved_by_nothing_else_and_freed_at_the_end(tmp_path: Path) -> None:
    episode = episode_on(plain_map())
    obstacle = put(episode, CAR, (0.0, -3.0, 0.0))  # in the way: CARLA's +y is our -y
    replay(straight(), tmp_path, episode, ReplayRequest())
    for _ in range(5):
        episode.step(TICK_NS)
    assert at(episode, 30)[1] == pytest.approx(4.0, abs=1e-4)
    assert at(episode, obstacle.id)[1] == pytest.approx(3.0, abs=1e-3)
    assert episode.touches == []
    episode.tape.stop_replay(keep_actors=True)
    assert episode.actor(30).simulated
    assert episode.actor(30).collides
    assert episode.vehicle(30)[1].control.throttle == 0.0


def test_deaths_come_at_the_stop_unless_actors_are_kept(tmp_path: Path) -> None:
    log = straight(5)
    log.add(counted(3, [struct.pack("<I", 30)]))
    for keep in (True, False):
        episode = episode_on(plain_map())
        replay(log, tmp_path, episode, ReplayRequest())
        episode.step(TICK_NS)
        episode.tape.stop_replay(keep_actors=keep)
        assert (30 in episode.actors) == keep


def test_collisions_reach_the_touches_once_a_pair(tmp_path: Path) -> None:
    log = straight(1)
    first, second = struct.pack("<IIIBB", 0, 30, 0xFFFFFFFF, 1, 0), struct.pack("<IIIBB", 1, 0xFFFFFFFF, 30, 0, 1)
    log.add(counted(5, [first, second]))
    log.add(counted(5, [first]))
    log.add(counted(6, [place(30, (0.0, 0.0, 0.0))]))
    episode = episode_on(plain_map())
    replay(log, tmp_path, episode, ReplayRequest())
    felt = []
    for _ in range(4):
        episode.step(TICK_NS)
        felt.append([(touch.id_a, touch.id_b) for touch in episode.touches])
    assert felt == [[], [(30, UNKNOWN_SOLID)], [(30, UNKNOWN_SOLID)], []]
    assert episode.wire_of(UNKNOWN_SOLID)[0] == 0  # what the sensor will name: nobody


def test_a_fast_replay_reports_the_collisions_of_all_frames_it_passes(tmp_path: Path) -> None:
    log = straight(1)
    for number in range(6):
        log.add(counted(5, [struct.pack("<IIIBB", 0, 30, 0xFFFFFFFF, 1, 0)] if number in (0, 3) else []))
    episode = episode_on(plain_map())
    replay(log, tmp_path, episode, ReplayRequest(), ReplayOptions(time_factor=3.0))
    felt = []
    for _ in range(3):
        episode.step(TICK_NS)
        felt.append(len(episode.touches))
    assert felt == [0, 1, 1]


def test_the_hero_is_left_out_if_asked(tmp_path: Path) -> None:
    episode = episode_on(plain_map())
    replay(straight(), tmp_path, episode, ReplayRequest(), ReplayOptions(ignore_hero=True))
    episode.step(TICK_NS)
    assert 30 not in episode.actors


def test_the_spectator_follows_with_the_offset(tmp_path: Path) -> None:
    episode = episode_on(plain_map())
    log = straight()
    replay(log, tmp_path, episode, ReplayRequest(follow_id=30, offset=CarlaTransform((-10.0, 0.0, 5.0))))
    episode.step(TICK_NS)
    row = episode.table.records[episode.table.row(episode.spectator.id)]
    heading = np.radians(170.0)
    np.testing.assert_allclose(row["location_m"], (-10 * np.cos(heading), -10 * np.sin(heading), 5.0), atol=1e-4)


def test_a_recorded_spectator_moves_ours_only_if_it_is_not_ignored(tmp_path: Path) -> None:
    log = ToyRecording()
    log.add(counted(2, [birth(9, 0, (0.0, 0.0, 0.0), 0.0, "spectator", "")]), counted(6, [place(9, (100.0, 0.0, 0.0))]))
    log.add(counted(6, [place(9, (200.0, 0.0, 0.0))]))
    for ignored in (True, False):
        episode = episode_on(plain_map())
        replay(log, tmp_path, episode, ReplayRequest(), ReplayOptions(ignore_spectator=ignored))
        episode.step(TICK_NS)
        episode.step(TICK_NS)
        assert at(episode, episode.spectator.id)[0] == pytest.approx(0.0 if ignored else 2.0, abs=1e-4)


def test_traffic_lights_are_found_by_their_place(tmp_path: Path) -> None:
    episode = episode_on(real_map("junction"))
    light = list(episode.signals.lights.values())[1]
    x, y, z = (float(v) * 100 for v in light.T_world_actor[:3, 3])
    log = ToyRecording()
    recorded = birth(500, 3, (x, -y, z), 0.0, "traffic.traffic_light", "")
    nowhere = birth(501, 3, (x + 5000.0, -y, z), 0.0, "traffic.traffic_light", "")
    log.add(counted(2, [recorded, nowhere]), counted(7, [struct.pack("<IBfB", 500, 1, 7.5, 1)]))
    log.add(counted(7, [struct.pack("<IBfB", 500, 1, 7.5, 1)]))
    player = replay(log, tmp_path, episode, ReplayRequest())
    episode.step(TICK_NS)
    record = episode.table.records[episode.table.row(light.actor_id)]
    assert (record["color"], record["frozen"], record["elapsed_s"]) == (1, 1, 7.5)
    assert player.stage.missing == [501]


def test_what_this_server_does_not_have_is_left_out_and_said(tmp_path: Path) -> None:
    log = ToyRecording()
    log.add(
        counted(2, [birth(30, 1, (0.0, 0.0, 0.0), 0.0, "vehicle.no.such", "x")]), counted(6, [place(30, (0, 0, 0))])
    )
    episode = episode_on(plain_map())
    player = replay(log, tmp_path, episode, ReplayRequest())
    assert player.stage.missing == [30]
    episode.step(TICK_NS)


def test_a_walker_of_stock_carla_walks_where_it_looks(tmp_path: Path) -> None:
    log = ToyRecording()
    for number in range(3):
        born = [counted(2, [birth(30, 2, (0.0, 0.0, 90.0), 90.0, WALKER, "x")])] if number == 0 else []
        speed = counted(9, [struct.pack("<If", 30, 140.0)])
        log.add(*born, counted(6, [place(30, (0.0, 7.0 * number, 90.0), 90.0)]), speed)
    episode = episode_on(plain_map())
    replay(log, tmp_path, episode, ReplayRequest())
    for _ in range(2):
        episode.step(TICK_NS)
    walker = episode.actor(30).walker
    assert walker is not None
    assert walker.control.speed_mps == pytest.approx(1.4)
    np.testing.assert_allclose(walker.control.direction, (0.0, 1.0, 0.0), atol=1e-6)
    assert at(episode, 30)[1] == pytest.approx(0.07, abs=1e-5)


def test_street_lamps_come_back(tmp_path: Path) -> None:
    day, night = episode_on(real_map("urban_street")), episode_on(real_map("urban_street"))
    assert len(day.street_lights.states) > 2
    lamp = replace(day.street_lights.states[1], intensity_lm=1234.0, color=(10, 200, 30), active=True)
    writer = LogWriter(tmp_path / "a.log", "urban_street", 0)
    day.tape.recorder = Recorder(writer, {}, None)
    day.step(TICK_NS)
    day.street_lights.set([lamp])
    day.step(TICK_NS)
    day.tape.stop_recording()
    night.tape.replayer = Replayer(night, LogReader(tmp_path / "a.log"), ReplayRequest(), night.tape.options)
    night.step(TICK_NS)
    assert night.street_lights.states[1] != lamp
    night.step(TICK_NS)
    assert night.street_lights.states[1] == lamp
    assert [lamp.active for lamp in night.street_lights.states].count(True) == 1
