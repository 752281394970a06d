"""The fused tracker: predict, match, update, believe; any subset of LiDAR, radar and cameras."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from fusion.association import Assignment, inside_boxes
from fusion.births import tracks_of_boxes, tracks_of_places
from fusion.boxes import (
    BoxConfig,
    View,
    WorldBoxes,
    align_pairs,
    boxes_in_world,
    grown,
    loosened,
    match_boxes,
    measure,
    view_of,
)
from fusion.classes import ClassConfig, add_labels, new_evidence
from fusion.filters import joseph_update, position_measurement
from fusion.housekeeping import aged, count_misses, forget_history, without_doubles
from fusion.images import ImageConfig, Projected, camera_visibility, crowded, match_image, project_tracks
from fusion.instant import Instant
from fusion.lifecycle import LifecycleConfig
from fusion.models import predict
from fusion.monocular import MonocularConfig, place
from fusion.plausibility import PlausibilityConfig, carried_by_solid, no_body
from fusion.sensors import CAMERA, RADAR, kind_of
from fusion.table import TrackTable
from moosetest.arrays import FloatArray
from moosetest.objects import Detections, ImageDetections, ObjectClass, Tracks
from moosetest.sensing import LidarFrame, SensorBundle
from moosetest.timing import ns_from_s, s_from_ns
from moosetest.world import EgoState


@dataclass(frozen=True, slots=True)
class TrackerConfig:
    """Everything the fused tracker can be told.

    Args:
        reset_on_reclass: drop a track's history whenever its label changes, as the Tempe car did (RW-02). For
            ablation only.
        max_delay_s: older detections are not used.
        min_birth_score: weaker boxes only support tracks that exist.
        radar_room_m: no new radar track this near to a track: echoes scatter over a body and around it.
    """

    boxes: BoxConfig = field(default_factory=BoxConfig)
    images: ImageConfig = field(default_factory=ImageConfig)
    monocular: MonocularConfig = field(default_factory=MonocularConfig)
    plausibility: PlausibilityConfig = field(default_factory=PlausibilityConfig)
    classes: ClassConfig = field(default_factory=ClassConfig)
    lifecycle: LifecycleConfig = field(default_factory=LifecycleConfig)
    reset_on_reclass: bool = False
    max_delay_s: float = 0.5
    min_birth_score: float = 0.1
    radar_room_m: float = 2.0


class FusedTracker:
    """Tracks of solid things, whatever they are called, from all detections of each instant."""

    def __init__(self, config: TrackerConfig | None = None) -> None:
        self._config = config or TrackerConfig()
        self._table = TrackTable.empty()
        self._t_ns = 0
        self._next_id = 1
        self._bits: dict[str, int] = {}
        self._past: dict[int, EgoState] = {}
        self._lidar: LidarFrame | None = None
        self._missing: frozenset[str] = frozenset()

    def reset(self, rng: np.random.Generator) -> None:
        """Forget all tracks; the tracker itself draws nothing from `rng`."""
        del rng
        self._table = TrackTable.empty()
        self._t_ns = 0
        self._next_id = 1
        self._bits, self._past = {}, {}
        self._lidar, self._missing = None, frozenset()

    @property
    def sensor_ids(self) -> tuple[str, ...]:
        """Sensors in the order of `Tracks.seen_by`'s bits, lowest first."""
        return tuple(self._bits)

    def observe(self, bundle: SensorBundle) -> None:
        """Optional, before `update`: raw LiDAR returns for telling depictions from things, and who is missing."""
        lidars = [frame for _, frame in sorted(bundle.frames.items()) if isinstance(frame, LidarFrame)]
        self._lidar = lidars[0] if lidars else None
        self._missing = bundle.missing

    def update(
        self, ego: EgoState, detections: Sequence[Detections], image_detections: Sequence[ImageDetections]
    ) -> Tracks:
        """All tracks at `ego.t_ns`, TENTATIVE ones too; modifies no argument."""
        self._past[ego.t_ns] = ego
        oldest_ns = ego.t_ns - ns_from_s(self._config.max_delay_s)
        self._past = {t: state for t, state in self._past.items() if t >= oldest_ns}
        instant = Instant(self._predicted(ego.t_ns), ego)
        found = [d for d in detections if d.t_ns in self._past and d.sensor_id not in self._missing]
        for boxes in sorted(found, key=_box_order):
            self._fuse_boxes(instant, boxes, ego)
        images = [i for i in image_detections if i.t_ns in self._past and i.sensor_id not in self._missing]
        for image in sorted(images, key=_image_order):
            self._fuse_image(instant, image)
        looked = {kind_of(d.sensor_id) for d in found} | ({CAMERA} if images else set())
        count_misses(instant, frozenset(looked), self._config.lifecycle)
        self._table = without_doubles(aged(instant, self._config.lifecycle))
        self._t_ns = ego.t_ns
        self._lidar, self._missing = None, frozenset()
        return self._table.tracks(ego.t_ns)

    def _predicted(self, t_ns: int) -> TrackTable:
        table = self._table
        if not len(table) or t_ns <= self._t_ns:
            return table
        mean, cov = predict(table.mean, table.cov, table.class_prob, s_from_ns(t_ns - self._t_ns))
        return replace(table, mean=mean, cov=cov)

    def _fuse_boxes(self, instant: Instant, found: Detections, ego: EgoState) -> None:
        """Match one sensor's boxes, update what matches, begin tracks of the rest."""
        config = self._config
        kind = kind_of(found.sensor_id)
        then = self._past[found.t_ns]
        boxes = boxes_in_world(found, then, config.boxes)
        view = view_of(found, then, ego, kind == RADAR, config.boxes)
        belief = config.lifecycle.radar if kind == RADAR else config.lifecycle.lidar
        weight = config.classes.radar_weight if kind == RADAR else config.classes.box_weight
        bit = self._bit(found.sensor_id)
        instant.table = loosened(instant.table, view, config.boxes)
        pairs = match_boxes(boxes, instant.table, view, config.boxes)
        self._update_pairs(instant, boxes, pairs, view)
        self._label(instant, pairs.track, boxes.class_id[pairs.detection], boxes.score[pairs.detection], weight)
        instant.hit(pairs.track, boxes.score[pairs.detection], kind, bit, belief)
        alone = np.ones(len(boxes), dtype=np.bool_)
        alone[pairs.detection] = False
        alone &= boxes.score >= config.min_birth_score
        alone &= ~self._is_part(boxes, instant.table, view)
        if not alone.any():
            return
        new = boxes.select(alone)
        odds = config.lifecycle.birth_log_odds + belief.hit(new.score)
        instant.add(self._named(tracks_of_boxes(new, view, odds, weight, config.classes)), kind, bit)

    def _update_pairs(self, instant: Instant, boxes: WorldBoxes, pairs: Assignment, view: View) -> None:
        config, table, row = self._config.boxes, instant.table, pairs.track
        if not len(row):
            return
        seen = align_pairs(boxes, table, pairs, view)
        z = measure(boxes, seen, table, pairs, view, config)
        mean, cov, _ = joseph_update(table.mean[row], table.cov[row], z)
        has_speed = table.has_speed[row] | boxes.has_speed[pairs.detection]
        if view.is_radar:
            instant.table = table.with_rows(row, mean=mean, cov=cov, has_speed=has_speed)
            return
        size, shift, z_m = grown(boxes, seen, table, pairs, config)
        mean[:, :2] += shift
        first = ~table.has_extent[row]
        mean[first, 2] = (boxes.yaw_rad[pairs.detection][first] + np.pi) % (2.0 * np.pi) - np.pi
        measured = np.ones(len(row), dtype=np.bool_)
        body = {"size_lwh_m": size, "z_m": z_m, "has_extent": measured, "has_speed": has_speed}
        instant.table = table.with_rows(row, mean=mean, cov=cov, **body)

    def _is_part(self, boxes: WorldBoxes, table: TrackTable, view: View) -> NDArray[np.bool_]:
        """(N,) boxes within tracks: a part of them, unless they are surely people, who may stand before anything."""
        if not len(table):
            return np.zeros(len(boxes), dtype=np.bool_)
        room = self._config.radar_room_m if view.is_radar else 0.0
        known = table.has_extent | view.is_radar
        half = table.size_lwh_m[:, :2] / 2.0
        gap = inside_boxes(boxes.xy_m, table.xy_m, table.mean[:, 2], half)[:, known]
        is_person = (boxes.class_id == ObjectClass.PERSON) & (boxes.score >= 0.5)
        return np.asarray((gap <= room).any(axis=1) & ~is_person)

    def _fuse_image(self, instant: Instant, image: ImageDetections) -> None:
        """Match one picture's boxes; refuse those that depict; place the rest."""
        config = self._config
        image = _ordered(image)
        then = self._past[image.t_ns]
        places = place(image, config.monocular)
        rotation = then.T_world_ego.matrix[:2, :2]
        xy = then.T_world_ego.points(np.column_stack([places.xy_ego_m, np.zeros(len(image))]))[:, :2]
        cov = rotation @ places.cov_ego_m2 @ rotation.T
        noise = rotation @ places.noise_ego_m2 @ rotation.T
        projected = project_tracks(image, instant.table, then)
        instant.look(camera_visibility(projected, config.images))
        depicted = no_body(image, places.range_m, self._lidar, config.plausibility)
        pairs = match_image(image, projected, places, xy, cov, instant.table, config.images)
        kept = ~depicted[pairs.detection]
        shown, row = pairs.detection[kept], pairs.track[kept]
        bit = self._bit(image.sensor_id)
        self._move_unmeasured(instant, row, xy[shown], noise[shown], places.size_lwh_m[shown])
        self._label(instant, row, image.class_id[shown], image.score[shown], config.classes.camera_weight)
        instant.hit(row, image.score[shown], CAMERA, bit, config.lifecycle.camera)
        alone = ~depicted & places.is_consistent & (image.score >= config.images.min_birth_score)
        alone[pairs.detection] = False
        alone &= places.range_m < config.images.max_birth_range_m
        alone &= ~crowded(xy, places.range_m, instant.table, config.images)
        alone &= ~self._is_carried(image, places.range_m, projected, instant.table)
        if not alone.any():
            return
        evidence = add_labels(
            new_evidence(int(alone.sum()), config.classes),
            image.class_id[alone],
            image.score[alone],
            config.classes.camera_weight,
            config.classes,
        )
        odds = config.lifecycle.birth_log_odds + config.lifecycle.camera.hit(image.score[alone])
        size = places.size_lwh_m[alone]
        yaw = then.T_world_ego.yaw_rad
        born = tracks_of_places(xy[alone], cov[alone], yaw, size, odds, evidence, image.class_id[alone])
        instant.add(self._named(born), CAMERA, bit)

    def _is_carried(
        self, image: ImageDetections, range_m: FloatArray, projected: Projected, table: TrackTable
    ) -> NDArray[np.bool_]:
        m = len(projected.box_px)
        solid = projected.is_inside & table.has_extent[:m] & ~table.is_tentative[:m]
        return carried_by_solid(
            image.box_px, range_m, projected.box_px[solid], projected.range_m[solid], self._config.plausibility
        )

    def _move_unmeasured(
        self, instant: Instant, row: NDArray[np.intp], xy_m: FloatArray, cov_m2: FloatArray, size_lwh_m: FloatArray
    ) -> None:
        """Only tracks without a measured body are moved by pictures: LiDAR places better."""
        table = instant.table
        free = ~table.has_extent[row]
        row, xy_m, cov_m2 = row[free], xy_m[free], cov_m2[free]
        if not len(row):
            return
        z = position_measurement(table.mean[row], xy_m, cov_m2)
        mean, cov, _ = joseph_update(table.mean[row], table.cov[row], z)
        size = table.size_lwh_m[row] + 0.2 * (size_lwh_m[free] - table.size_lwh_m[row])
        instant.table = table.with_rows(row, mean=mean, cov=cov, size_lwh_m=size, z_m=size[:, 2] / 2.0)

    def _label(
        self,
        instant: Instant,
        row: NDArray[np.intp],
        class_id: NDArray[np.int16],
        score: FloatArray,
        weight: float,
    ) -> None:
        """Add labels to the class belief: nothing else of a track changes with its class."""
        table = instant.table
        if not len(row):
            return
        evidence = add_labels(table.evidence[row], class_id, score, weight, self._config.classes)
        changed = row[table.label[row] != class_id]
        instant.table = table.with_rows(row, evidence=evidence, label=class_id.astype(np.int64))
        if self._config.reset_on_reclass and len(changed):
            instant.table = forget_history(instant.table, changed, self._next_id)
            self._next_id += len(changed)

    def _named(self, born: TrackTable) -> TrackTable:
        ids = self._next_id + np.arange(len(born), dtype=np.int64)
        self._next_id += len(born)
        return replace(born, track_id=ids)

    def _bit(self, sensor_id: str) -> int:
        """Bit of a sensor in `seen_by`; the eighth and later ones share the last."""
        return min(self._bits.setdefault(sensor_id, len(self._bits)), 7)


def _ordered(image: ImageDetections) -> ImageDetections:
    """The same boxes sorted by place, so that their order of arrival does not matter."""
    order = np.lexsort((image.score, image.class_id, *image.box_px.T))
    return replace(image, box_px=image.box_px[order], class_id=image.class_id[order], score=image.score[order])


def _box_order(found: Detections) -> tuple[int, bool, str, int, bytes]:
    """Measured bodies before radar echoes, named ones before nameless: the later find the tracks of the earlier."""
    is_nameless = not (found.class_id != ObjectClass.UNKNOWN).any()
    return kind_of(found.sensor_id), is_nameless, found.sensor_id, found.t_ns, np.sort(found.score).tobytes()


def _image_order(image: ImageDetections) -> tuple[str, int, bytes]:
    return image.sensor_id, image.t_ns, np.sort(image.score).tobytes()
