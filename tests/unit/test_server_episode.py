import numpy as np
import pytest

from sim.server import batch
from sim.server.calls import CallError
from sim.server.layouts import AckermannControl, CarlaTransform, EpisodeSettings, VehicleControl, WalkerControl
from sim.server.poses import matrices
from tests.toy_episode import TICK_NS, episode_on, plain_map, put, real_map

CAR = "vehicle.tesla.model3"


def steps(episode: object, count: int) -> None:
    for _ in range(count):
        episode.step(TICK_NS)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (EpisodeSettings(), 2),  # CARLA's default is not chosen: our own 50 ms
        (EpisodeSettings(max_substep_delta_s=0.02), 5),
        (EpisodeSettings(max_substep_delta_s=0.02, max_substeps=3), 3),
        (EpisodeSettings(substepping=False), 1),
        (EpisodeSettings(max_substep_delta_s=0.0), 1),
    ],
)
def test_number_of_physics_steps_in_100_ms(settings: EpisodeSettings, expected: int) -> None:
    episode = episode_on(plain_map(), settings)
    lengths_s: list[float] = []
    episode.bodies.step = lengths_s.append  # type: ignore[method-assign]
    episode.step(100_000_000)
    np.testing.assert_allclose(lengths_s, [0.1 / expected] * expected)


def test_time_is_counted_in_nanoseconds() -> None:
    episode = episode_on(plain_map())
    for _ in range(1000):
        episode.step(33_333_333)
    assert (episode.frame, episode.elapsed_ns) == (1000, 33_333_333_000)


def test_ids_grow_and_are_not_used_again() -> None:
    episode = episode_on(plain_map())
    first = put(episode, CAR)
    episode.destroy(first.id)
    assert put(episode, CAR).id == first.id + 1


def test_unknown_blueprint_and_unknown_actor_are_refused() -> None:
    episode = episode_on(plain_map())
    with pytest.raises(CallError, match=r"'vehicle\.horse\.cart' not found"):
        put(episode, "vehicle.horse.cart")
    with pytest.raises(CallError, match="actor 999 not found"):
        episode.actor(999)


@pytest.mark.parametrize(("gap_m", "free"), [(4.7, False), (4.9, True)])
def test_spawn_is_refused_where_boxes_overlap(gap_m: float, free: bool) -> None:
    episode = episode_on(plain_map())  # two cars of 4.792 m, nose to tail
    put(episode, CAR)
    if free:
        put(episode, CAR, (gap_m, 0, 0))
    else:
        with pytest.raises(CallError, match="collision at spawn position"):
            put(episode, CAR, (gap_m, 0, 0))


def test_records_are_in_carlas_frame() -> None:
    episode = episode_on(plain_map())
    car = put(episode, CAR, (10.0, 3.0, 0.0), (0.0, 0.0, np.pi / 2))
    batch.apply_target_velocity(episode, car.id, (0.0, -5.0, 0.0))
    episode.step(TICK_NS)
    record = episode.table.records[episode.table.row(car.id)]
    assert record["rotation_deg"][1] == pytest.approx(-90.0, abs=0.1)
    assert record["velocity_mps"][1] == pytest.approx(-5.0, abs=0.1)
    assert record["location_m"][1] == pytest.approx(-3.0 - 5.0 * 0.05, abs=0.05)


