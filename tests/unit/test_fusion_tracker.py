import numpy as np
import pytest

from fusion.tracker import FusedTracker, TrackerConfig
from moosetest.digest import digest_of
from moosetest.objects import Detections, ObjectClass, Tracks, TrackStatus
from moosetest.sensing import SensorBundle
from moosetest.timing import TICK_NS
from tests.toy_road import PERSON_SIZE, Actor, ego_state, true_tracks
from tests.toy_sensors import Perception, boxes, see_camera, see_lidar, see_radar

TRUCK = {"size": (8.0, 2.5, 3.2), "label": ObjectClass.TRUCK}
WALKER = {"size": PERSON_SIZE, "label": ObjectClass.PERSON}


def watch(actors, ticks, sensors="lidar", speed=0.0, **more) -> list[Tracks]:
    """Tracks of each tick; the car drives along x at constant speed."""
    perception = Perception(frozenset(sensors.split("+")), **more)
    for k in range(ticks):
        ego = ego_state(k * TICK_NS, x=speed * k * 0.1, speed=speed)
        perception(ego, true_tracks(k * TICK_NS, actors))
    return perception.history


def believed(tracks: Tracks) -> Tracks:
    return tracks.select(tracks.status != TrackStatus.TENTATIVE)


@pytest.mark.parametrize("sensors", ["lidar", "lidar+radar+camera"])
def test_walker_crossing_at_30_m_has_his_velocity_within_half_a_second(sensors):
    errors = []
    for seed in range(8):
        after = watch([Actor(30.0, -5.0, vy=1.4, **WALKER)], 6, sensors, seed=seed, sd=0.08)[-1]
        errors.append(np.linalg.norm(after.velocity_world_mps[0] - [0.0, 1.4]))
    assert np.median(errors) < 0.4


@pytest.mark.parametrize("sensors", ["lidar", "radar", "lidar+radar+camera"])
def test_truck_uncovered_at_30_m_is_believed_within_three_frames_and_stands(sensors):
    truck = Actor(34.0, 0.0, **TRUCK, visible=lambda t: t >= 0.5)
    history = watch([truck], 25, sensors, speed=9.0)
    assert len(believed(history[7])) == 1
    for tracks in history[8:]:
        assert np.linalg.norm(believed(tracks).velocity_world_mps, axis=1).max() < 1.0


def test_cameras_alone_take_half_a_second_to_believe():
    history = watch([Actor(30.0, 0.0, **WALKER)], 10, "camera")
    assert [len(believed(t)) for t in history[:6]] == [0, 0, 0, 0, 1, 1]
    assert believed(history[-1]).center_world_m[0, 0] == pytest.approx(30.0, abs=2.0)


def test_standing_things_do_not_gain_speed_from_noise():
    actors = [
        Actor(15.0 + 5 * i, (-1) ** i * (4.0 + i % 3), label=ObjectClass(i % 7), size=(1.0 + i % 4, 1.0, 1.5))
        for i in range(12)
    ]
    history = watch(actors, 60, "lidar+radar+camera", speed=3.0, sd=0.12)
    speeds = [np.linalg.norm(believed(t).velocity_world_mps, axis=1) for t in history[10:]]
    assert np.concatenate(speeds).max() < 0.8
    assert np.mean(np.concatenate(speeds) > 0.3) < 0.01


def tempe_labels(t: float) -> int:
    """Other, vehicle and bicycle in turn, every 0.3 s: as the record's timeline alternates."""
    return (ObjectClass.CAR, ObjectClass.UNKNOWN, ObjectClass.BICYCLE)[int(t / 0.3) % 3]


def tempe(tracker=None):
    walker = Actor(60.0, -6.0, vy=1.4, size=(1.8, 0.6, 1.7), yaw=np.pi / 2)
    more = {"tracker": tracker} if tracker else {}
    return watch([walker], 40, "lidar", lidar_labels=tempe_labels, sd=0.08, **more)


def test_flipping_classes_leave_track_and_velocity_alone():
    history = tempe()
    assert {int(i) for t in history for i in t.track_id} == {1}
    velocity = np.array([t.velocity_world_mps[0] for t in history[8:]])
    assert np.abs(velocity - [0.0, 1.4]).max() < 1.0
    assert velocity.mean(axis=0) == pytest.approx([0.0, 1.4], abs=0.15)
    assert len({int(t.class_prob[0].argmax()) for t in history[8:]}) >= 2


