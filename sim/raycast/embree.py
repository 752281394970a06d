"""Embree 4 by its C interface, from the library that the package embreex brings: the only place that knows it.

Open3D casts rays by Embree too, but each into one scene of triangles that is built anew when something moves. Here a
scene is made of others, each at its place: what moves is placed anew, never built again.
"""

from __future__ import annotations

import ctypes
import weakref
from collections.abc import Callable, Sequence
from functools import cache
from importlib.metadata import PackageNotFoundError, files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from moosetest.arrays import FloatArray

_ONE_THREAD = b"threads=1"
"""A tree that several threads build may differ from run to run, and with it who wins where two triangles meet."""
_TRIANGLES, _INSTANCE = 0, 121
_INDEX_BUFFER, _VERTEX_BUFFER = 0, 1
_UINT3, _FLOAT3, _FLOAT3X4_ROWS = 0x5003, 0x9003, 0x9134
_BUILD_FAST, _BUILD_WELL = 0, 2
_ROBUST = 1 << 2
"""Scene flag: no ray slips through between two triangles that share an edge."""
_COHERENT = 1 << 16
"""Query flag: neighbours in a packet look much the same way. Right or wrong, it changes the speed alone."""
_ALL_FEATURES = 0xFFFFFFFF
_NATIVE_WIDTHS = {4: 32, 8: 33, 16: 34}
"""Device properties that tell whether packets of a width are the processor's own: SSE, AVX, AVX-512."""
_SPARE_ROWS = 2
"""Embree reads vertices by 16 bytes: past the end of the last one."""


class _QueryArguments(ctypes.Structure):
    """RTCIntersectArguments, as far as it is used."""

    _fields_ = (
        ("flags", ctypes.c_uint),
        ("features", ctypes.c_uint),
        ("unused", ctypes.c_size_t * 8),
    )


class TriangleScene:
    """Triangles in a frame of their own.

    Args:
        position_m: (V, 3).
        triangle: (T, 3) uint32; there may be none.
    """

    def __init__(self, position_m: NDArray[Any], triangle: NDArray[np.uint32]) -> None:
        self._position_m = np.zeros((len(position_m) + _SPARE_ROWS, 3), np.float32)
        self._position_m[: len(position_m)] = position_m
        self._triangle = np.ascontiguousarray(triangle, np.uint32)
        self.handle = _new_scene(self, _BUILD_WELL)
        if len(self._triangle):
            shape = _call("rtcNewGeometry", _device(), _TRIANGLES)
            for kind, layout, rows, count in (
                (_VERTEX_BUFFER, _FLOAT3, self._position_m, len(position_m)),
                (_INDEX_BUFFER, _UINT3, self._triangle, len(self._triangle)),
            ):
                _call("rtcSetSharedGeometryBuffer", shape, kind, 0, layout, rows.ctypes.data, 0, rows.strides[0], count)
            _attach(self.handle, shape)
        _commit(self.handle)


class PlacedScenes:
    """Scenes at their places, in one frame.

    Args:
        members: of which a ray tells the number that it met.
        T_frame_member: (M, 4, 4) rigid; float32 is what counts.
        T_frame_member_before: (M, 4, 4) where they were at time 1, by a straight way; None if all stand still.
    """

    def __init__(
        self,
        members: Sequence[TriangleScene],
        T_frame_member: FloatArray,
        T_frame_member_before: FloatArray | None = None,
    ) -> None:
        self._members = tuple(members)  # they own the memory that Embree reads
        self.handle = _new_scene(self, _BUILD_FAST)
        steps = [T_frame_member] if T_frame_member_before is None else [T_frame_member, T_frame_member_before]
        placed = [np.ascontiguousarray(step[:, :3], np.float32) for step in steps]
        for number, member in enumerate(self._members):
            shape = _call("rtcNewGeometry", _device(), _INSTANCE)
            _call("rtcSetGeometryInstancedScene", shape, member.handle)
            _call("rtcSetGeometryTimeStepCount", shape, len(placed))
            for step, poses in enumerate(placed):
                _call("rtcSetGeometryTransform", shape, step, _FLOAT3X4_ROWS, poses[number].ctypes.data)
            _attach(self.handle, shape)
        _commit(self.handle)


