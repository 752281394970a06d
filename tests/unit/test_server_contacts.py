import numpy as np
import pytest

from sim.server import batch
from sim.server.contacts import Touch, joined
from sim.server.episode import Episode
from sim.world.collisions import find_contacts
from tests.toy_episode import TICK_NS, episode_on, plain_map, put

CAR = "vehicle.tesla.model3"


def driven_into(episode: Episode, actor_id: int, speed_mps: float, ticks: int = 20) -> list[Touch]:
    batch.apply_target_velocity(episode, actor_id, (speed_mps, 0.0, 0.0))
    touches = []
    for _ in range(ticks):
        episode.step(TICK_NS)
        touches += episode.touches
    return touches


def test_wall_stops_a_car_and_is_told_as_an_id_below_zero() -> None:
    episode = episode_on(plain_map(wall_at_x_m=12.0))
    car = put(episode, CAR)
    touches = driven_into(episode, car.id, 15.0, ticks=40)
    assert touches
    assert touches[0].id_a < 0
    assert touches[0].id_b == car.id
    assert touches[0].impulse_on_a_world_ns[0] > 1e3  # the wall is pushed forward
    nose_m = episode.table.position_world_m[episode.table.row(car.id), 0] + 4.792 / 2
    assert nose_m < 11.6


def test_scenery_is_told_to_clients_as_actor_0() -> None:
    episode = episode_on(plain_map(wall_at_x_m=12.0))
    wire = episode.wire_of(-1)
    assert wire[0] == 0
    assert wire[2][1] == "static.wall"  # type: ignore[index]


def test_momentum_is_kept_when_cars_collide() -> None:
    episode = episode_on(plain_map())
    first, second = put(episode, CAR), put(episode, "vehicle.audi.tt", (7.0, 0.0, 0.0))
    batch.apply_target_velocity(episode, first.id, (8.0, 0.0, 0.0))
    mass = [episode.bodies.spec(a).mass_kg for a in (first, second)]
    rows = [episode.table.row(a.id) for a in (first, second)]
    while not episode.touches:
        before = episode.table.velocity_world_mps[rows, 0].copy()
        episode.step(TICK_NS)
    after = episode.table.velocity_world_mps[rows, 0]
    impulse = episode.touches[0].impulse_on_a_world_ns[0]
    assert impulse < 0  # the one behind is pushed back
    episode.step(TICK_NS)
    after = episode.table.velocity_world_mps[rows, 0]
    rolled = 0.02 * 8.0 * sum(mass)  # rolling resistance and drag of two ticks take less than 2 %
    assert np.dot(mass, after) == pytest.approx(np.dot(mass, before), abs=rolled)
    assert after[1] - before[1] == pytest.approx(-impulse / mass[1], rel=0.1)


def test_walker_that_is_run_over_falls() -> None:
    episode = episode_on(plain_map())
    car, walker = put(episode, CAR), put(episode, "walker.pedestrian.0001", (6.0, 0.0, 0.93))
    assert driven_into(episode, car.id, 12.0)
    assert episode.bodies.gait(walker)[0]


def test_actor_without_collisions_is_driven_through() -> None:
    episode = episode_on(plain_map())
    car, ghost = put(episode, CAR), put(episode, "vehicle.audi.tt", (9.0, 0.0, 0.0))
    ghost.collides = False
    episode.table.collision_version += 1
    assert driven_into(episode, car.id, 10.0, ticks=40) == []


def test_prop_does_not_yield() -> None:
    episode = episode_on(plain_map())
    car, cone = put(episode, CAR), put(episode, "static.prop.streetbarrier", (8.0, 0.0, 0.0), (0.0, 0.0, np.pi / 2))
    assert driven_into(episode, car.id, 10.0)
    np.testing.assert_array_equal(episode.table.position_world_m[episode.table.row(cone.id)], [8.0, 0.0, 0.0])


def test_touches_of_a_pair_are_joined() -> None:
    push, pull = np.array([1.0, 0, 0]), np.array([2.0, 0, 0])
    one = joined([Touch(1, 2, push), Touch(1, 3, push), Touch(1, 2, pull)])
    assert [(t.id_a, t.id_b) for t in one] == [(1, 2), (1, 3)]
    np.testing.assert_array_equal(one[0].impulse_on_a_world_ns, [3.0, 0.0, 0.0])


@pytest.mark.parametrize("spread_rad", [3.0, 0.1])
@pytest.mark.parametrize("seed", range(4))
def test_leaving_out_checks_misses_no_contact(seed: int, spread_rad: float) -> None:
    """The same traffic, all ways or one, with the full search at every step: the same contacts in the same steps."""
    rng = np.random.default_rng(seed)
    episode = episode_on(plain_map(wall_at_x_m=30.0))
    bodies = []
    for place in rng.permutation(49)[:20]:
        x, y = 7.0 * (place % 7), 7.0 * (place // 7) - 21.0
        if abs(x - 30.0) < 4.0:
            continue
        body = put(episode, CAR, (x, y, 0.0), (0.0, 0.0, rng.uniform(-spread_rad, spread_rad)))
        body.vehicle.constant_velocity_body_mps = np.array([rng.uniform(2, 9), 0.0, 0.0])  # type: ignore[union-attr]
        bodies.append(body)
    contacts = episode._contacts
    found = missed = 0
    resolve = contacts.resolve

    def checked(step_s: float) -> list[Touch]:
        nonlocal found, missed
        shapes = contacts._present_shapes()
        everything = find_contacts(contacts._boxes(shapes))
        touches = resolve(step_s)
        found += len(everything)
        ours = {(t.id_a, t.id_b) for t in touches}
        missed += sum((c.id_a, c.id_b) not in ours for c in everything)
        return touches

    contacts.resolve = checked  # type: ignore[method-assign]
    for _ in range(60):
        episode.step(TICK_NS)
    assert found > 0
    assert missed == 0
