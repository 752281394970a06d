"""Beside the frame in which a camera detector broke: on what of the picture its answer there rests."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import cv2

from scenarios.approach.recording import Frame
from scenarios.bench.job import Plan
from scenarios.bench.summary import Row
from scenarios.why.explanation import explain
from scenarios.why.picture import draw_map
from scenarios.why.question import cameras_of, most_telling

MASKS = 160
"""Fewer than `moosetest why` takes: 3 to 8 seconds of one core a map, 7 % of a bench with three camera networks."""
WIDTH_PX = 400
QUALITY = 82


def draw_why(row: Row, frame: Frame, target: str, plan: Plan) -> None:
    """Write the map of a broken frame and its shares below `plan.out`, unless they are there.

    Of a camera detector alone, and where a camera shows the target: else there is none.
    """
    if row.broken is None or row.module.sensors != "camera":
        return
    picture, shares = _paths(plan.out, row)
    about = {"key": plan.key, "severity": row.broken.severity, "seed": row.broken.seed, "frame": row.broken.frame}
    if picture.exists() and about.items() <= _read(shares).items():
        return
    picture.unlink(missing_ok=True)
    told = most_telling(frame, target, row.case.polarity, cameras_of(row.module, plan.rig, plan.threads))
    if told is None:
        return
    camera, question = told
    found = explain(frame, camera, question, row.broken.seed, MASKS)
    drawn = draw_map(found.picture_rgb, found.saliency.map, found.regions, question.asked.box_px, WIDTH_PX)
    picture.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(picture), drawn[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    shares.write_text(json.dumps(about | found.to_json() | {"text": found.text}, indent=2), encoding="utf-8")


def why_of(row: Row, folder: Path) -> dict[str, str]:
    """What a card shows of it: the map as JPEG in base 64, and its caption; both empty where there is none."""
    picture, shares = _paths(folder, row)
    if row.broken is None or not picture.exists():
        return {"map": "", "map_caption": ""}
    kept = _read(shares)
    caption = f"why, {kept['explained']} in {kept['camera']}: {kept['text']}"
    return {"map": base64.b64encode(picture.read_bytes()).decode("ascii"), "map_caption": caption}


def _paths(folder: Path, row: Row) -> tuple[Path, Path]:
    stem = folder / "why" / f"{row.case.case_id}-{row.module.name}"
    return stem.with_name(f"{stem.name}.jpg"), stem.with_name(f"{stem.name}.json")


def _read(path: Path) -> dict[str, Any]:
    return dict(json.loads(path.read_text(encoding="utf-8"))) if path.exists() else {}
