"""What a bundle says in Foxglove's schemas, against poses and lanes worked out by hand."""

import numpy as np
import pytest
from mcap_protobuf.decoder import DecoderFactory

from moosetest.frames import Transform
from moosetest.timing import TICK_NS
from moosetest.world import Lane, LaneMap
from scenarios.drive import foxglove_messages as messages
from tests.toy_bundles import RIG, bundle


def decoded(message):
    """The message as a reader of the file gets it."""

    class Schema:
        name, encoding = message.get_schema().name, "protobuf"
        id, data = 1, message.get_schema().data

    return DecoderFactory().decoder_for("protobuf", Schema)(message.encode())


def test_lane_borders_are_half_a_width_to_the_left_and_to_the_right():
    line = np.array([[0.0, 0.0, 1.0], [0.0, 10.0, 1.0], [0.0, 20.0, 1.0]])  # northwards: left is west
    lane = Lane(lane_id="a", center_world_m=line, width_m=np.array([3.0, 4.0, 4.0]), speed_limit_mps=10.0)
    left, right = messages.lane_borders_m(lane)
    assert left == pytest.approx(np.array([[-1.5, 0.0, 1.0], [-2.0, 10.0, 1.0], [-2.0, 20.0, 1.0]]))
    assert right == pytest.approx(np.array([[1.5, 0.0, 1.0], [2.0, 10.0, 1.0], [2.0, 20.0, 1.0]]))
    told = decoded(messages.lanes_message(0, LaneMap(name="m", lanes={"a": lane}))).entities[0]
    assert [(p.x, p.y) for p in told.lines[0].points] == [(-1.5, 0.0), (-2.0, 10.0), (-2.0, 20.0)]


def test_quaternions_of_a_quarter_turn_left_and_of_a_roll():
    half = np.sqrt(0.5)
    left = Transform.from_xyz_rpy("world", "a", (0, 0, 0), (0, 0, np.pi / 2)).matrix[:3, :3]
    roll = Transform.from_xyz_rpy("world", "a", (0, 0, 0), (np.pi / 2, 0, 0)).matrix[:3, :3]
    told = messages.quaternions_wxyz(np.array([left, roll]))
    assert told == pytest.approx(np.array([[half, 0, 0, half], [half, half, 0, 0]]))
    assert messages.quaternions_wxyz(np.zeros((0, 3, 3))).shape == (0, 4)


def test_echoes_are_points_in_the_ego_frame():
    frame = bundle(3).frames["radar"]
    told = decoded(messages.echoes_message(frame))
    rows = np.frombuffer(told.data, np.float32).reshape(-1, 4)
    assert [f.name for f in told.fields] == ["x", "y", "z", "range_rate"]
    azimuth = np.radians(-29.5)  # of the first: 30 m away, from a seat 1 m ahead and 1.5 m up
    assert rows[0] == pytest.approx([1.0 + 30.0 * np.cos(azimuth), 30.0 * np.sin(azimuth), 1.5, 0.0], abs=1e-5)


def test_calibration_and_mount_are_those_of_the_rig():
    frame = bundle(3).frames["cam"]
    told = decoded(messages.calibration_message(frame))
    assert (told.width, told.height) == (64, 40)
    assert np.reshape(told.K, (3, 3)) == pytest.approx(RIG.cameras[0].K_px)
    placed = decoded(messages.transforms_message(3 * TICK_NS, [frame.T_ego_sensor])).transforms[0]
    assert (placed.parent_frame_id, placed.child_frame_id) == ("ego", "cam")
    assert (placed.translation.x, placed.translation.y, placed.translation.z) == (1.0, 0.0, 1.5)
    # x right, y down, z forward: a turn by 120 degrees about (-1, 1, -1)
    turn = placed.rotation
    assert np.abs([turn.w, turn.x, turn.y, turn.z]) == pytest.approx(0.5)
    assert placed.timestamp.nanos == 3 * TICK_NS
