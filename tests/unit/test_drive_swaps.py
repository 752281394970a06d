"""What truth does in place of a module: scenes of one or two things, worked out by hand."""

from math import radians

import carla
import numpy as np
import pytest

from moosetest.frames import Transform
from moosetest.objects import Detections, ObjectClass, Tracks, TrackStatus
from moosetest.sensing import SensorBundle
from moosetest.timing import NS_PER_S
from moosetest.world import EgoState
from scenarios.drive.modules import Module, modules_of
from scenarios.drive.oracle import true_tracks
from scenarios.drive.perfect import perfect_boxes, perfect_image, to_be_seen
from scenarios.drive.swaps import COAST_S, PartlyTruePerceiver, PartlyTrueStack, Swaps
from sim.rig import CameraMount, LidarMount, RadarMount, Rig
from sim.session import Tick
from sim.sight import gaze_of, visual_range_m
from sim.truth import GroundTruth, TruthObjects

SEAT = {"x_m": 0.0, "y_m": 0.0, "z_m": 0.9}
CAMERA = CameraMount(sensor_id="cam", width_px=640, height_px=384, fov_deg=60.0, **SEAT)
LIDAR = LidarMount(
    sensor_id="lidar", channels=16, columns=360, range_m=100.0, upper_fov_deg=5.0, lower_fov_deg=-15.0, **SEAT
)
RADAR = RadarMount(
    sensor_id="radar", points_per_tick=50, range_m=100.0, horizontal_fov_deg=60.0, vertical_fov_deg=10.0, **SEAT
)
RIG = Rig(name="three", cameras=(CAMERA,), lidars=(LIDAR,), radars=(RADAR,))
PERSON_M = (0.5, 0.5, 1.8)
MANY = 10_000


def tick(*people_m, rays=(), t_s=0.0, velocity_mps=(0.0, 0.0, 0.0)):
    """People at (x, y), numbered from 7 on, before a car at the origin; `rays` of every sensor meet each of them."""
    count, t_ns = len(people_m), round(t_s * NS_PER_S)
    ego = EgoState(
        t_ns=t_ns,
        T_world_ego=Transform.identity("world", "ego"),
        velocity_ego_mps=np.zeros(3),
        accel_ego_mps2=np.zeros(3),
        yaw_rate_radps=0.0,
        steer_rad=0.0,
        cov_pose=np.eye(6),
    )
    objects = TruthObjects(
        actor_id=np.arange(7, 7 + count),
        role=("person",) * count,
        class_id=np.full(count, ObjectClass.PERSON, np.int16),
        center_world_m=np.array([[*at_m, 0.9] for at_m in people_m]).reshape(-1, 3),
        size_lwh_m=np.tile(PERSON_M, (count, 1)),
        rotation=np.tile(np.eye(3), (count, 1, 1)),
        velocity_world_mps=np.tile(velocity_mps, (count, 1)),
    )
    met = {7 + number: count for number, count in enumerate(rays)}
    sight = dict.fromkeys(RIG.sensor_ids, met)
    return Tick(
        SensorBundle(t_ns, {}, frozenset()), GroundTruth(t_ns=t_ns, frame=0, ego=ego, objects=objects), (), sight
    )


@pytest.mark.parametrize(("returns", "rows"), [((6, 5), [0]), ((5, 6), [1]), ((0, 0), [])])
def test_a_lidar_is_held_to_what_six_returns_are_of(returns, rows):
    now = tick((20.0, 0.0), (20.0, 5.0), rays=returns)
    assert to_be_seen(now.truth, now.sight["lidar"], LIDAR).tolist() == rows
    assert to_be_seen(now.truth, now.sight["radar"], RADAR).tolist() == [i for i in (0, 1) if returns[i]]


def test_a_camera_is_held_to_what_is_20_pixels_high():
    # 320 px / tan 30° = 554 px of focal length: 1.8 m are 22 px high at 45 m, 18 px at 55 m
    now = tick((45.0, 0.0), (55.0, 3.0), rays=(MANY, MANY))
    assert to_be_seen(now.truth, now.sight["cam"], CAMERA).tolist() == [0]
    low, high = perfect_image(now, CAMERA).box_px[0].reshape(2, 2)
    near_m = 45.0 - PERSON_M[0] / 2
    assert high - low == pytest.approx([0.5 * 554.26 / near_m, 1.8 * 554.26 / near_m], rel=1e-3)


def test_a_camera_need_not_find_what_is_covered():
    # a person 20 m away is 0.9 m² / 400 m² = 2.25e-3 sr, and 15 % of it as many rays as this
    least = 0.15 * 0.9 / 20.0**2 / gaze_of(CAMERA).ray_sr
    for rays, rows in ((int(least), []), (int(least) + 1, [0])):
        now = tick((20.0, 0.0), rays=(rays,))
        assert to_be_seen(now.truth, now.sight["cam"], CAMERA).tolist() == rows


