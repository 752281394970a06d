"""Drives cars by the client's Traffic Manager and judges them; a program of its own, for that manager may hang.

`python traffic_drive.py PORT CARS TICKS SEED SLOWER_PERCENT [TIRE_FRICTION]` writes a line of JSON every 1,000 ticks,
the verdict last. Tyres are as spawned, those of a dry road, unless a friction is given: 10.5 holds as CARLA's own do.

What is judged, from the client's map and world states alone:

* collision: an event of a collision sensor on a car (each car has one) that names another actor than the ground.
* red light run: the middle of a car's front bumper crosses the line of a lane, in driving direction and within the
  lane, while the light of that lane is red before and after the tick. The line of a lane is its painted stop line if
  the OpenDRIVE has an object "StopLine" before the signal, else the place where the lane enters the junction.
* standing: the longest time for which a car went slower than 0.1 m/s at a stretch, red lights and queues included.

The Traffic Manager takes away who comes to the end of the map; another car begins elsewhere.
"""

import json
import os
import random
import socket
import sys
from dataclasses import dataclass
from xml.etree import ElementTree

import carla
import numpy as np

DELTA_S = 0.05
STANDING_MPS = 0.1
END_OF_MAP_M = 30.0
PAINTED_BEFORE_M = 40.0
SPAWN_CLEAR_M = 20.0
FAST_KMPH, FAST_CLEAR_M = 70.0, 150.0
"""Where cars go faster, one that begins from standstill needs so much: who comes brakes from 90 km/h in 100 m."""


@dataclass(slots=True)
class Line:
    """Where one lane's traffic waits for one light; location and directions in CARLA's frame."""

    light: carla.TrafficLight
    at: np.ndarray
    forward: np.ndarray
    half_width_m: float


def lines_of(world: carla.World, town: carla.Map) -> list[Line]:
    root = ElementTree.fromstring(town.to_opendrive())
    painted = {
        int(road.get("id")): [float(o.get("s")) for o in road.iter("object") if o.get("name") == "StopLine"]
        for road in root.findall("road")
    }
    lines = []
    for light in world.get_actors().filter("traffic.traffic_light"):
        for place in light.get_affected_lane_waypoints():
            if place.lane_type != carla.LaneType.Driving:
                continue
            line = painted_line(town, place, painted[place.road_id]) or before_junction(place)
            pose = line.transform
            ahead = pose.get_forward_vector()
            at = np.array([pose.location.x, pose.location.y])
            lines.append(Line(light, at, np.array([ahead.x, ahead.y]), line.lane_width / 2))
    return lines


def painted_line(town: carla.Map, place: carla.Waypoint, painted_s_m: list[float]) -> carla.Waypoint | None:
    ahead = 1 if place.lane_id < 0 else -1
    before = [s_m for s_m in painted_s_m if 0 <= ahead * (place.s - s_m) <= PAINTED_BEFORE_M]
    nearest = min(before, key=lambda s_m: abs(place.s - s_m), default=None)
    return None if nearest is None else town.get_waypoint_xodr(place.road_id, place.lane_id, nearest)


