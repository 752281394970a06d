"""Meshes in poses that come once give up their room, and the pictures do not show it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from sim.assets import catalog
from sim.assets.library import mesh
from sim.assets.mesh import Mesh, MeshKey
from sim.assets.people.bones import blended, body_of, bones_of, from_relative
from sim.assets.people.free_pose import encoded
from sim.assets.people.walker import drawn_body
from sim.render import actors
from sim.render.geometry import VERTEX_BYTES, GeometryStore, vertex_rows
from sim.render.renderer import CameraRenderer
from sim.world.scene import Instance
from tests.render_scenes import camera, ground, pose, renderer_of, scene

ADULT = "walker.pedestrian.0001"


def free_pose(share: float) -> str:
    """Between standing and a step."""
    asset = catalog.assets()[ADULT]
    first, second = (bones_of(drawn_body(asset, name), asset.size_lwh_m[2]).relative() for name in ("stand", "run_1"))
    return encoded(body_of(from_relative(blended(first, second, share))))


class _Buffer:
    def __init__(self, size: int) -> None:
        self.size = size
        self.data = bytearray(size)

    def write(self, data: bytes, offset: int = 0) -> None:
        self.data[offset : offset + len(data)] = data


class _Context:
    def buffer(self, reserve: int) -> _Buffer:
        return _Buffer(reserve)

    def copy_buffer(self, to: _Buffer, source: _Buffer, size: int) -> None:
        to.data[:size] = source.data[:size]


def _cut(whole: Mesh, triangles: int) -> Mesh:
    return Mesh(
        whole.position_m, whole.normal, whole.color, whole.uv, whole.material, whole.triangle[:triangles].copy()
    )


def test_a_room_given_up_is_used_by_the_next_mesh_that_fits() -> None:
    store = GeometryStore(_Context())
    large, small = mesh(MeshKey(ADULT, "stand", 0)), mesh(MeshKey(ADULT, "stand", 2))
    first = store.add(large, passing=True)
    fixed = store.add(small)
    store.give_up(first)
    second = store.add(_cut(large, 1000), passing=True)
    assert second.whole.first_index == first.whole.first_index
    assert second.whole.base_vertex == first.whole.base_vertex
    third = store.add(large, passing=True)  # the room is taken again
    assert third.whole.first_index > fixed.whole.first_index
    at = fixed.whole.base_vertex * VERTEX_BYTES
    rows = vertex_rows(small).tobytes()
    assert bytes(store.vertex_buffer.data[at : at + len(rows)]) == rows


@pytest.fixture
def renderer(monkeypatch: pytest.MonkeyPatch) -> Iterator[CameraRenderer]:
    monkeypatch.setattr(actors, "MAX_PASSING", 2)
    with renderer_of(mesh) as made:
        yield made


def test_pictures_are_those_of_a_fresh_renderer(renderer: CameraRenderer) -> None:
    for step in range(4):
        people = [
            Instance(
                number, 12, MeshKey(ADULT, free_pose(0.15 * step + 0.05 * number)), pose(6.0 + number, number - 2.0)
            )
            for number in (1, 2, 3)
        ]
        fresh = CameraRenderer(mesh)
        here = scene(*people, static=ground())
        seen, kept = (one.render(here, camera(), frozenset({"rgb", "instance"})) for one in (renderer, fresh))
        assert set(np.unique(seen.instance_id)) >= {1, 2, 3}
        np.testing.assert_array_equal(seen.instance_id, kept.instance_id)
        np.testing.assert_array_equal(seen.rgb, kept.rgb)
        fresh.close()