def test_ablation_drops_the_history_at_each_change_of_label():
    history = tempe(FusedTracker(TrackerConfig(reset_on_reclass=True)))
    assert len({int(i) for t in history for i in t.track_id}) == 14  # 4 s of changes every 0.3 s
    after_change = [np.linalg.norm(t.velocity_world_mps[0]) for k, t in enumerate(history) if k % 3 == 0 and k > 3]
    assert np.median(after_change) < 0.5  # "path predicted as static"


def test_hidden_for_a_second_and_the_same_afterwards():
    truck = Actor(20.0, -3.2, size=(4.0, 2.5, 3.2), label=ObjectClass.TRUCK)
    walker = Actor(30.0, -7.5, vy=1.4, **WALKER, visible=lambda t: not 1.5 < t < 2.5)
    history = watch([truck, walker], 40, "lidar+camera")
    people = [believed(t).select(believed(t).class_prob.argmax(axis=1) == ObjectClass.PERSON) for t in history]
    assert {int(i) for t in people[5:] for i in t.track_id} == {int(people[5].track_id[0])}
    assert TrackStatus.COASTED in people[20].status


def test_lost_at_the_bumper_is_remembered_for_five_seconds():
    walker = Actor(5.0, 0.5, **WALKER, visible=lambda t: t < 1.0)
    history = watch([walker], 80, "lidar+radar+camera")
    for tracks in history[10:60]:
        assert len(believed(tracks)) == 1
        assert tracks.existence[0] >= 0.5
    assert len(believed(history[79])) == 0


def test_gone_in_plain_view_is_given_up_within_a_second():
    thing = Actor(30.0, 0.0, **WALKER, visible=lambda t: t < 2.0)
    assert len(believed(watch([thing], 31, "lidar+radar+camera")[-1])) == 0


def test_radar_knows_a_leads_speed_at_once():
    tracks = watch([Actor(40.0, 0.0, vx=12.0)], 3, "lidar+radar", speed=12.0)[-1]
    assert tracks.velocity_world_mps[0, 0] == pytest.approx(12.0, abs=0.5)


def test_order_of_detections_and_sensors_does_not_matter():
    rng = np.random.default_rng(3)
    actors = [Actor(15.0 + 6 * i, (-1) ** i * 3.0, vx=float(i)) for i in range(6)]
    straight, shuffled = FusedTracker(), FusedTracker()
    for k in range(12):
        ego, truth = ego_state(k * TICK_NS), true_tracks(k * TICK_NS, actors)
        found = [see_lidar(ego, truth, rng), see_radar(ego, truth, rng)]
        images = [see_camera(ego, truth, rng)]
        a = straight.update(ego, found, images)
        b = shuffled.update(ego, [permuted(d, rng) for d in reversed(found)], [permuted(images[0], rng)])
        assert digest_of(a) == digest_of(b)


def permuted(found, rng):
    order = rng.permutation(len(found))
    arrays = {
        n: getattr(found, n)[order] if getattr(getattr(found, n), "shape", (0,))[:1] == (len(found),) else None
        for n in found.__dataclass_fields__
        if n != "K_px"
    }
    kept = {n: getattr(found, n) for n in found.__dataclass_fields__}
    return type(found)(**{n: (kept[n] if arrays.get(n) is None else arrays[n]) for n in kept})


def test_late_detections_are_put_where_they_were_taken():
    tracker = FusedTracker()
    walker = Actor(30.0, -6.0, vy=2.0, **WALKER)
    held = None
    for k in range(20):
        t = k * TICK_NS
        ego = ego_state(t, x=0.8 * k, speed=8.0)
        now = see_lidar(ego, true_tracks(t, [walker]), np.random.default_rng(k), sd=0.05)
        tracks = tracker.update(ego, [held] if held is not None else [], [])
        held = now
    truth = walker.at(1.9)
    assert tracks.center_world_m[0, :2] == pytest.approx(truth[:2], abs=0.2)
    assert tracks.velocity_world_mps[0] == pytest.approx(truth[2:], abs=0.4)


def test_growing_view_of_a_standing_truck_is_no_motion():
    tracker = FusedTracker()
    for k in range(20):
        ego = ego_state(k * TICK_NS)
        length = min(2.0 + 0.6 * k, 8.0)  # its near face stays at 26 m
        seen = boxes(ego, "lidar", [26.0 + length / 2, 0.0, 1.6], (length, 2.5, 3.2), label=ObjectClass.TRUCK, sd=0.1)
        tracks = tracker.update(ego, [seen], [])
    assert len(tracks) == 1
    assert np.linalg.norm(tracks.velocity_world_mps[0]) < 0.3
    near_face = tracks.center_world_m[0, 0] - tracks.size_lwh_m[0, 0] / 2
    assert near_face == pytest.approx(26.0, abs=0.2)
    assert tracks.size_lwh_m[0, 0] == pytest.approx(8.0, abs=0.2)


