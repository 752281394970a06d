"""What the sensors of a server say of one car 20 m ahead, against its mesh and against each other."""

import queue

import numpy as np
import pytest

carla = pytest.importorskip("carla")
o3d = pytest.importorskip("open3d")

from sim import convert  # noqa: E402
from sim.assets import library  # noqa: E402
from sim.assets.mesh import MeshKey  # noqa: E402
from tests.toy_messages import bgra, cloud, depth_m, labelled  # noqa: E402

CAR = "vehicle.audi.a2"
DISTANCE_M = 20.0
WIDTH, HEIGHT, FOV_DEG = 640, 384, 60.0


class View:
    """A camera trio and a LiDAR at one place, with a car ahead."""

    def __init__(self, port):
        client = carla.Client("127.0.0.1", port)
        client.set_timeout(30.0)
        self.world = client.get_world()
        self.before = self.world.get_settings()
        settings = self.world.get_settings()
        settings.synchronous_mode, settings.fixed_delta_seconds = True, 0.1
        self.world.apply_settings(settings)
        self.library = self.world.get_blueprint_library()
        self.actors = []
        # Lane -1 of the street: y = -1.75 in our axes, +1.75 in CARLA's.
        self.car = self.spawn(CAR, carla.Location(60.0 + DISTANCE_M, 1.75, 0.0))
        self.car.set_simulate_physics(False)
        size = {"image_size_x": WIDTH, "image_size_y": HEIGHT, "fov": FOV_DEG}
        at = carla.Location(60.0, 1.75, 1.6)
        kinds = ("camera.depth", "camera.instance_segmentation")
        self.queues = {kind: self.listen(f"sensor.{kind}", at, size) for kind in kinds}
        lidar = {"channels": 64, "range": 100.0, "points_per_second": 655360, "upper_fov": 3.0, "lower_fov": -13.0}
        lidar |= {"horizontal_fov": 120.0, "dropoff_general_rate": 0.0, "dropoff_zero_intensity": 0.0}
        self.queues["lidar"] = self.listen("sensor.lidar.ray_cast_semantic", at, lidar)
        self.queues["points"] = self.listen("sensor.lidar.ray_cast", at, lidar)
        self.frame = self.world.tick()
        self.data = {kind: self.await_frame(inbox) for kind, inbox in self.queues.items()}

    def spawn(self, name, location, attributes=None):
        blueprint = self.library.find(name)
        for key, value in (attributes or {}).items():
            if blueprint.has_attribute(key):
                blueprint.set_attribute(key, str(value))
        actor = self.world.spawn_actor(blueprint, carla.Transform(location))
        self.actors.append(actor)
        return actor

    def listen(self, name, location, attributes):
        inbox = queue.Queue()
        self.spawn(name, location, attributes).listen(inbox.put)
        return inbox

    def await_frame(self, inbox):
        while (data := inbox.get(timeout=20.0)).frame < self.frame:
            pass
        return data

    def close(self):
        for actor in reversed(self.actors):
            if isinstance(actor, carla.Sensor):
                actor.stop()
            actor.destroy()
        self.world.apply_settings(self.before)


@pytest.fixture(scope="module")
def view(shared_server):
    made = View(shared_server.port)
    yield made
    made.close()


def car_mesh_world(view):
    mesh = library.mesh(MeshKey(CAR))
    pose = convert.pose_of(view.car.get_transform())
    return mesh.position_m @ pose[:3, :3].T + pose[:3, 3], mesh.triangle


def points_world(view):
    xyz = cloud(view.data["points"])[:, :3]
    return convert.flip_points(xyz) + np.array([60.0, -1.75, 1.6])


def test_lidar_points_lie_on_the_car(view):
    position_m, triangle = car_mesh_world(view)
    points_m = points_world(view)
    low, high = position_m.min(axis=0) - 0.3, position_m.max(axis=0) + 0.3
    low[2] = 0.2  # above the road
    on_car = points_m[np.all((points_m > low) & (points_m < high), axis=1)]
    assert len(on_car) > 300
    scene = o3d.t.geometry.RaycastingScene()
    scene.add_triangles(o3d.core.Tensor(position_m.astype(np.float32)), o3d.core.Tensor(triangle.astype(np.uint32)))
    away_m = scene.compute_distance(o3d.core.Tensor(on_car.astype(np.float32))).numpy()
    assert away_m.max() < 0.05


def test_camera_depth_agrees_with_lidar_range_on_the_road(view):
    depth = depth_m(view.data["camera.depth"])
    seen = labelled(view.data["lidar"])
    x_m, y_m, z_m = seen["xyz"].T
    focal_px = WIDTH / 2 / np.tan(np.radians(FOV_DEG) / 2)
    u = y_m / x_m * focal_px + WIDTH / 2
    v = -z_m / x_m * focal_px + HEIGHT / 2
    flat = (seen["tag"] == 1) & (x_m < 40.0) & (u > 1) & (u < WIDTH - 1) & (v > 1) & (v < HEIGHT - 2)
    # Depth of the pixel above and below, interpolated: a road seen at a grazing angle changes much within one pixel.
    row = v[flat] - 0.5
    top, share = np.floor(row).astype(int), row - np.floor(row)
    column = u[flat].astype(int)
    seen_m = 1.0 / ((1 - share) / depth[top, column] + share / depth[top + 1, column])
    error = np.abs(seen_m / x_m[flat] - 1.0)
    assert np.count_nonzero(flat) > 1000
    assert np.quantile(error, 0.99) < 0.01


def test_true_box_projects_onto_the_pixels_of_its_instance(view):
    image = bgra(view.data["camera.instance_segmentation"])
    ids = image[..., 1].astype(int) + 256 * image[..., 0].astype(int)
    mine = np.argwhere((ids == view.car.id) & (image[..., 2] == 14))
    assert len(mine) > 200
    box = view.car.bounding_box
    corners = np.array([[p.x, p.y, p.z] for p in box.get_world_vertices(view.car.get_transform())]) - [60.0, 1.75, 1.6]
    focal_px = WIDTH / 2 / np.tan(np.radians(FOV_DEG) / 2)
    u = corners[:, 1] / corners[:, 0] * focal_px + WIDTH / 2
    v = -corners[:, 2] / corners[:, 0] * focal_px + HEIGHT / 2
    rows, columns = mine[:, 0], mine[:, 1]
    assert columns.min() >= u.min() - 2
    assert columns.max() + 1 <= u.max() + 2
    assert rows.min() >= v.min() - 2
    assert rows.max() + 1 <= v.max() + 2
    # ... and fills it: the box is the car's, not just around it.
    assert (columns.max() + 1 - columns.min()) / (u.max() - u.min()) > 0.85
    assert (rows.max() + 1 - rows.min()) / (v.max() - v.min()) > 0.8
