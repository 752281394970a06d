"""A contact sheet of a case: first, reveal and last frame at three severities, with its target and without."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from moosetest.sensing import CameraFrame
from scenarios.approach.rails import TICK_S
from scenarios.case import Arm, Case
from scenarios.check.proofs import views
from sim.truth import TruthObjects

SEVERITIES = (0.0, 0.5, 1.0)
ARMS = (Arm.CASE, Arm.ABSENT)
CAMERA = "cam_main"
TILE_PX = (320, 192)
LAST_BEFORE_S = 0.5
CAPTION_PX = 22
MARK_RGB = (255, 210, 0)


def contact_sheet(case: Case, seed: int) -> NDArray[np.uint8]:
    """(H, W, 3) RGB: a row a severity and arm, three columns; the target is framed where the cameras see it."""
    rows = [_row(case, severity, arm, seed) for severity in SEVERITIES for arm in ARMS]
    return np.concatenate([_banner(case), *rows])


def _row(case: Case, severity: float, arm: Arm, seed: int) -> NDArray[np.uint8]:
    staging = case.staging(severity, seed, arm)
    conflict_s = staging.conflict_m / staging.speed_mps
    last_s = conflict_s - LAST_BEFORE_S
    reveal_s = min(max(conflict_s - staging.reveal_s + 3 * TICK_S, 5 * TICK_S), last_s - 2 * TICK_S)
    times_s = [2 * TICK_S, reveal_s, last_s]
    seen = views(case, severity, seed, arm, times_s, frozenset({CAMERA}))
    tiles = []
    for name, view in zip(("first", "reveal", "last"), seen, strict=True):
        frame = view.bundle.frames[CAMERA]
        assert isinstance(frame, CameraFrame)
        picture = frame.image_rgb.copy()
        _frame_target(picture, view.masks[CAMERA].actor_id, view.truth.objects, staging.target)
        where = f"{case.factor.text(severity)}  {arm.value}  {name} {view.t_s:.1f} s"
        tiles.append(_captioned(cv2.resize(picture, TILE_PX, interpolation=cv2.INTER_AREA), where))
    return np.concatenate(tiles, axis=1)


def _frame_target(picture: NDArray[np.uint8], ids: NDArray[np.uint16], objects: TruthObjects, target: str) -> None:
    if target not in objects.role:
        return
    mask = ids == (int(objects.actor_id[objects.role.index(target)]) & 0xFFFF)
    if mask.any():
        rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
        low, high = (int(columns[0]) - 4, int(rows[0]) - 4), (int(columns[-1]) + 4, int(rows[-1]) + 4)
        cv2.rectangle(picture, low, high, MARK_RGB, 1)


def _captioned(tile: NDArray[np.uint8], text: str) -> NDArray[np.uint8]:
    strip = np.full((CAPTION_PX, tile.shape[1], 3), 24, np.uint8)
    plain = text.replace("°", " deg").replace("²", "2")  # OpenCV's letters are ASCII's
    cv2.putText(strip, plain, (4, 15), cv2.FONT_HERSHEY_SIMPLEX, 0.36, (230, 230, 230), 1, cv2.LINE_AA)
    return np.concatenate([tile, strip])


def _banner(case: Case) -> NDArray[np.uint8]:
    strip = np.full((30, 3 * TILE_PX[0], 3), 24, np.uint8)
    text = f"{case.family}  {case.title}"
    cv2.putText(strip, text, (6, 20), cv2.FONT_HERSHEY_SIMPLEX, 0.5, (255, 255, 255), 1, cv2.LINE_AA)
    return strip