def test_sensor_on_a_sensor_on_a_car_follows_both() -> None:
    episode = episode_on(plain_map())
    car = put(episode, CAR, rpy_rad=(0, 0, 0.3))
    first = put(episode, "sensor.other.gnss", (1.0, 0.2, 2.0), (0.1, 0.2, 0.5), parent=car)
    second = put(episode, "sensor.other.imu", (0.0, 0.0, 0.5), (0.0, 0.0, -0.7), parent=first)
    episode.control_vehicle(car, car.vehicle, VehicleControl(throttle=1.0, steer=0.4))  # type: ignore[arg-type]
    steps(episode, 30)
    T_car_first = matrices(np.array([[1.0, 0.2, 2.0]]), np.array([[0.1, 0.2, 0.5]]))[0]
    T_first_second = matrices(np.array([[0.0, 0.0, 0.5]]), np.array([[0.0, 0.0, -0.7]]))[0]
    expected = episode.table.pose(car.id) @ T_car_first @ T_first_second
    np.testing.assert_allclose(episode.table.pose(second.id), expected, atol=1e-9)
    row, car_row = episode.table.row(second.id), episode.table.row(car.id)
    arm = expected[:3, 3] - episode.table.position_world_m[car_row]
    spin = np.cross(episode.table.angular_velocity_world_radps[car_row], arm)
    expected_velocity = episode.table.velocity_world_mps[car_row] + spin
    np.testing.assert_allclose(episode.table.velocity_world_mps[row], expected_velocity, atol=1e-9)


def test_child_of_a_destroyed_parent_stays_where_it_is() -> None:
    episode = episode_on(plain_map())
    car = put(episode, CAR)
    sensor = put(episode, "sensor.other.gnss", (1.0, 0.0, 2.0), parent=car)
    episode.step(TICK_NS)
    episode.destroy(car.id)
    episode.step(TICK_NS)
    np.testing.assert_allclose(episode.table.pose(sensor.id)[:3, 3], [1.0, 0.0, 2.0], atol=1e-6)


def test_transform_of_an_attached_sensor_is_relative() -> None:
    episode = episode_on(plain_map())
    car = put(episode, CAR, (50.0, 0.0, 0.0))
    sensor = put(episode, "sensor.other.gnss", parent=car)
    batch.apply_transform(episode, sensor.id, CarlaTransform((1.0, 2.0, 3.0)))
    episode.step(TICK_NS)
    np.testing.assert_allclose(episode.table.pose(sensor.id)[:3, 3], [51.0, -2.0, 3.0], atol=1e-6)


def test_speed_limit_follows_the_roads_records() -> None:
    episode = episode_on(plain_map())
    slow, fast = put(episode, CAR, (100.0, 0.0, 0.0)), put(episode, CAR, (600.0, 0.0, 0.0))
    episode.step(TICK_NS)
    limits = episode.table.records["speed_limit_kmph"]
    assert limits[episode.table.row(slow.id)] == 30.0
    assert limits[episode.table.row(fast.id)] == 72.0  # 20 m/s


def test_speed_limit_of_a_road_whose_marks_have_types_of_their_own() -> None:
    xyz_m = np.array(real_map("motorway").data.spawn_points[0][:3])
    assert real_map("motorway").speed_limit_kmph(xyz_m) == 130.0


def test_constant_velocity_holds_against_the_brake() -> None:
    episode = episode_on(plain_map())
    car = put(episode, CAR)
    assert car.vehicle is not None
    car.vehicle.constant_velocity_body_mps = np.array([7.0, 0.0, 0.0])
    episode.control_vehicle(car, car.vehicle, VehicleControl(brake=1.0))
    steps(episode, 20)
    assert episode.table.position_world_m[episode.table.row(car.id), 0] > 6.0


def test_pedals_end_ackermann_control() -> None:
    episode = episode_on(plain_map())
    car = put(episode, CAR)
    batch.apply_ackermann_control(episode, car.id, AckermannControl(speed_mps=5.0))
    steps(episode, 200)  # CARLA's gains let the speed swing about its target
    row = episode.table.row(car.id)
    assert episode.table.velocity_world_mps[row, 0] == pytest.approx(5.0, abs=0.3)
    batch.apply_vehicle_control(episode, car.id, VehicleControl(brake=1.0))
    steps(episode, 40)
    assert episode.table.velocity_world_mps[row, 0] == pytest.approx(0.0, abs=1e-6)


def test_backwards_ackermann_drives_backwards() -> None:
    episode = episode_on(plain_map())
    car = put(episode, CAR)
    batch.apply_ackermann_control(episode, car.id, AckermannControl(speed_mps=-3.0))
    steps(episode, 200)
    assert episode.table.velocity_world_mps[episode.table.row(car.id), 0] == pytest.approx(-3.0, abs=0.3)


