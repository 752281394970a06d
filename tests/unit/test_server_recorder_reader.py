"""A recording is read without trust: whole frames or one line of what is wrong, and never much memory."""

import random
import struct
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

from sim.server.calls import CallError
from sim.server.recorder import queries, report
from sim.server.recorder.folder import recording_path
from sim.server.recorder.log_reader import LogError, LogReader
from sim.server.recorder.packets import Kind
from sim.server.recorder.replayer import Replayer, ReplayRequest
from sim.server.recorder.stage import ReplayOptions
from tests.toy_episode import TICK_NS, episode_on, plain_map
from tests.toy_recording import ToyRecording, birth, counted, packet, place

CAR = "vehicle.tesla.model3"


def toy(version: int = 1, frames: int = 5) -> ToyRecording:
    log = ToyRecording(version=version)
    for number in range(frames):
        born = [counted(2, [birth(30, 1, (0.0, 0.0, 0.0), 0.0, CAR, "hero")])] if number == 0 else []
        crash = [counted(5, [struct.pack("<IIIBB", 0, 30, 0xFFFFFFFF, 1, 0)])] if number in (2, 3) else []
        log.add(*born, *crash, counted(6, [place(30, (50.0 * number, 0.0, 0.0))]), packet(77, b"unknown"))
    return log


