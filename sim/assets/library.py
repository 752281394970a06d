"""Every mesh of the simulator by key: the same key gives the same mesh, always."""

from __future__ import annotations

from functools import lru_cache
from threading import RLock

from sim.assets import catalog
from sim.assets.laid import MARKING, is_laid, marking
from sim.assets.mesh import Mesh, MeshKey
from sim.assets.people.free_pose import is_free
from sim.assets.scaled import is_scaled, scaled, unscaled

MAX_PASSING = 512
"""About 0.3 MB each: three levels of 170 people who are moved by their bones, or of things of another size."""

_meshes: dict[MeshKey, Mesh] = {}
_lock = RLock()


def mesh(key: MeshKey) -> Mesh:
    """The mesh of `key`; may be called from several threads, never modify what it returns.

    Raises:
        KeyError: an asset, pose or level that does not exist.
    """
    if is_passing(key.pose):
        return _passing(key)
    found = _meshes.get(key)
    if found is not None:
        return found
    with _lock:
        if key not in _meshes:
            _meshes[key] = _read_only(_build(key))
        return _meshes[key]


def is_passing(pose: str) -> bool:
    """Whether a pose is none of a catalogue: clients can make any number of them."""
    return is_free(pose) or is_scaled(pose) or is_laid(pose)


@lru_cache(MAX_PASSING)
def _passing(key: MeshKey) -> Mesh:
    """A mesh in a pose that comes once, as when somebody moves the bones: those last used are kept."""
    with _lock:
        return _read_only(_build(key))


def has_asset(asset: str) -> bool:
    """Whether `asset` has meshes."""
    return asset in catalog.assets()


def asset_names() -> tuple[str, ...]:
    """All assets, sorted."""
    return tuple(sorted(catalog.assets()))


def poses(asset: str) -> tuple[str, ...]:
    """The poses of `asset`; the first is its usual one."""
    return catalog.poses(_asset(asset))


def size_lwh_m(asset: str) -> tuple[float, float, float]:
    """Length, width and height of the bounding box CARLA has for `asset`."""
    return _asset(asset).size_lwh_m


def split(asset: str) -> catalog.Split:
    """Whether training may see `asset`, or only nominal tests, or only edge cases."""
    return catalog.split(_asset(asset))


def _asset(name: str) -> catalog.Asset:
    try:
        return catalog.assets()[name]
    except KeyError:
        raise KeyError(f"asset {name!r}: unknown, want one of sim.assets.library.asset_names()") from None


def _build(key: MeshKey) -> Mesh:
    asset = _asset(key.asset)
    if is_scaled(key.pose):
        scale, pose = unscaled(key.pose)
        return scaled(mesh(key._replace(pose=pose)), scale)
    if key.asset == MARKING and (is_laid(key.pose) or not key.pose):
        return marking(key.pose, asset.size_lwh_m)
    if key.pose not in catalog.poses(asset) and not (asset.category == "walker" and is_free(key.pose)):
        raise KeyError(f"asset {key.asset!r}: no pose {key.pose!r}, want one of {catalog.poses(asset)}")
    if key.level not in catalog.LEVELS:
        raise KeyError(f"asset {key.asset!r}: no level {key.level}, want one of {catalog.LEVELS}")
    if asset.category == "pushed_bicycle":
        from sim.assets.fitting import fitted

        return fitted(mesh(MeshKey("vehicle.gazelle.omafiets", "bare", key.level)), asset.size_lwh_m)
    if asset.is_two_wheeler:
        from sim.assets.two_wheelers import two_wheeler

        return two_wheeler(asset, key.pose, key.level)
    if asset.kind == "vehicle":
        from sim.assets.vehicles.fleet import vehicle

        return vehicle(asset, key.pose, key.level)
    if asset.category == "traffic_sign":
        from sim.assets.signs.panel import standing_sign

        return standing_sign(key.pose, key.level)
    if asset.category == "animal":
        from sim.assets.animals.animal import animal

        return animal(asset, key.pose, key.level)
    if asset.kind == "walker":
        from sim.assets.people.walker import walker

        return walker(asset, key.pose, key.level)
    from sim.assets.props.catalogue import prop

    return prop(asset, key.level)


def _read_only(built: Mesh) -> Mesh:
    for array in (built.position_m, built.normal, built.color, built.uv, built.material, built.triangle):
        array.setflags(write=False)
    return built