@cache
def packet_width() -> int:
    """Rays that this processor takes at once: a packet that is wider is taken ray by ray, at a third of the speed."""
    native = (width for width, told_by in _NATIVE_WIDTHS.items() if _call("rtcGetDeviceProperty", _device(), told_by))
    return max(native, default=min(_NATIVE_WIDTHS))


def intersect_address(width: int) -> int:
    """Of `rtcIntersectN(valid, scene, rayhit, arguments)` for packets of a width N, for compiled code."""
    function = getattr(_library(), f"rtcIntersect{width}")
    return ctypes.cast(function, ctypes.c_void_p).value or 0


@cache
def _coherent_query() -> _QueryArguments:
    return _QueryArguments(flags=_COHERENT, features=_ALL_FEATURES)


def coherent_query_address() -> int:
    """Of the arguments of a query whose rays look much the same way."""
    return ctypes.addressof(_coherent_query())


def _new_scene(owner: object, quality: int) -> int:
    handle: int = _call("rtcNewScene", _device())
    weakref.finalize(owner, _call, "rtcReleaseScene", handle)
    _call("rtcSetSceneFlags", handle, _ROBUST)
    _call("rtcSetSceneBuildQuality", handle, quality)
    return handle


def _attach(scene: int, shape: int) -> None:
    _call("rtcCommitGeometry", shape)
    _call("rtcAttachGeometry", scene, shape)
    _call("rtcReleaseGeometry", shape)


def _commit(scene: int) -> None:
    _call("rtcCommitScene", scene)
    if error := _call("rtcGetDeviceError", _device()):
        raise RuntimeError(f"Embree could not build a scene: error {error}")


@cache
def _device() -> int:
    device: int = _call("rtcNewDevice", _ONE_THREAD)
    return device


def _call(name: str, *arguments: Any) -> Any:
    return _function(name)(*arguments)


@cache
def _function(name: str) -> Callable[..., Any]:
    """By the type of each argument: handles and addresses are as wide as size_t."""
    size, number = ctypes.c_size_t, ctypes.c_uint
    result, arguments = {
        "rtcNewDevice": (size, (ctypes.c_char_p,)),
        "rtcGetDeviceError": (number, (size,)),
        "rtcGetDeviceProperty": (ctypes.c_ssize_t, (size, number)),
        "rtcNewScene": (size, (size,)),
        "rtcSetSceneFlags": (None, (size, number)),
        "rtcSetSceneBuildQuality": (None, (size, number)),
        "rtcCommitScene": (None, (size,)),
        "rtcReleaseScene": (None, (size,)),
        "rtcNewGeometry": (size, (size, number)),
        "rtcSetSharedGeometryBuffer": (None, (size, number, number, number, size, size, size, size)),
        "rtcSetGeometryInstancedScene": (None, (size, size)),
        "rtcSetGeometryTimeStepCount": (None, (size, number)),
        "rtcSetGeometryTransform": (None, (size, number, number, size)),
        "rtcCommitGeometry": (None, (size,)),
        "rtcAttachGeometry": (number, (size, size)),
        "rtcReleaseGeometry": (None, (size,)),
    }[name]
    function: Any = getattr(_library(), name)
    function.restype, function.argtypes = result, arguments
    return function


@cache
def _library() -> ctypes.CDLL:
    try:
        brought = [file.locate() for file in files("embreex") or () if file.name.startswith("libembree4")]
    except PackageNotFoundError:
        brought = []
    if not brought:
        raise ImportError("no Embree 4 found: the package embreex brings it (pip install embreex)")
    return ctypes.CDLL(str(brought[0]))