def saved(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def test_frames_and_their_packets(tmp_path: Path) -> None:
    with LogReader(saved(tmp_path / "a.log", toy().data())) as log:
        assert (log.header.version, log.header.map_name, len(log), log.torn) == (1, "plain", 5, "")
        frame = log.frame(2)
        assert (frame.number, frame.elapsed_ns) == (3, 100_000_000)
        assert [kind for kind, _ in log.packets(frame)] == [Kind.COLLISIONS, Kind.POSITIONS]


def test_version_2_numbers_its_last_packets_otherwise(tmp_path: Path) -> None:
    for version, kinds in ((1, [21, 22, 23]), (2, [23, 21, 22])):
        log = ToyRecording(version=version)
        log.add(*(counted(kind, []) for kind in kinds))
        with LogReader(saved(tmp_path / f"{version}.log", log.data())) as reader:
            found = [kind for kind, _ in reader.packets(reader.frame(0))]
        assert found == [Kind.DOORS, Kind.WHEELS, Kind.BIKERS]


def test_every_truncation_leaves_the_whole_frames(tmp_path: Path) -> None:
    log = toy()
    data, begin = log.data(), len(log.data()) - sum(map(len, log.frames))
    ends = [begin]
    for frame in log.frames:
        ends.append(ends[-1] + len(frame))
    for length in range(len(data)):
        path = saved(tmp_path / "torn.log", data[:length])
        if length < begin:
            with pytest.raises(LogError):
                LogReader(path)
            continue
        with LogReader(path) as reader:
            assert len(reader) == sum(end <= length for end in ends[1:])
            assert bool(reader.torn) == (length not in ends)
            assert ("Incomplete" in report.file_info(reader, True)) == (length not in ends)


def questions() -> list[Callable[[LogReader], object]]:
    def replay(log: LogReader) -> None:
        episode = episode_on(plain_map())
        episode.tape.replayer = Replayer(episode, log, ReplayRequest(with_sensors=True), ReplayOptions())
        for _ in range(6):
            episode.step(TICK_NS)

    return [
        lambda log: report.file_info(log, True),
        lambda log: queries.collisions(log, "a", "a"),
        lambda log: queries.blocked(log, 0.0, 1.0),
        replay,
    ]


def test_changed_bytes_are_an_answer_or_one_line(tmp_path: Path) -> None:
    random_bytes = random.Random(5)
    data = toy().data()
    answered = refused = 0
    said: list[str] = []
    for trial in range(400):
        changed = bytearray(data)
        for _ in range(random_bytes.choice((1, 2, 8))):
            changed[random_bytes.randrange(len(data))] = random_bytes.randrange(256)
        path = saved(tmp_path / "changed.log", bytes(changed))
        try:
            with LogReader(path) as log:
                if len(log):
                    questions()[trial % 4](log)
            answered += 1
        except (LogError, CallError) as error:
            said.append(str(error))
            refused += 1
    assert not [line for line in said if "\n" in line]
    assert answered > 50
    assert refused > 50


@pytest.mark.parametrize("size", [0, 1, 17, 100, 5000])
def test_garbage_is_refused(tmp_path: Path, size: int) -> None:
    garbage = random.Random(size).randbytes(size)
    with pytest.raises(LogError):
        LogReader(saved(tmp_path / "garbage.log", garbage))
    with pytest.raises(LogError):  # a packet where the first frame should begin
        LogReader(saved(tmp_path / "garbage.log", ToyRecording().data() + struct.pack("<BI", 200, 0) + garbage))


@pytest.mark.parametrize(
    "evil",
    [
        counted(2, [])[:-2] + b"\xff\xff",  # 65,535 births in no bytes
        packet(15, struct.pack("<H", 65535) + bytes(100)),
        packet(19, struct.pack("<HIH", 1, 1, 65535)),
        packet(22, struct.pack("<HII", 1, 1, 0xFFFFFFFF)),
        packet(6, struct.pack("<H", 3) + bytes(28)),
        packet(102, struct.pack("<H", 1) + b"\xff" * 119),
        counted(6, [struct.pack("<I6f", 30, *[float("nan")] * 6)]),
        counted(2, [birth(0xFFFFFFFF, 9, (float("inf"), 0, 0), 0.0, CAR, "x")]),
        counted(4, [struct.pack("<II", 30, 30)]),
        counted(105, [struct.pack("<14f", *[float("nan")] * 14)]),
    ],
)
def test_lies_about_numbers_cost_no_memory(tmp_path: Path, evil: bytes) -> None:
    log = toy(frames=1)
    log.add(evil)
    log.add(counted(6, [place(30, (0.0, 0.0, 0.0))]))
    path = saved(tmp_path / "evil.log", log.data())
    for question in questions():
        tracemalloc.start()
        said = ""
        try:
            with LogReader(path) as reader:
                question(reader)
        except (LogError, CallError) as error:
            said = str(error)
        finally:
            _, peak = tracemalloc.get_traced_memory()
            tracemalloc.stop()
        assert peak < 30e6
        assert "\n" not in said


def test_a_length_beyond_the_file_is_a_torn_end(tmp_path: Path) -> None:
    log = toy(frames=2).data()
    path = saved(tmp_path / "long.log", log + struct.pack("<BI", 0, 0xFFFFFFFF) + b"x")
    with LogReader(path) as reader:
        assert len(reader) == 2
        assert "2 whole" in reader.torn


def test_frames_out_of_order_are_refused(tmp_path: Path) -> None:
    log = toy(frames=3)
    log.frames = [log.frames[0], log.frames[2], log.frames[1]]
    with pytest.raises(LogError, match="time that goes on"):
        LogReader(saved(tmp_path / "mixed.log", log.data()))


def test_the_information_has_the_lines_that_tools_read(tmp_path: Path) -> None:
    with LogReader(saved(tmp_path / "a.log", toy().data())) as log:
        lines = report.file_info(log, True).splitlines()
        short = report.file_info(log, False).splitlines()
    assert lines[:2] == ["Version: 1", "Map: plain"]
    assert lines[2].startswith("Date: ")
    assert lines[4:9] == [
        "Frame 1 at 0 seconds",
        f" Create 30: {CAR} (1) at (0, 0, 0)",
        "  role_name = hero",
        " Positions: 1",
        "  Id: 30 Location: (0, 0, 0) Rotation: (0, 0, 0)",
    ]
    assert " Collision id 0 between 30 (hero)  with 4294967295" in lines
    assert lines[-2:] == ["Frames: 5", "Duration: 0.2 seconds"]
    assert [line for line in short if line.startswith("Frame ")] == [
        "Frame 1 at 0 seconds",
        "Frame 3 at 0.1 seconds",
        "Frame 4 at 0.15 seconds",
    ]


def test_a_collision_that_lasts_is_told_once(tmp_path: Path) -> None:
    with LogReader(saved(tmp_path / "a.log", toy().data())) as log:
        rows = [line for line in queries.collisions(log, "h", "o").splitlines() if CAR in line]
        nobody = [line for line in queries.collisions(log, "w", "a").splitlines() if CAR in line]
    assert rows == [f"{0.1:8.0f}   v o      30 {CAR:<35} 4294967295 {'':<35}"]
    assert nobody == []


def test_who_stands_for_long_enough_is_blocked(tmp_path: Path) -> None:
    log = ToyRecording()
    for number in range(100):
        still = number < 60  # 3 s on a spot, then 2 m a frame
        x_cm = 0.0 if still else 200.0 * (number - 59)
        born = [counted(2, [birth(30, 1, (0.0, 0.0, 0.0), 0.0, CAR, "x")])] if number == 0 else []
        log.add(*born, counted(6, [place(30, (x_cm, 0.0, 0.0))]))
    with LogReader(saved(tmp_path / "a.log", log.data())) as reader:
        found = [line.split() for line in queries.blocked(reader, 2.0, 100.0).splitlines() if CAR in line]
        none = [line for line in queries.blocked(reader, 3.5, 100.0).splitlines() if CAR in line]
    assert found == [["0", "30", CAR, "3"]]
    assert none == []


@pytest.mark.parametrize("name", ["", " ", "..", "../a.log", "a/../../b", "/tmp/../etc/x", "a\nb", "a\\b", "dir/"])
def test_names_that_lead_astray_are_refused(name: str) -> None:
    with pytest.raises(CallError):
        recording_path(name, Path("/recordings"))


def test_names_go_to_the_folder_and_absolute_paths_where_they_say() -> None:
    assert recording_path("a.log", Path("/recordings")) == Path("/recordings/a.log")
    assert recording_path("day/a.log", Path("/recordings")) == Path("/recordings/day/a.log")
    assert recording_path("/elsewhere/a.log", Path("/recordings")) == Path("/elsewhere/a.log")
