"""The library's answers, and the meshes whose exact shape others rely on."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from sim.assets import library
from sim.assets.mesh import Material, Mesh, MeshKey
from sim.assets.props.obstacles import OBSTACLES


def faces(mesh: Mesh, material: Material) -> np.ndarray:
    """Corners (T, 3, 3) of one material's triangles."""
    chosen = mesh.material[mesh.triangle[:, 0]] == material
    return mesh.position_m[mesh.triangle[chosen]].astype(np.float64)


def normals(corner: np.ndarray) -> np.ndarray:
    normal = np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0])
    return normal / np.linalg.norm(normal, axis=1, keepdims=True)


@pytest.mark.parametrize(
    "key",
    [
        MeshKey("vehicle.no.such"),
        MeshKey("vehicle.tesla.model3", "walk_0"),
        MeshKey("walker.pedestrian.0001", ""),
        MeshKey("walker.pedestrian.0001", "walk_8"),
        MeshKey("vehicle.tesla.model3", "", 3),
    ],
)
def test_unknown_keys_are_named_in_a_key_error(key):
    with pytest.raises(KeyError, match=r"asset '.+'"):
        library.mesh(key)


def test_poses_by_kind():
    assert library.poses("vehicle.tesla.model3") == ("",)
    assert library.poses("vehicle.vespa.zx125") == ("", "bare")
    walker = library.poses("walker.pedestrian.0001")
    assert walker[0] == "stand"
    assert {"walk_0", "walk_7", "run_0", "run_7", "crouch", "lie"} < set(walker)


def test_sizes_are_those_of_carla():
    assert library.size_lwh_m("vehicle.tesla.model3") == (4.792, 2.163, 1.488)
    assert library.has_asset("static.prop.trafficcone01")
    assert not library.has_asset("vehicle.tesla.model4")


def test_splits_hold_out_some_of_each_kind_and_edge_assets_are_never_trained_on():
    by_split: dict[str, set[str]] = {"train": set(), "nominal": set(), "edge": set()}
    for asset in library.asset_names():
        by_split[library.split(asset)].add(asset)
    for kind in ("vehicle.", "walker.pedestrian."):
        held_out = sum(name.startswith(kind) for name in by_split["nominal"])
        trained = sum(name.startswith(kind) for name in by_split["train"])
        assert 0.1 < held_out / (held_out + trained) < 0.4
    assert {"walker.moosetest.adult", "static.moosetest.billboard"} < by_split["edge"]


def test_same_key_gives_the_same_object_from_any_thread():
    key = MeshKey("vehicle.seat.leon", "", 1)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(library.mesh, [key] * 32))
    assert all(mesh is found[0] for mesh in found)
    assert not found[0].position_m.flags.writeable


def test_billboard_face_looks_back_along_x_with_the_picture_upright():
    mesh = library.mesh(MeshKey("static.moosetest.billboard"))
    corner = faces(mesh, Material.PICTURE)
    assert normals(corner) == pytest.approx(np.tile([-1.0, 0.0, 0.0], (2, 1)))
    picture = mesh.material == Material.PICTURE
    position, uv = mesh.position_m[picture], mesh.uv[picture]
    assert np.ptp(position[:, 1]) == pytest.approx(4.0)
    assert position[:, 2].min() == pytest.approx(0.6)
    assert position[:, 2].max() == pytest.approx(3.6)
    # seen by who drives along +x: u grows to the right, which is -y, and v upwards
    assert uv[:, 0] == pytest.approx((2.0 - position[:, 1]) / 4.0)
    assert uv[:, 1] == pytest.approx((position[:, 2] - 0.6) / 3.0)
    assert (mesh.material == Material.METAL).any()


def test_traffic_light_lamps_look_back_along_x_red_on_top():
    mesh = library.mesh(MeshKey("traffic.traffic_light"))
    heights = []
    for material in (Material.SIGNAL_RED, Material.SIGNAL_YELLOW, Material.SIGNAL_GREEN):
        corner = faces(mesh, material)
        assert normals(corner)[:, 0].max() < -0.9
        assert np.abs(corner[..., 1].mean()) < 1e-6
        heights.append(corner[..., 2].mean())
    assert heights == pytest.approx([0.31, 0.0, -0.31], abs=1e-6)
    assert mesh.position_m[:, 2].min() == pytest.approx(-mesh.position_m[:, 2].max())


