"""Training data as files: what a simulator writes once a frame and the trainers read.

A dataset is a folder:

    meta.json                        format, version, class names, what the maker says about it
    train/FRAME_ID.npz               labels of every camera, LiDAR points and boxes
    train/FRAME_ID.SENSOR_ID.jpg     one picture a camera
    val/...                          likewise

Pictures are written first and the `.npz` last, under a name that is changed when it is whole: a frame is there
when its `.npz` is, so that a run killed half-way leaves a readable folder, which a second run goes on filling.
"""

from __future__ import annotations

import json
import os
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from moosetest.arrays import require, set_arrays
from moosetest.config import ConfigError
from moosetest.objects import ObjectClass

FORMAT = "moosetest-dataset"
VERSION = 1
SPLITS = ("train", "val")
JPEG_QUALITY = 95
"""With full-resolution colour: the error is below the sensor noise of the renderer, at a tenth of PNG's size."""

_NAME = re.compile(r"[A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class CameraSample:
    """One camera's picture with the boxes of all objects in it, hidden and tiny ones too.

    `box_px` (N, 4) = left, top, right, bottom edges, clipped to the picture, of the visible and hidden part together;
    `visible_share` (N,) of the object's pixels that nothing covers and that lie in the picture; `distance_m` (N,)
    from the camera to the object's centre.
    """

    image_rgb: NDArray[np.uint8]
    box_px: NDArray[np.float64]
    class_id: NDArray[np.int16]
    visible_share: NDArray[np.float64]
    distance_m: NDArray[np.float64]

    def __post_init__(self) -> None:
        n = ("N",)
        fields = {"image_rgb": (("H", "W", 3), np.uint8), "box_px": (("N", 4), np.float64), "class_id": (n, np.int16)}
        set_arrays(self, {**fields, "visible_share": (n, np.float64), "distance_m": (n, np.float64)})

    @property
    def height_px(self) -> NDArray[np.float64]:
        """(N,) heights of the boxes."""
        return self.box_px[:, 3] - self.box_px[:, 1]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class LidarSample:
    """One sweep in the ego frame with the boxes of all objects, those without a return too.

    `n_points` (M,) counts the returns from each object.
    """

    points_ego_m: NDArray[np.float32]
    intensity: NDArray[np.float32]
    center_ego_m: NDArray[np.float64]
    size_lwh_m: NDArray[np.float64]
    yaw_ego_rad: NDArray[np.float64]
    class_id: NDArray[np.int16]
    n_points: NDArray[np.int64]

    def __post_init__(self) -> None:
        m = ("M",)
        points = {"points_ego_m": (("N", 3), np.float32), "intensity": (("N",), np.float32)}
        boxes = {"center_ego_m": (("M", 3), np.float64), "size_lwh_m": (("M", 3), np.float64)}
        labels = {"yaw_ego_rad": (m, np.float64), "class_id": (m, np.int16), "n_points": (m, np.int64)}
        set_arrays(self, {**points, **boxes, **labels})


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class TrainingSample:
    """One instant of a drive: pictures by camera id, perhaps a sweep, and in what conditions it was taken.

    `split` is "train" or "val"; `frame_id` and camera ids are made of letters, digits, _ and -; `conditions` are
    names such as {"map": "town", "weather": "rain"}, by which an evaluation may be cut into slices.
    """

    split: str
    frame_id: str
    cameras: Mapping[str, CameraSample]
    lidar: LidarSample | None = None
    conditions: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        require(self.split in SPLITS, f"TrainingSample.split: {self.split!r}, want one of {SPLITS}")
        for name in (self.frame_id, *self.cameras):
            require(_NAME.fullmatch(name) is not None, f"TrainingSample: {name!r}: want letters, digits, _ and -")
        object.__setattr__(self, "cameras", MappingProxyType(dict(self.cameras)))


class DatasetWriter:
    """Adds samples to a dataset folder, a new one or one begun before.

    Args:
        folder: made when it is not there.
        meta: what the reader should know of how this was made (maps, seeds, rig, versions); JSON values. It goes
            into the model card of every network trained on the folder. A folder begun before keeps its own.

    Raises:
        ConfigError: the folder holds something else.
    """

    def __init__(self, folder: Path, meta: Mapping[str, Any]) -> None:
        self._folder = folder
        if (folder / "meta.json").exists():
            _read_meta(folder)
        else:
            _write_meta(folder, meta)
        self._have = {(split, frame_id) for split in SPLITS for frame_id in _frame_ids(folder, split)}

    def __contains__(self, key: tuple[str, str]) -> bool:
        """Whether the frame (split, frame_id) is there already."""
        return key in self._have

    def __len__(self) -> int:
        return len(self._have)

    def add(self, sample: TrainingSample) -> None:
        """Write one sample; a frame that is there already is written anew."""
        stem = self._folder / sample.split / sample.frame_id
        arrays: dict[str, Any] = {"conditions": np.array(json.dumps(dict(sample.conditions), sort_keys=True))}
        for sensor_id, camera in sample.cameras.items():
            _write_picture(stem.with_name(f"{sample.frame_id}.{sensor_id}.jpg"), camera.image_rgb)
            arrays |= {f"camera/{sensor_id}/{name}": getattr(camera, name) for name in _camera_fields()}
        if sample.lidar is not None:
            arrays |= {f"lidar/{name}": getattr(sample.lidar, name) for name in LidarSample.__dataclass_fields__}
        part = stem.with_name(sample.frame_id + ".part")
        with part.open("wb") as file:
            np.savez_compressed(file, **arrays)
        os.replace(part, stem.with_name(sample.frame_id + ".npz"))
        self._have.add((sample.split, sample.frame_id))


class DatasetReader:
    """Reads the frames of one split, in the order of their ids.

    Raises:
        ConfigError: no dataset there, or one without a frame in this split.
    """

    def __init__(self, folder: Path, split: str) -> None:
        self.folder, self.split = folder, split
        self.meta = _read_meta(folder)
        self.frame_ids = _frame_ids(folder, split)
        if not self.frame_ids:
            raise ConfigError(f"{folder / split}: no frame; want FRAME_ID.npz files, made by `moosetest dataset`")

    def __len__(self) -> int:
        return len(self.frame_ids)

    def conditions(self, index: int) -> dict[str, str]:
        """The conditions of one frame."""
        return json.loads(str(self._arrays(index, ("conditions",))["conditions"]))

    def camera_ids(self, index: int) -> list[str]:
        """The cameras of one frame, sorted."""
        with self._open(index) as archive:
            return sorted({name.split("/")[1] for name in archive.files if name.startswith("camera/")})

    def camera(self, index: int, sensor_id: str) -> CameraSample:
        """One camera's picture and boxes."""
        names = _camera_fields()
        arrays = self._arrays(index, [f"camera/{sensor_id}/{name}" for name in names])
        labels = {name: arrays[f"camera/{sensor_id}/{name}"] for name in names}
        return CameraSample(image_rgb=self.picture(index, sensor_id), **labels)

    def picture(self, index: int, sensor_id: str) -> NDArray[np.uint8]:
        """(H, W, 3) one camera's picture."""
        path = self._stem(index).with_name(f"{self.frame_ids[index]}.{sensor_id}.jpg")
        image_bgr = cv2.imread(str(path), cv2.IMREAD_COLOR)
        if image_bgr is None:
            raise ConfigError(f"{path}: not a readable picture; delete its .npz and make the frame again")
        return np.asarray(cv2.cvtColor(image_bgr, cv2.COLOR_BGR2RGB))

    def has_lidar(self, index: int) -> bool:
        """Whether the frame holds a sweep."""
        with self._open(index) as archive:
            return "lidar/points_ego_m" in archive.files

    def lidar(self, index: int) -> LidarSample:
        """The sweep and its boxes."""
        names = list(LidarSample.__dataclass_fields__)
        arrays = self._arrays(index, [f"lidar/{name}" for name in names])
        return LidarSample(**{name: arrays[f"lidar/{name}"] for name in names})

    def __iter__(self) -> Iterator[TrainingSample]:
        for index, frame_id in enumerate(self.frame_ids):
            cameras = {sensor_id: self.camera(index, sensor_id) for sensor_id in self.camera_ids(index)}
            lidar = self.lidar(index) if self.has_lidar(index) else None
            yield TrainingSample(
                split=self.split, frame_id=frame_id, cameras=cameras, lidar=lidar, conditions=self.conditions(index)
            )

    def _stem(self, index: int) -> Path:
        return self.folder / self.split / self.frame_ids[index]

    def _open(self, index: int) -> Any:
        path = self._stem(index).with_name(self.frame_ids[index] + ".npz")
        try:
            return np.load(path)
        except (OSError, ValueError, zipfile.BadZipFile) as error:
            raise ConfigError(f"{path}: not a readable frame ({error}); delete it and make it again") from error

    def _arrays(self, index: int, names: Any) -> dict[str, NDArray[Any]]:
        with self._open(index) as archive:
            missing = [name for name in names if name not in archive.files]
            if missing:
                raise ConfigError(f"{self._stem(index)}.npz: has no {missing[0]}")
            return {name: archive[name] for name in names}


def _camera_fields() -> list[str]:
    return [name for name in CameraSample.__dataclass_fields__ if name != "image_rgb"]


def _frame_ids(folder: Path, split: str) -> list[str]:
    return sorted(path.stem for path in (folder / split).glob("*.npz"))


def _write_picture(path: Path, image_rgb: NDArray[np.uint8]) -> None:
    options = [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY]
    options += [cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444]
    if not cv2.imwrite(str(path), cv2.cvtColor(image_rgb, cv2.COLOR_RGB2BGR), options):
        raise OSError(f"{path}: could not be written")


def _write_meta(folder: Path, meta: Mapping[str, Any]) -> None:
    for split in SPLITS:
        (folder / split).mkdir(parents=True, exist_ok=True)
    classes = [c.name for c in ObjectClass]
    text = json.dumps({"format": FORMAT, "version": VERSION, "classes": classes, "meta": dict(meta)}, indent=2)
    part = folder / "meta.part"
    part.write_text(text + "\n", encoding="utf-8")
    os.replace(part, folder / "meta.json")


def _read_meta(folder: Path) -> dict[str, Any]:
    path = folder / "meta.json"
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, json.JSONDecodeError) as error:
        raise ConfigError(f"{path}: not a readable dataset description; `moosetest dataset` makes one") from error
    if not isinstance(values, dict) or values.get("format") != FORMAT or values.get("version") != VERSION:
        raise ConfigError(f"{path}: want format {FORMAT!r}, version {VERSION}; make the dataset anew")
    if values.get("classes") != [c.name for c in ObjectClass]:
        raise ConfigError(f"{path}: made for other classes than {[c.name for c in ObjectClass]}; make it anew")
    return dict(values["meta"])