def test_a_rail_seen_in_passing_does_not_come_along():
    tracker = FusedTracker()
    for k in range(40):
        x = 1.0 * k
        ego = ego_state(k * TICK_NS, x=x, speed=10.0)
        rail = boxes(ego, "lidar", [x + 15.0, 4.0, 0.5], (16.0, 0.3, 0.9), label=ObjectClass.UNKNOWN, sd=0.3)
        echo = boxes(
            ego,
            "radar",
            [x + 15.0, 4.0, 0.5],
            (10.0, 1.8, 1.5),
            sd=0.6,
            has_radial_speed=np.array([True]),
        )
        tracks = believed(tracker.update(ego, [rail, echo], []))
        assert not len(tracks) or np.linalg.norm(tracks.velocity_world_mps, axis=1).max() < 1.5
        assert not len(tracks) or np.abs(tracks.center_world_m[:, 1] - 4.0).max() < 0.5


def test_two_pieces_of_a_hedge_are_no_speeder():
    tracker = FusedTracker()
    places = [(40.0, -8.0), (41.5, -7.0), (39.0, -8.5), (41.0, -7.2), (40.2, -8.1)]
    for k, (x, y) in enumerate(places):
        ego = ego_state(k * TICK_NS)
        tracks = tracker.update(ego, [boxes(ego, "lidar", [x, y, 1.0], (0.3, 0.3, 2.0), sd=0.2)], [])
        assert np.linalg.norm(tracks.velocity_world_mps, axis=1).max(initial=0.0) < 1.0


def test_two_detectors_on_one_lidar_make_one_track():
    tracker = FusedTracker()
    for k in range(5):
        ego = ego_state(k * TICK_NS)
        network = boxes(ego, "lidar", [30.0, 0.0, 0.8], (4.5, 1.8, 1.5), label=ObjectClass.CAR)
        clusters = boxes(ego, "lidar", [28.2, 0.0, 0.8], (0.6, 1.8, 1.4), label=ObjectClass.UNKNOWN, sd=0.4)
        tracks = tracker.update(ego, [clusters, network], [])
    assert len(tracks) == 1
    assert tracks.class_prob[0].argmax() == ObjectClass.CAR


def test_person_beside_a_truck_has_a_track_of_her_own():
    tracks = watch([Actor(30.0, 0.0, **TRUCK), Actor(25.3, 1.0, **WALKER)], 10, "lidar")[-1]
    assert len(believed(tracks)) == 2


def test_missing_sensor_is_no_evidence():
    thing = Actor(30.0, 0.0, **WALKER)
    tracker = FusedTracker()
    rng = np.random.default_rng(0)
    for k in range(25):
        ego = ego_state(k * TICK_NS)
        found = see_lidar(ego, true_tracks(k * TICK_NS, [thing]), rng)
        if k >= 15:
            tracker.observe(SensorBundle(ego.t_ns, {}, frozenset({"lidar"})))
            found = Detections.empty("lidar", ego.t_ns)
        tracks = tracker.update(ego, [found], [])
    assert believed(tracks).existence[0] > 0.8
    assert tracks.status[0] == TrackStatus.COASTED


def test_sensor_bits_and_ids():
    tracker = FusedTracker()
    rng = np.random.default_rng(0)
    thing = Actor(30.0, 0.0, **WALKER)
    ids = set()
    for k in range(10):
        ego, truth = ego_state(k * TICK_NS), true_tracks(k * TICK_NS, [thing])
        tracks = tracker.update(ego, [see_lidar(ego, truth, rng), see_radar(ego, truth, rng)], [])
        ids |= set(tracks.track_id.tolist())
    assert tracker.sensor_ids == ("lidar", "radar")
    assert tracks.seen_by[0] == 0b11
    assert ids == {1}
    tracker.reset(np.random.default_rng(1))
    assert tracker.sensor_ids == ()
    assert len(tracker.update(ego_state(0), [], [])) == 0


def test_no_detections_at_all():
    tracker = FusedTracker()
    for k in range(3):
        assert len(tracker.update(ego_state(k * TICK_NS), [], [])) == 0