def test_adult_of_the_reflectance_cases_wears_exactly_half_grey():
    for level in (0, 1, 2):
        mesh = library.mesh(MeshKey("walker.moosetest.adult", "walk_2", level))
        cloth = mesh.material == Material.CLOTH
        assert np.all(mesh.color[cloth] == np.float32(0.5))
        # clothes are most of what a lamp or a LiDAR meets (a fifth is the head and what the hair hides)
        corner = mesh.position_m[mesh.triangle].astype(float)
        area = np.linalg.norm(np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0]), axis=1)
        assert area[cloth[mesh.triangle[:, 0]]].sum() > 0.7 * area.sum()


def test_bare_two_wheeler_is_the_ridden_one_without_its_rider():
    ridden = library.mesh(MeshKey("vehicle.bh.crossbike"))
    bare = library.mesh(MeshKey("vehicle.bh.crossbike", "bare"))
    assert (ridden.material == Material.SKIN).any()
    assert not (bare.material == Material.SKIN).any()
    tyres = [mesh.position_m[mesh.material == Material.RUBBER] for mesh in (ridden, bare)]
    assert np.array_equal(tyres[0], tyres[1])
    assert bare.position_m[:, 2].max() < 0.75 * ridden.position_m[:, 2].max()


@pytest.mark.parametrize("level", [0, 1, 2])
def test_car_wears_its_lamps_where_they_belong(level):
    mesh = library.mesh(MeshKey("vehicle.tesla.model3", "", level))
    assert faces(mesh, Material.HEADLAMP)[..., 0].min() > 1.7
    assert faces(mesh, Material.TAILLAMP)[..., 0].max() < -1.7
    for material in (Material.HEADLAMP, Material.TAILLAMP):
        y = faces(mesh, material)[..., 1]
        assert y.min() == pytest.approx(-y.max(), abs=1e-3)
    assert (mesh.color[mesh.material == Material.PAINT, 0] < 0).any()


def test_each_level_of_the_fire_truck_flashes_and_wears_chevrons():
    for level in (0, 1, 2):
        mesh = library.mesh(MeshKey("vehicle.carlamotors.firetruck", "", level))
        assert faces(mesh, Material.BEACON)[..., 2].mean() > 2.5
        rear = faces(mesh, Material.RETRO)
        assert (rear[..., 0].max(axis=1) < -4.0).sum() >= 8
        assert not (mesh.color[:, 0] < 0).any()


def test_feet_swap_sides_half_a_stride_later():
    first, second = (library.mesh(MeshKey("walker.moosetest.adult", pose)) for pose in ("walk_0", "walk_4"))
    low = -0.93 + 0.12
    left = [
        mesh.position_m[(mesh.position_m[:, 2] < low) & (mesh.position_m[:, 1] > 0), 0].mean()
        for mesh in (first, second)
    ]
    assert left[0] > 0.15
    assert left[1] < -0.15


def test_obstacles_are_in_every_split_and_as_large_as_their_standards_say():
    splits = {name: library.split(f"static.moosetest.{name}") for name in OBSTACLES}
    assert {"train", "nominal", "edge"} == set(splits.values())
    assert splits["mattress"] == splits["fallen_tree"] == "edge"
    pallet = library.mesh(MeshKey("static.moosetest.pallet"))
    assert np.ptp(pallet.position_m, axis=0) == pytest.approx([1.2, 0.8, 0.144], abs=1e-3)
    # one can see under the deck: nine blocks fill less than a third of the width at half height
    corner = pallet.position_m[pallet.triangle]
    cut = (corner[..., 2].min(axis=1) < 0.07) & (corner[..., 2].max(axis=1) > 0.07)
    assert np.ptp(corner[cut][:, :, 1]) == pytest.approx(0.8, abs=1e-3)
    assert cut.sum() == 9 * 8  # four upright faces a block


def test_the_stop_arm_of_a_school_bus_swings_out_to_the_left():
    folded, out = (library.mesh(MeshKey("vehicle.moosetest.school_bus", pose)) for pose in ("", "stop_arm_out"))
    octagon = [faces(mesh, Material.RETRO) for mesh in (folded, out)]
    half_width_m = 0.5 * library.size_lwh_m("vehicle.moosetest.school_bus")[1]
    # 46 cm across: flat on the wall, then square to it
    assert np.ptp(octagon[0][..., 0]) == pytest.approx(0.43, abs=0.05)
    assert octagon[0][..., 1].max() < half_width_m + 0.01
    assert np.ptp(octagon[1][..., 1]) == pytest.approx(0.43, abs=0.05)
    assert octagon[1][..., 1].max() > half_width_m + 0.35
    # nothing else has moved
    assert np.array_equal(faces(folded, Material.RUBBER), faces(out, Material.RUBBER))
