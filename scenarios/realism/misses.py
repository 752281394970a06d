"""Contact sheets of what went wrong: objects that were missed, and false boxes, as crops with their boxes."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from moosetest.objects import ObjectClass
from scenarios.realism.definition import KINDS
from scenarios.realism.measure import JudgedFrame

TILE_PX = 224
COLUMNS = 8
MAX_TILES = 64
AROUND = 0.5
"""So much of an object's size is shown on each side of it."""
TRUE_RGB, FOUND_RGB = (40, 220, 60), (250, 60, 50)


class MissSheets:
    """Gathers tiles frame by frame; writes `missed_KIND.png` and `false_boxes.png`."""

    def __init__(self) -> None:
        self._tiles: dict[str, list[NDArray[np.uint8]]] = {}

    def watch(self, judged: JudgedFrame) -> None:
        """Cut out what is wrong in one frame."""
        for thing, found in zip(judged.objects, judged.count.found, strict=True):
            if thing.counted and not found:
                text = f"#{judged.frame.number} {thing.distance_m:.0f} m {thing.height_px:.0f} px"
                self._add(f"missed_{thing.kind}", judged, thing.visible_px, text)
        for i in np.flatnonzero(judged.count.false):
            kind = ObjectClass(int(judged.detections.class_id[i])).name.lower()
            where = "on nothing" if judged.count.on_nothing[i] else "loose"
            text = f"#{judged.frame.number} {kind} {judged.detections.score[i]:.2f} {where}"
            self._add("false_boxes", judged, judged.detections.box_px[i], text)

    def write(self, folder: Path) -> list[Path]:
        """One picture a sheet that has tiles."""
        folder.mkdir(parents=True, exist_ok=True)
        written = []
        for name in (*(f"missed_{kind}" for kind in KINDS), "false_boxes"):
            path = folder / f"{name}.png"
            path.unlink(missing_ok=True)
            if self._tiles.get(name):
                cv2.imwrite(str(path), _sheet(self._tiles[name])[..., ::-1])
                written.append(path)
        return written

    def _add(self, sheet: str, judged: JudgedFrame, box_px: NDArray[np.float64], text: str) -> None:
        tiles = self._tiles.setdefault(sheet, [])
        if len(tiles) < MAX_TILES:
            tiles.append(_tile(judged, box_px, text))


def _tile(judged: JudgedFrame, box_px: NDArray[np.float64], text: str) -> NDArray[np.uint8]:
    """A square crop around a box, enlarged, with the true boxes that count and the network's."""
    center, side = (box_px[:2] + box_px[2:]) / 2, float((box_px[2:] - box_px[:2]).max()) * (1 + 2 * AROUND)
    scale = TILE_PX / side
    shift = TILE_PX / 2 - scale * center
    window = np.array([[scale, 0.0, shift[0]], [0.0, scale, shift[1]]])
    tile = cv2.warpAffine(judged.image_rgb, window, (TILE_PX, TILE_PX), flags=cv2.INTER_LINEAR)
    for thing in judged.objects:
        if thing.counted:
            _draw(tile, thing.visible_px * scale + np.tile(shift, 2), TRUE_RGB, "")
    detections = judged.detections
    for box, class_id, score in zip(detections.box_px, detections.class_id, detections.score, strict=True):
        name = ObjectClass(int(class_id)).name.lower()
        _draw(tile, box * scale + np.tile(shift, 2), FOUND_RGB, f"{name} {score:.2f}")
    cv2.putText(tile, text, (3, TILE_PX - 5), cv2.FONT_HERSHEY_SIMPLEX, 0.4, (255, 255, 255), 1, cv2.LINE_AA)
    return tile


def _draw(tile: NDArray[np.uint8], box_px: NDArray[np.float64], color: tuple[int, int, int], text: str) -> None:
    left, top, right, bottom = (round(float(edge)) for edge in box_px)
    cv2.rectangle(tile, (left, top), (right, bottom), color, 1)
    at = max(left, 2), max(top - 3, 10)
    cv2.putText(tile, text, at, cv2.FONT_HERSHEY_SIMPLEX, 0.36, color, 1, cv2.LINE_AA)


def _sheet(tiles: list[NDArray[np.uint8]]) -> NDArray[np.uint8]:
    columns = min(COLUMNS, len(tiles))
    blank = np.zeros_like(tiles[0])
    rows = [tiles[i : i + columns] for i in range(0, len(tiles), columns)]
    return np.vstack([np.hstack(row + [blank] * (columns - len(row))) for row in rows])