def test_rays_share_the_field_of_view():
    gaze = gaze_of(LIDAR)
    whole_sr = radians(LIDAR.horizontal_fov_deg) * radians(20.0)
    assert gaze.ray_sr * gaze.columns * gaze.channels == pytest.approx(whole_sr)


@pytest.mark.parametrize(("density", "sight_m"), [(100.0, 30.0), (50.0, 120.0), (0.0, 25_000.0)])
def test_fog_ends_the_sight_of_what_sees_by_light(density, sight_m):
    weather = carla.WeatherParameters(fog_density=density, precipitation=0.0)
    assert visual_range_m(weather) == pytest.approx(sight_m, rel=0.01)
    assert gaze_of(CAMERA, sight_m).range_m == min(200.0, sight_m)
    assert gaze_of(LIDAR, sight_m).range_m == min(LIDAR.range_m, sight_m)
    assert gaze_of(RADAR, sight_m) == gaze_of(RADAR)


def test_a_perfect_radar_names_nothing_and_tells_speeds_along_its_sight():
    now = tick((30.0, 40.0), rays=(MANY,), velocity_mps=(5.0, 0.0, 0.0))
    (boxes,) = [perfect_boxes(now, RADAR)]
    assert boxes.radial_speed_mps.tolist() == pytest.approx([5.0 * 30.0 / 50.0])
    assert boxes.class_id.tolist() == [ObjectClass.UNKNOWN]
    assert perfect_boxes(now, LIDAR).class_id.tolist() == [ObjectClass.PERSON]
    assert boxes.center_ego_m[0] == pytest.approx([30.0, 40.0, 0.9])


class Nowhere:
    """A localizer and a tracker that know nothing."""

    def reset(self, rng):
        pass

    def update(self, *given):
        return None

    def observe(self, bundle):
        pass


class Once:
    """A detector that finds the person at 20 m in the first tick alone."""

    needs = frozenset({"lidar"})

    def reset(self, rng):
        pass

    def detect(self, bundle):
        return perfect_boxes(tick((20.0, 0.0), rays=(MANY if bundle.t_ns == 0 else 0,)), LIDAR)


def test_true_tracks_are_of_what_a_detector_has_found_lately():
    perceiver = PartlyTruePerceiver(Nowhere(), [Once()], [], Nowhere(), Swaps(frozenset({Module.FUSION}), RIG))
    perceiver.reset(np.random.default_rng(0))

    def tracked(t_s):
        return perceiver.perceive(tick((20.0, 0.0), (50.0, 0.0), t_s=t_s))[3].track_id.tolist()

    assert tracked(0.0) == [7]  # never the one that nobody has found
    assert tracked(COAST_S - 0.1) == [7]
    assert tracked(COAST_S) == []


def test_truth_for_a_sensor_takes_its_detectors_place():
    perceiver = PartlyTruePerceiver(Nowhere(), [], [], Nowhere(), Swaps(frozenset({Module.LIDAR}), RIG))
    boxes = perceiver.measure(tick((20.0, 0.0), rays=(MANY,)))
    assert [(b.sensor_id, len(b)) for b in boxes] == [("lidar", 1)]
    assert perceiver.look(tick((20.0, 0.0), rays=(MANY,))) == ()
    assert perceiver.needs == frozenset()  # no sensor is left whose picture has to be checked


def moved(tracks, by_m, status=TrackStatus.CONFIRMED):
    values = {name: getattr(tracks, name) for name in tracks.__slots__}
    center_m = tracks.center_world_m + np.array([by_m, 0.0, 0.0])
    return Tracks(**{**values, "center_world_m": center_m, "status": np.full(len(tracks), status, np.int8)})


@pytest.mark.parametrize(
    ("off_m", "status", "told"),
    [
        (0.5, TrackStatus.CONFIRMED, [7]),
        (9.0, TrackStatus.CONFIRMED, []),
        (0.0, TrackStatus.TENTATIVE, []),
    ],
)
def test_a_true_planner_is_told_the_truth_of_what_fusion_believes_in(off_m, status, told):
    class Planner:
        def plan(self, world):
            return world

    stack = PartlyTrueStack("toy", Nowhere(), lambda ego, tracks, lanes: tracks, Planner(), Nowhere())
    now = tick((20.0, 0.0), (40.0, 0.0))
    believed = moved(true_tracks(now.truth).select(np.array([True, False])), off_m, status)
    tracks = stack.world(now, now.truth.ego, believed)
    assert tracks.track_id.tolist() == told
    assert tracks.center_world_m.tolist() == ([[20.0, 0.0, 0.9]] if told else [])


def test_modules_act_in_the_chains_order():
    assert modules_of("fused") == tuple(Module)
    assert modules_of("oracle") == (Module.PLANNER, Module.CONTROL)
    assert modules_of("lidar") == (Module.LIDAR, Module.FUSION, Module.PLANNER, Module.CONTROL)
    assert sorted([Module.CONTROL, Module.CAMERA, Module.FUSION]) == [Module.CAMERA, Module.FUSION, Module.CONTROL]
    assert isinstance(perfect_boxes(tick(), LIDAR), Detections)