def test_impulse_changes_velocity_by_impulse_over_mass() -> None:
    episode = episode_on(plain_map())
    car = put(episode, CAR)
    episode.step(TICK_NS)
    mass_kg = episode.bodies.spec(car).mass_kg
    batch.apply_impulse(episode, car.id, (2.0 * mass_kg, 0.0, 0.0))
    episode.step(TICK_NS)
    assert episode.table.velocity_world_mps[episode.table.row(car.id), 0] == pytest.approx(2.0, abs=0.05)


def test_walker_state_puts_the_feet_of_a_walker_to_a_place_and_counts_its_way() -> None:
    episode = episode_on(plain_map())
    walker = put(episode, "walker.pedestrian.0001", (0.0, 0.0, 0.93))
    batch.set_simulate_physics(episode, walker.id, False)
    batch.apply_walker_state(episode, walker.id, CarlaTransform((0.3, -0.4, 0.02)), 1.2)
    assert walker.walker is not None
    assert walker.walker.control.speed_mps == 1.2
    episode.step(TICK_NS)
    assert episode.bodies.gait(walker) == (False, pytest.approx(0.5))
    row = episode.table.row(walker.id)
    half_height_m = walker.size_lwh_m[2] / 2
    assert episode.table.position_world_m[row] == pytest.approx([0.3, 0.4, half_height_m])
    assert episode.table.velocity_world_mps[row] == pytest.approx([0.72, 0.96, 0.0])  # 1.2 m/s along (3, 4)
    episode.step(TICK_NS)
    assert episode.table.velocity_world_mps[row] == pytest.approx([0.0, 0.0, 0.0])  # nobody carried it on


def test_batch_answers_each_command_and_goes_on_after_errors() -> None:
    episode = episode_on(plain_map())
    pose = [[0.0, 0.0, 0.0], [0.0, 0.0, 0.0]]
    lights = [[18, [0, 3]]]
    spawn = [[0, [[0, CAR, []], pose, [False], 208, "", [lights]]]]
    answers = batch.run(episode, [spawn, [[1, [999]]], [[2, [2]]], "nonsense", [[20, ["quit"]]], [[77, []]]])
    assert answers[0] == [[1, 2]]
    assert episode.vehicle(2)[1].lights == 3
    assert answers[1] == [[0, ["actor 999 not found"]]]
    assert answers[2] == [[0, ["batch command 2: 1 fields, want 2"]]]
    assert answers[3] == [[0, ["unknown batch command 'nonsense'"]]]
    assert answers[4] == [[0, ["console command 'quit' is not supported"]]]
    assert answers[5][0][0] == 0


def test_a_dead_walker_lies_for_ten_seconds_and_is_gone() -> None:
    episode = episode_on(plain_map())
    dead, gone, alive = (put(episode, "walker.pedestrian.0001", (0.0, y_m, 0.93)) for y_m in (0.0, 5.0, 10.0))
    for walker in (dead, gone):
        batch.apply_walker_state(episode, walker.id, CarlaTransform((3.0, 0.0, 0.0)), 1.5)
        episode.let_die(walker)
    episode.destroy(gone.id)
    steps(episode, 10_000 // 50 - 1)
    assert dead.id in episode.actors
    assert episode.bodies.gait(dead)[0]
    assert not episode.bodies.gait(alive)[0]
    steps(episode, 1)
    assert dead.id not in episode.actors
    assert alive.id in episode.actors


def test_cars_do_not_die() -> None:
    episode = episode_on(plain_map())
    with pytest.raises(CallError, match=r"vehicle\.tesla\.model3\) is not a walker"):
        episode.let_die(put(episode, CAR))


def test_walker_control_of_a_car_is_refused() -> None:
    episode = episode_on(plain_map())
    with pytest.raises(CallError, match="is not a walker"):
        episode.control_walker(put(episode, CAR), WalkerControl())
