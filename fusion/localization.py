"""Where the car itself is: GNSS, IMU and odometry in one small Kalman filter."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from moosetest.arrays import FloatArray
from moosetest.frames import Transform, wrap_rad
from moosetest.sensing import GnssSample, ImuSample, OdometrySample, SensorBundle
from moosetest.timing import s_from_ns
from moosetest.world import EgoState

_X, _Y, _YAW, _SPEED, _BIAS = range(5)
_UNKNOWN_VAR = 1e6


@dataclass(frozen=True, slots=True)
class LocalizerConfig:
    """How far the instruments are trusted.

    Args:
        speed_sd_mps: of the wheel speed; 0.1 km/h, doubled for slip.
        heading_sd_rad: of the bus's heading; 0.1 degrees of a dual-antenna receiver, doubled.
        gyro_sd_radps: of the yaw rate; a car's MEMS gyro.
        bias_sd_radps2: how fast the gyro's zero wanders.
        accel_sd_mps2: of the acceleration taken for the prediction; slopes count in by 0.17 m/s2 a degree.
        slide_sd_mps: sideways motion of the rear axle, which the model has at 0.
        accel_memory_s: the acceleration told is smoothed over this time.
    """

    speed_sd_mps: float = 0.06
    heading_sd_rad: float = 0.0035
    gyro_sd_radps: float = 0.005
    bias_sd_radps2: float = 0.0005
    accel_sd_mps2: float = 0.5
    slide_sd_mps: float = 0.05
    accel_memory_s: float = 0.15


class EkfLocalizer:
    """Extended Kalman filter over x, y, yaw, speed and gyro bias; goes on by dead reckoning when GNSS is missing."""

    def __init__(self, config: LocalizerConfig | None = None) -> None:
        self._config = config or LocalizerConfig()
        self._mean, self._P = _ignorance()
        self._z_m: float | None = None
        self._t_ns: int | None = None
        self._yaw_rate_radps = self._accel_mps2 = self._steer_rad = 0.0

    @property
    def needs(self) -> frozenset[str]:
        """The instruments that every rig has."""
        return frozenset({"gnss", "imu", "odometry"})

    def reset(self, rng: np.random.Generator) -> None:
        """Forget the state; nothing is drawn from `rng`."""
        del rng
        self._mean, self._P = _ignorance()
        self._z_m = self._t_ns = None
        self._yaw_rate_radps = self._accel_mps2 = self._steer_rad = 0.0

    def update(self, bundle: SensorBundle) -> EgoState:
        """State at `bundle.t_ns`; modifies no argument."""
        gnss, imu, odometry = (bundle.frames.get(name) for name in ("gnss", "imu", "odometry"))
        if isinstance(imu, ImuSample):
            self._yaw_rate_radps = float(imu.T_ego_sensor.vectors(imu.gyro_imu_radps)[2])
            accel_mps2 = float(imu.T_ego_sensor.vectors(imu.accel_imu_mps2)[0])
        else:
            self._yaw_rate_radps, accel_mps2 = self._yaw_rate_radps * 0.9, self._accel_mps2 * 0.9
        self._predict(bundle.t_ns, accel_mps2)
        if isinstance(odometry, OdometrySample):
            self._steer_rad = odometry.steer_rad
            self._correct(_SPEED, odometry.speed_mps - self._mean[_SPEED], self._config.speed_sd_mps)
            turn = wrap_rad(odometry.yaw_world_rad - self._mean[_YAW])
            self._correct(_YAW, turn, self._config.heading_sd_rad)
        if isinstance(gnss, GnssSample):
            self._correct_position(gnss)
        self._t_ns = bundle.t_ns
        return self._state(bundle.t_ns)

    def _predict(self, t_ns: int, accel_mps2: float) -> None:
        """Drive on along the arc that speed and yaw rate give."""
        dt_s = 0.0 if self._t_ns is None else s_from_ns(t_ns - self._t_ns)
        config = self._config
        blend = 1.0 - np.exp(-dt_s / config.accel_memory_s) if dt_s > 0 else 1.0
        self._accel_mps2 += float(blend) * (accel_mps2 - self._accel_mps2)
        if dt_s <= 0:
            return
        x, y, yaw, speed, bias = self._mean
        rate = self._yaw_rate_radps - bias
        middle, travel = yaw + 0.5 * rate * dt_s, (speed + 0.5 * accel_mps2 * dt_s) * dt_s
        cos, sin = np.cos(middle), np.sin(middle)
        self._mean = np.array(
            [x + travel * cos, y + travel * sin, wrap_rad(yaw + rate * dt_s), speed + accel_mps2 * dt_s, bias]
        )
        F = np.eye(5)
        F[_X, [_YAW, _SPEED, _BIAS]] = -travel * sin, dt_s * cos, 0.5 * dt_s * travel * sin
        F[_Y, [_YAW, _SPEED, _BIAS]] = travel * cos, dt_s * sin, -0.5 * dt_s * travel * cos
        F[_YAW, _BIAS] = -dt_s
        side = np.array([-sin, cos]) * config.slide_sd_mps * dt_s
        Q = np.diag([1e-6, 1e-6, (config.gyro_sd_radps * dt_s) ** 2, (config.accel_sd_mps2 * dt_s) ** 2, 0.0])
        Q[_BIAS, _BIAS] = (config.bias_sd_radps2 * dt_s) ** 2
        Q[:2, :2] += np.outer(side, side)
        self._P = F @ self._P @ F.T + Q

    def _correct(self, index: int, innovation: float, sd: float) -> None:
        H = np.zeros((1, 5))
        H[0, index] = 1.0
        self._apply(np.array([innovation]), H, np.array([[sd**2]]))

    def _correct_position(self, gnss: GnssSample) -> None:
        """The fix is the antenna's: `T_ego_sensor` tells where that is on the car."""
        arm = gnss.T_ego_sensor.translation_m
        cos, sin = np.cos(self._mean[_YAW]), np.sin(self._mean[_YAW])
        offset = np.array([cos * arm[0] - sin * arm[1], sin * arm[0] + cos * arm[1]])
        H = np.zeros((2, 5))
        H[0, _X] = H[1, _Y] = 1.0
        H[:, _YAW] = -offset[1], offset[0]
        innovation = gnss.position_world_m[:2] - self._mean[:2] - offset
        self._apply(innovation, H, gnss.cov_position_m2[:2, :2] + 1e-6 * np.eye(2))
        height = float(gnss.position_world_m[2] - arm[2])
        self._z_m = height if self._z_m is None else self._z_m + 0.5 * (height - self._z_m)

    def _apply(self, innovation: FloatArray, H: FloatArray, R: FloatArray) -> None:
        """Joseph-form update."""
        S = H @ self._P @ H.T + R
        K = np.linalg.solve(S, H @ self._P).T
        self._mean = self._mean + K @ innovation
        self._mean[_YAW] = wrap_rad(float(self._mean[_YAW]))
        kept = np.eye(5) - K @ H
        P = kept @ self._P @ kept.T + K @ R @ K.T
        self._P = 0.5 * (P + P.T)

    def _state(self, t_ns: int) -> EgoState:
        x, y, yaw, speed, bias = (float(v) for v in self._mean)
        rate = self._yaw_rate_radps - bias
        cov = np.zeros((6, 6))
        planar = np.ix_([0, 1, 5], [0, 1, 5])
        cov[planar] = self._P[:3, :3]
        cov[2, 2] = 0.1**2
        cov[3, 3] = cov[4, 4] = 0.02**2
        return EgoState(
            t_ns=t_ns,
            T_world_ego=Transform.from_xyz_rpy("world", "ego", (x, y, self._z_m or 0.0), (0.0, 0.0, yaw)),
            velocity_ego_mps=np.array([speed, 0.0, 0.0]),
            accel_ego_mps2=np.array([self._accel_mps2, speed * rate, 0.0]),
            yaw_rate_radps=rate,
            steer_rad=self._steer_rad,
            cov_pose=cov,
        )


def _ignorance() -> tuple[FloatArray, FloatArray]:
    """State and covariance before the first measurement."""
    return np.zeros(5), np.diag([_UNKNOWN_VAR, _UNKNOWN_VAR, 10.0, 100.0, 1e-4])
