"""What there is to find in a picture: boxes of visible pixels, and which of them count."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from moosetest.objects import ObjectClass
from perception.camera.boxes import area_px2
from scenarios.dataset.labels import Outline, outline
from scenarios.dataset.traffic import RoadUser
from scenarios.realism.definition import NominalSet
from scenarios.realism.scenes import Frame
from sim.assets import library
from sim.assets.mesh import Mesh, MeshKey

LEVEL = 1
"""Meshes of outlines: handlebars and mirrors are in them."""
LEAST_HEIGHT_PX = 32.0
LEAST_VISIBLE = 0.7
"""Of an object's pixels, and of its box; less is neither wanted nor a false alarm."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrueObject:
    """One thing to find.

    Args:
        kind: the row it counts in.
        class_id: what a detector shall call it.
        visible_px: (4,) box of its visible pixels, pixel centres at integers.
        whole_px: (4,) box that it would have in the picture if nothing stood before it.
        visible_share: visible of all its pixels, those outside of the picture too.
        distance_m: from the camera to its middle.
        counted: whether it is one of those that must be found.
    """

    kind: str
    class_id: ObjectClass
    visible_px: NDArray[np.float64]
    whole_px: NDArray[np.float64]
    visible_share: float
    distance_m: float
    counted: bool

    @property
    def height_px(self) -> float:
        """Of what is visible."""
        return float(self.visible_px[3] - self.visible_px[1])


def true_objects(nominal: NominalSet, frame: Frame, instance_id: NDArray[np.uint32]) -> list[TrueObject]:
    """All of which a pixel is visible.

    Photographs are labelled with a bicycle or a motorcycle in one box and its rider in another (COCO), and so are
    these: the box of a two-wheeler is the machine's. Its rider is a person who need not be found, since the row of
    people is about those on foot.
    """
    objects: list[TrueObject] = []
    for user in frame.users:
        mine = instance_id == user.instance.actor_id
        if not mine.any():
            continue
        kind = nominal.kind_of(user.instance.mesh.asset)
        if kind in ("motorcycle", "bicycle"):
            objects += _ridden(frame, user, kind, mine)
        else:
            shape = outline(frame.view, _mesh(user), user.instance.T_world_body)
            objects.append(_object(frame, user, kind, user.class_id, mine, shape))
    return objects


def _ridden(frame: Frame, user: RoadUser, kind: str, mine: NDArray[np.bool_]) -> list[TrueObject]:
    """The machine, and its rider as a person."""
    T = user.instance.T_world_body
    both = _mesh(user)
    machine = outline(frame.view, _mesh(user, "bare"), T)
    rider = outline(frame.view, rider_mesh(both, _mesh(user, "bare")), T)
    found = []
    for shape, row, class_id in ((machine, kind, user.class_id), (rider, "rider", ObjectClass.PERSON)):
        visible = mine if shape is None else mine & (shape.mask > 0)
        if visible.any():
            found.append(_object(frame, user, row, class_id, visible, shape))
    return found


def rider_mesh(both: Mesh, machine: Mesh) -> Mesh:
    """The rider of a ridden two-wheeler: what its mesh has and the bare one has not."""
    n = len(machine.triangle)
    assert np.array_equal(both.triangle[:n], machine.triangle), "a ridden mesh begins with its machine"
    used, corners = np.unique(both.triangle[n:], return_inverse=True)
    return Mesh(
        both.position_m[used],
        both.normal[used],
        both.color[used],
        both.uv[used],
        both.material[used],
        corners.reshape(-1, 3).astype(np.uint32),
    )


def _object(
    frame: Frame, user: RoadUser, kind: str, class_id: ObjectClass, visible: NDArray[np.bool_], shape: Outline | None
) -> TrueObject:
    """`shape` None: it reaches behind the camera, and does not count."""
    visible_px = box_of(visible)
    whole_px = visible_px if shape is None else shape.box_px
    share = boxed = 0.0
    if shape is not None:
        share = shape.visible_share(visible)
        boxed = float(area_px2(visible_px[None])[0] / area_px2(whole_px[None])[0]) * shape.inside_share
    counted = (
        kind != "rider" and min(share, boxed) >= LEAST_VISIBLE and visible_px[3] - visible_px[1] >= LEAST_HEIGHT_PX
    )
    return TrueObject(
        kind=kind,
        class_id=class_id,
        visible_px=visible_px,
        whole_px=whole_px,
        visible_share=share,
        distance_m=float(np.linalg.norm(user.center_world_m - frame.view.eye_world_m)),
        counted=counted,
    )


def box_of(visible: NDArray[np.bool_]) -> NDArray[np.float64]:
    """(4,) box around the pixels that are set: from the left edge of the first to the right edge of the last."""
    columns, rows = np.flatnonzero(visible.any(axis=0)), np.flatnonzero(visible.any(axis=1))
    return np.array([columns[0] - 0.5, rows[0] - 0.5, columns[-1] + 0.5, rows[-1] + 0.5])


def _mesh(user: RoadUser, pose: str | None = None) -> Mesh:
    key = user.instance.mesh
    return library.mesh(MeshKey(key.asset, key.pose if pose is None else pose, LEVEL))
