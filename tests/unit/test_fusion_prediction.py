import numpy as np
import pytest

from fusion.prediction import KEEP_GOING, OTHERWISE, PredictionConfig, predict
from fusion.world_model import build_world_model
from moosetest.objects import ObjectClass, Tracks, TrackStatus
from moosetest.world import LaneMap
from tests.toy_maps import quarter_bend
from tests.toy_road import PERSON_SIZE, Actor, ego_state, straight_lanes, true_tracks

CONFIG = PredictionConfig()
WALKER = {"size": PERSON_SIZE, "label": ObjectClass.PERSON}
NO_MAP = LaneMap(name="none", lanes={})


def look_ahead(actor, lanes=None, **changes):
    tracks = true_tracks(0, [actor])
    if changes:
        columns = {n: getattr(tracks, n) for n in tracks.__dataclass_fields__} | changes
        tracks = Tracks(**columns)
    poses, prob, dt_ns = predict(tracks, ego_state(0, x=20.0), lanes or straight_lanes(), CONFIG)
    assert dt_ns == 200_000_000
    assert poses.shape == (1, 2, 21, 3)
    assert prob.sum(axis=1) == pytest.approx(1.0)
    return poses[0], prob[0]


def test_constant_velocity_by_hand():
    poses, prob = look_ahead(Actor(60.0, 9.0, vx=2.0, vy=-1.0), NO_MAP)
    assert poses[KEEP_GOING, 0, :2] == pytest.approx([60.0, 9.0])
    assert poses[KEEP_GOING, -1, :2] == pytest.approx([68.0, 5.0])
    assert prob[KEEP_GOING] == 1.0


def test_a_sure_turn_goes_on_for_a_while_and_an_unsure_one_does_not():
    sure = look_ahead(Actor(60.0, 50.0, vx=10.0), NO_MAP, yaw_rate_radps=np.array([0.4]))[0][KEEP_GOING]
    assert np.arctan2(*(sure[-1] - sure[-2])[1::-1]) == pytest.approx(0.4 * CONFIG.turn_s, abs=1e-6)
    unsure = look_ahead(Actor(60.0, 50.0, vx=10.0), NO_MAP, yaw_rate_radps=np.array([0.15]))[0][KEEP_GOING]
    assert unsure[-1, 1] == pytest.approx(50.0)


def test_standing_thing_stays():
    poses, _ = look_ahead(Actor(60.0, 2.0), yaw_rate_radps=np.array([0.5]))
    assert np.ptp(poses, axis=1).max() < 1e-9


def test_oncoming_car_follows_its_lane_round_the_bend():
    lanes, on_bend = quarter_bend(radius_m=30.0)
    (x, y), angle = on_bend(0.3, 30.0), 0.3
    car = Actor(x, y, vx=8 * np.cos(angle), vy=8 * np.sin(angle), yaw=angle)
    poses, prob = look_ahead(car, lanes)
    assert prob[OTHERWISE] == pytest.approx(CONFIG.follow_prob)
    off = np.hypot(poses[OTHERWISE, :, 0], poses[OTHERWISE, :, 1] - 30.0) - 30.0
    assert np.abs(off[poses[OTHERWISE, :, 1] < 29.0]).max() < 0.4
    assert poses[OTHERWISE, -1, 2] > 1.0


@pytest.mark.parametrize(("sideways", "leaves"), [(0.0, False), (0.3, False), (1.2, True), (-1.2, True)])
def test_who_moves_out_of_the_lane_for_certain_is_believed(sideways, leaves):
    _, prob = look_ahead(Actor(80.0, 0.0, vx=15.0, vy=sideways))
    assert bool(prob[KEEP_GOING] > 0.5) is leaves


def test_person_on_the_pavement_may_step_in():
    poses, prob = look_ahead(Actor(50.0, -4.0, **WALKER))
    assert prob[OTHERWISE] == pytest.approx(CONFIG.step_in_prob)
    assert poses[OTHERWISE, -1, :2] == pytest.approx([50.0, -4.0 + 4 * CONFIG.walk_mps], abs=0.1)
    _, prob = look_ahead(Actor(50.0, -9.0, **WALKER))
    assert prob[KEEP_GOING] == 1.0


def test_person_who_crosses_may_stop():
    poses, prob = look_ahead(Actor(50.0, -3.0, vy=1.4, **WALKER))
    assert prob[OTHERWISE] == pytest.approx(CONFIG.stop_prob)
    assert np.ptp(poses[OTHERWISE], axis=0).max() == 0.0


def test_without_a_map_the_way_is_straight_ahead():
    poses, prob = look_ahead(Actor(50.0, -4.0, **WALKER), NO_MAP)
    assert prob[OTHERWISE] > 0.0
    assert poses[OTHERWISE, -1, 1] > 0.0


def test_world_model_leaves_tentative_tracks_out():
    tracks = true_tracks(0, [Actor(50.0, 0.0), Actor(70.0, 0.0)])
    columns = {n: getattr(tracks, n) for n in tracks.__dataclass_fields__}
    columns["status"] = np.array([TrackStatus.TENTATIVE, TrackStatus.COASTED], dtype=np.int8)
    world = build_world_model(ego_state(0), Tracks(**columns), straight_lanes(), staleness_ns={"lidar": 5})
    assert world.tracks.track_id.tolist() == [1]
    assert world.staleness_ns == {"lidar": 5}
    assert len(build_world_model(ego_state(0), Tracks.empty(0), straight_lanes()).tracks) == 0
