"""The camera: a scene and a view in, pictures and their ground truth out."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from sim.assets.mesh import MeshSource
from sim.render.context import create_context
from sim.render.pipeline import Pipeline
from sim.render.reposed import EarlierPoints, reposed
from sim.render.strokes import overlaid
from sim.render.view import OUTPUTS, CameraView, Images
from sim.world.scene import Instance, Scene

__all__ = ["CameraRenderer", "CameraView", "Images"]

_GEOMETRY_OF = {"depth": "depth", "tag": "index", "instance": "index", "normal": "normal"}


class CameraRenderer:
    """Renders cameras with OpenGL. The context is made at the first picture and belongs to that thread.

    Args:
        meshes: where actors' meshes come from.
    """

    def __init__(self, meshes: MeshSource) -> None:
        self._meshes = meshes
        self._thread: int | None = None
        self._context: Any = None
        self._pipeline: Pipeline | None = None

    def render(self, scene: Scene, view: CameraView, outputs: frozenset[str]) -> Images:
        """Take one picture: the same scene and view give the same bytes.

        Args:
            scene: what stands, moves and shines.
            view: the camera.
            outputs: any of "rgb", "depth", "tag", "instance", "normal"; only these are drawn.

        Raises:
            ValueError: an unknown output.
            RuntimeError: called from another thread than the first time.
            RenderUnavailableError: no OpenGL here.
            KeyError: an actor's mesh or picture is unknown.
        """
        unknown = outputs - OUTPUTS
        if unknown:
            raise ValueError(f"outputs: unknown {sorted(unknown)}, want some of {sorted(OUTPUTS)}")
        pipeline = self._ready()
        with self._context:
            self._context.gc()
            wanted = {_GEOMETRY_OF[name] for name in outputs if name != "rgb"}
            geometry = tuple(name for name in ("index", "depth", "normal") if name in wanted)
            frame = pipeline.prepare(scene, view)
            if "rgb" not in outputs:
                raw = pipeline.draw(frame, geometry, 1) if geometry else {}
            elif view.supersampling > 1:
                raw = pipeline.draw(frame, ("color",), view.supersampling)
                raw |= pipeline.draw(frame, geometry, 1) if geometry else {}
            else:
                raw = pipeline.draw(frame, ("color", *geometry), 1)
            tags, actor_ids, metered = frame.tags, frame.actor_ids, frame.light.metered
        images = replace(_images(raw, tags, actor_ids, view, outputs), metered=metered)
        return images if images.rgb is None else replace(images, rgb=overlaid(images.rgb, scene.marks, view))

    def earlier_points(
        self, scene: Scene, view: CameraView, earlier: Mapping[int, Instance], T_world_earlier: NDArray[np.float64]
    ) -> EarlierPoints | None:
        """Where the points of bodies that changed their pose were at an earlier picture; None if none did.

        Args:
            scene: as it is now.
            view: the camera now.
            earlier: the actors of then by their ids; only these are looked at.
            T_world_earlier: (4, 4) the camera's pose then.
        """
        pairs = ((i, earlier[i.actor_id]) for i in scene.instances if i.actor_id in earlier)
        found = (reposed(now, before, self._meshes, view) for now, before in pairs)
        bodies = [body for body in found if body is not None]
        if not bodies:
            return None
        pipeline = self._ready()
        with self._context:
            return pipeline.draw_reposed(bodies, view, T_world_earlier)

    def close(self) -> None:
        """Free the context and all that lies in graphics memory; the next picture makes a new one."""
        if self._context is not None:
            self._context.release()
        self._context, self._pipeline, self._thread = None, None, None

    def _ready(self) -> Pipeline:
        if self._pipeline is None:
            self._context = create_context()
            self._thread = threading.get_ident()
            with self._context:
                self._pipeline = Pipeline(self._context, self._meshes)
        if self._thread != threading.get_ident():
            raise RuntimeError("CameraRenderer.render: called from a second thread; its OpenGL context has one thread")
        return self._pipeline


def _images(
    raw: dict[str, NDArray[Any]],
    tags: NDArray[np.uint8],
    actor_ids: NDArray[np.uint32],
    view: CameraView,
    outputs: frozenset[str],
) -> Images:
    index = raw["index"][:, :, 0].astype(np.intp) if "index" in raw else None
    return Images(
        rgb=_rgb(raw["color"], view) if "rgb" in outputs else None,
        depth_m=raw["depth"][:, :, 0] if "depth" in outputs else None,
        tag=None if index is None or "tag" not in outputs else tags.take(index),
        instance_id=None if index is None or "instance" not in outputs else actor_ids.take(index),
        normal_world=_decoded(raw["normal"]) if "normal" in outputs else None,
    )


def _rgb(rgba: NDArray[np.uint8], view: CameraView) -> NDArray[np.uint8]:
    rgb: NDArray[np.uint8] = cv2.cvtColor(rgba, cv2.COLOR_RGBA2RGB)
    if view.supersampling > 1:
        rgb = cv2.resize(rgb, (view.width_px, view.height_px), interpolation=cv2.INTER_AREA)
    if view.gamma != 2.2:
        table = np.round(255.0 * (np.arange(256) / 255.0) ** (2.2 / view.gamma)).astype(np.uint8)
        rgb = cv2.LUT(rgb, table)
    return rgb


def _decoded(normal: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Bytes to [-1, 1]: 128 is zero, so that level ground is exactly upright and the sky exactly nothing."""
    decoded = cv2.cvtColor(normal, cv2.COLOR_RGBA2RGB).astype(np.float32)
    decoded -= np.float32(128.0)
    decoded *= np.float32(1.0 / 127.0)
    return decoded
