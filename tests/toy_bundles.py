"""A small rig, and bundles of it whose content tells their tick."""

import numpy as np

from moosetest.frames import Transform
from moosetest.sensing import CameraFrame, LidarFrame, OdometrySample, RadarFrame, SensorBundle
from moosetest.timing import TICK_NS
from sim.rig import CameraMount, LidarMount, RadarMount, Rig

SEAT = {"x_m": 1.0, "y_m": 0.0, "z_m": 1.5}
RIG = Rig(
    name="three",
    cameras=(CameraMount(sensor_id="cam", width_px=64, height_px=40, fov_deg=60.0, **SEAT),),
    lidars=(
        LidarMount(
            sensor_id="lidar",
            channels=16,
            columns=36,
            range_m=50.0,
            upper_fov_deg=5.0,
            lower_fov_deg=-15.0,
            horizontal_fov_deg=90.0,
            **SEAT,
        ),
    ),
    radars=(
        RadarMount(
            sensor_id="radar", points_per_tick=50, range_m=100.0, horizontal_fov_deg=60.0, vertical_fov_deg=10.0, **SEAT
        ),
    ),
)


def bundle(tick, missing=()):
    """Frames whose content tells their tick: the picture is that grey, the car that fast."""
    t_ns = tick * TICK_NS
    azimuth_rad = np.radians(np.arange(-44.5, 45.0))
    sweep_m = np.column_stack([20.0 * np.cos(azimuth_rad), 20.0 * np.sin(azimuth_rad), np.zeros(90)])
    head = {"t_ns": t_ns, "seq": tick}
    frames = {
        "cam": CameraFrame(
            sensor_id="cam",
            T_ego_sensor=RIG.cameras[0].T_ego_optical,
            image_rgb=np.full((40, 64, 3), 100 + tick % 100, np.uint8),
            K_px=RIG.cameras[0].K_px,
            **head,
        ),
        "lidar": LidarFrame(
            sensor_id="lidar",
            T_ego_sensor=RIG.lidars[0].T_ego_body,
            points_sensor_m=sweep_m,
            intensity=np.full(90, 0.5),
            ring=np.arange(90) % 16,
            dt_ns=np.zeros(90),
            **head,
        ),
        "radar": RadarFrame(
            sensor_id="radar",
            T_ego_sensor=RIG.radars[0].T_ego_body,
            range_m=np.full(60, 30.0),
            azimuth_rad=np.radians(np.arange(-29.5, 30.0)),
            elevation_rad=np.zeros(60),
            range_rate_mps=np.zeros(60),
            **head,
        ),
        "odometry": OdometrySample(
            sensor_id="odometry",
            T_ego_sensor=Transform.identity("ego", "odometry"),
            speed_mps=float(tick),
            steer_rad=0.0,
            yaw_world_rad=0.0,
            **head,
        ),
    }
    return SensorBundle(t_ns, {k: v for k, v in frames.items() if k not in missing}, frozenset(missing))