def before_junction(place: carla.Waypoint) -> carla.Waypoint:
    while place.is_junction:
        place = place.previous(0.2)[0]
    return place


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Traffic:
    """The cars, and what they did."""

    def __init__(
        self, client: carla.Client, cars: int, seed: int, slower_percent: float, tire_friction: float | None
    ) -> None:
        self.client, self.world = client, client.get_world()
        settings = self.world.get_settings()
        settings.synchronous_mode, settings.fixed_delta_seconds = True, DELTA_S
        self.world.apply_settings(settings)
        self.town = self.world.get_map()
        self.manager_port = free_port()
        self.manager = client.get_trafficmanager(self.manager_port)
        self.manager.set_synchronous_mode(True)
        self.manager.set_random_device_seed(seed)
        self.manager.global_percentage_speed_difference(slower_percent)
        self.random = random.Random(seed)
        self.world.tick()
        self.lines = lines_of(self.world, self.town)
        self.line_at = np.array([line.at for line in self.lines])
        self.line_forward = np.array([line.forward for line in self.lines])
        self.line_half_m = np.array([line.half_width_m for line in self.lines])
        self.points = sorted(self.town.get_spawn_points(), key=lambda p: (p.location.x, p.location.y, p.rotation.yaw))
        self.cars: dict[int, carla.Vehicle] = {}
        self.sensors: dict[int, carla.Sensor] = {}
        self.touched_at: dict[tuple[int, int], int] = {}
        self.half_length_m: dict[int, float] = {}
        self.places: dict[int, carla.Location] = {}
        self.seen: dict[int, tuple[np.ndarray, dict[int, object]]] = {}
        self.stands_s: dict[int, float] = {}
        self.report = {"collisions": [], "red_runs": [], "longest_stand_s": 0.0, "way_km": 0.0, "crossings": 0}
        self.report |= {"replaced": 0, "lost": 0, "fastest_kmph": 0.0}
        self.report["lit_lanes"] = len(self.lines)
        self.wanted, self.tire_friction = cars, tire_friction
        self.fill()

    def fill(self) -> None:
        """Let cars begin until there are enough, where nobody is near and the lane goes on."""
        points = self.points[:]
        self.random.shuffle(points)
        places = [self.places[identity] for identity in self.cars]
        clear_m = FAST_CLEAR_M if self.report["fastest_kmph"] > FAST_KMPH else SPAWN_CLEAR_M
        for point in points:
            if len(self.cars) >= self.wanted:
                return
            near = any(point.location.distance(place) < clear_m for place in places)
            if not near and not self.ends_soon(point.location, 60.0):
                places.append(point.location)
                self.begin(point)

    def ends_soon(self, location: carla.Location, way_m: float = END_OF_MAP_M) -> bool:
        return not self.town.get_waypoint(location).next(way_m)

    def begin(self, point: carla.Transform) -> None:
        library = self.world.get_blueprint_library()
        point.location.z += 0.1
        car = self.world.try_spawn_actor(library.find("vehicle.tesla.model3"), point)
        if car is None:
            return
        sensor = self.world.spawn_actor(library.find("sensor.other.collision"), carla.Transform(), attach_to=car)
        sensor.listen(self.touched)
        self.cars[car.id], self.sensors[car.id] = car, sensor
        self.half_length_m[car.id] = car.bounding_box.extent.x
        self.places[car.id] = point.location
        if self.tire_friction is not None:
            self.put_on_tires(car, self.tire_friction)
        car.set_autopilot(True, self.manager_port)

    @staticmethod
    def put_on_tires(car: carla.Vehicle, friction: float) -> None:
        physics = car.get_physics_control()
        wheels = physics.wheels
        for wheel in wheels:
            wheel.tire_friction = friction
        physics.wheels = wheels
        car.apply_physics_control(physics)

    def touched(self, event: carla.CollisionEvent) -> None:
        """A contact that lasts, or comes again within a second, is one collision."""
        pair = event.actor.id, event.other_actor.id
        if event.frame - self.touched_at.get(pair, -1000) > 1.0 / DELTA_S:
            snapshot = self.world.get_snapshot()
            seen = [snapshot.find(identity) for identity in pair]
            poses = [[*self.where(state), round(state.get_velocity().length(), 1)] for state in seen if state]
            self.report["collisions"].append([event.frame, *pair, event.other_actor.type_id, poses])
        self.touched_at[pair] = event.frame

    @staticmethod
    def where(state: carla.ActorSnapshot) -> list[float]:
        at = state.get_transform()
        return [round(at.location.x, 1), round(at.location.y, 1), round(at.rotation.yaw)]

    def last_seen_at_an_end(self, identity: int) -> bool:
        """The Traffic Manager takes away cars at the end of the map, and any that it finds stuck."""
        return self.ends_soon(self.places[identity])

    def end(self, identity: int) -> None:
        """Forget a car, and take it away if the manager has not done so."""
        sensor, car = self.sensors.pop(identity), self.cars.pop(identity)
        sensor.stop()
        self.client.apply_batch_sync([carla.command.DestroyActor(sensor.id), carla.command.DestroyActor(car.id)], False)
        self.seen.pop(identity, None)
        self.stands_s.pop(identity, None)

    def step(self, tick: int) -> None:
        self.world.tick()
        snapshot = self.world.get_snapshot()
        colors = {line.light.id: line.light.get_state() for line in self.lines}
        for identity in list(self.cars):
            state = snapshot.find(identity)
            if state is None:
                self.report["replaced" if self.last_seen_at_an_end(identity) else "lost"] += 1
                self.end(identity)
                continue
            self.judge(identity, state, colors, snapshot.frame)
        if tick % 20 == 0 and len(self.cars) < self.wanted:
            self.fill()

    def judge(self, identity: int, state: carla.ActorSnapshot, colors: dict, frame: int) -> None:
        pose, velocity = state.get_transform(), state.get_velocity()
        self.places[identity] = pose.location
        ahead = pose.get_forward_vector()
        heading = np.array([ahead.x, ahead.y])
        front = np.array([pose.location.x, pose.location.y]) + heading * self.half_length_m[identity]
        speed = float(np.hypot(velocity.x, velocity.y))
        self.report["way_km"] += speed * DELTA_S / 1000
        self.report["fastest_kmph"] = max(self.report["fastest_kmph"], speed * 3.6)
        self.stands_s[identity] = self.stands_s.get(identity, 0.0) + DELTA_S if speed < STANDING_MPS else 0.0
        if self.stands_s[identity] > self.report["longest_stand_s"]:
            self.report["longest_stand_s"] = self.stands_s[identity]
            self.report["longest_at"] = [frame, identity, *self.where(state)]
        before = self.seen.get(identity)
        self.seen[identity] = front, colors
        if before is not None:
            self.judge_lines(identity, before, front, heading, colors, frame)

    def judge_lines(
        self, identity: int, before: tuple, front: np.ndarray, heading: np.ndarray, colors: dict, frame: int
    ) -> None:
        if not self.lines:
            return
        was, were = before
        at, forward = self.line_at, self.line_forward
        crossed = (((was - at) * forward).sum(1) < 0) & (((front - at) * forward).sum(1) >= 0)
        crossed &= np.abs((front - at)[:, 0] * forward[:, 1] - (front - at)[:, 1] * forward[:, 0]) < self.line_half_m
        crossed &= forward @ heading > 0.5
        lights = {self.lines[i].light.id for i in np.flatnonzero(crossed)}
        self.report["crossings"] += bool(lights)
        red = carla.TrafficLightState.Red
        for light in lights:
            if colors[light] == red and were[light] == red:
                speed = float(np.linalg.norm(front - was)) / DELTA_S
                self.report["red_runs"].append([frame, identity, light, round(speed, 1)])


def main() -> None:
    port, cars, ticks, seed, slower_percent = (int(word) for word in sys.argv[1:6])
    tire_friction = float(sys.argv[6]) if len(sys.argv) > 6 else None
    client = carla.Client("127.0.0.1", port)
    client.set_timeout(60.0)
    traffic = Traffic(client, cars, seed, slower_percent, tire_friction)
    for tick in range(ticks):
        traffic.step(tick)
        if tick % 1000 == 999:
            print(json.dumps({"tick": tick + 1, "cars": len(traffic.cars)} | traffic.report), flush=True)
    traffic.manager.shut_down()
    for identity in list(traffic.cars):
        traffic.end(identity)
    print(json.dumps({"done": True} | traffic.report), flush=True)
    os._exit(0)  # the manager's threads outlive it, and end the process with an error if Python takes it down


if __name__ == "__main__":
    main()
