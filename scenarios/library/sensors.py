"""SE: sensors that fail in part or in whole."""

from __future__ import annotations

from scenarios.actors import ActorPlan
from scenarios.case import Case, Factor, Measure, Polarity, Setting, register
from scenarios.staging import Staging
from scenarios.templates import G_URB

CAR = "vehicle.mini.cooper_s_2021"
CAR_HALF_M = 2.28


def _standing_car(setting: Setting) -> ActorPlan:
    return ActorPlan(
        role="car",
        blueprint=CAR,
        place=setting.site.place(CAR_HALF_M, left_m=setting.rng.uniform(-0.3, 0.3)),
        attributes={"color": "17,37,103"},
    )


def _beams_lost(setting: Setting) -> Staging:
    fault = f"beam-loss={setting.value:.4g}@lidar_front"
    return setting.site.staging(_standing_car(setting), target="car", faults=(fault,))


BEAMS_LOST = register(
    Case(
        case_id="beams_lost",
        title="The LiDAR loses beams on the way to a standing car",
        family="SE-3",
        polarity=Polarity.MISS,
        template=G_URB,
        factor=Factor("share of dead beams", "", at_0=0.0, at_1=0.8),
        measure=Measure("points"),
        sweeps=("faults",),
        control="all beams",
        criteria=("PC-P", "PC-A"),
        rescue=("camera", "radar"),
        source="KITTI-C: CenterPoint 68.7 to 49.9 with beams missing (Robo3D)",
        stage=_beams_lost,
        tags=("day", "fault"),
    )
)


def _lidar_dies(setting: Setting) -> Staging:
    fault = f"death={setting.value:.4g}@lidar_front"
    return setting.site.staging(_standing_car(setting), target="car", faults=(fault,))


LIDAR_DIES = register(
    Case(
        case_id="lidar_dies",
        title="The LiDAR falls silent on the way to a standing car",
        family="SE-12",
        polarity=Polarity.MISS,
        template=G_URB,
        factor=Factor("severity of the death: after 4 s (1 - s) / s", "", at_0=0.0, at_1=1.0),
        measure=Measure("lidar_frames", before_s=0.5, throughout=True),
        sweeps=("faults",),
        control="it lives",
        criteria=("PC-A",),
        rescue=("camera", "radar"),
        source="fusion baselines fall to 0 % mAP without LiDAR (Grace-BEV)",
        stage=_lidar_dies,
        tags=("day", "fault"),
    )
)
