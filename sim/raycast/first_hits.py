"""What rays meet first, in compiled code without Python's lock: packets of rays into placed scenes."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from typing import Any, NamedTuple

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic
from numpy.typing import NDArray

from moosetest.arrays import FloatArray
from sim.raycast.embree import PlacedScenes, coherent_query_address, intersect_address, packet_width

MISS = np.uint32(0xFFFFFFFF)
"""Triangle number of a ray that meets nothing."""
EXIT_STEP_M = 1e-3
"""How far behind a skin that a ray has left it goes on: below what any sensor resolves, above float32 noise."""
MAX_SKINS = 8
"""Nested skins that a ray may leave: hull, lining, glass, bumper, with room."""

_PER_TASK = 4096
"""Rays that a thread takes at a time: 0.2 ms, a hundred times what handing them over takes."""
_ALIGNMENT = 64
_ROWS = 21
_ORIGIN, _NEAR, _DIRECTION, _TIME, _FAR, _MASK, _NORMAL, _TRIANGLE, _SHAPE, _MEMBER = 0, 3, 4, 7, 8, 9, 12, 17, 18, 19
"""Rows of Embree's RTCRayHitN, each of N rays; where there are three, x, y and z."""
_REACH_SLACK = np.float32(1.0 + 1e-6)
_NONE = np.uint32(0xFFFFFFFF)


class Rays(NamedTuple):
    """Rays in the frame of the placed scenes; where there is one row instead of N, it is all rays'.

    `origin_m` (N, 3) float64, `direction` (N, 3) float32 unit, `reach_m` (N,) float32, `time` (N,) float32 in [0, 1]
    between where the members are and where they were before.
    """

    origin_m: FloatArray
    direction: NDArray[np.float32]
    reach_m: NDArray[np.float32]
    time: NDArray[np.float32]


class Boxes(NamedTuple):
    """What rays may begin in: boxes of the M members in their own frames, (M, 3) each, and the members' places.

    `T_frame_member` (M, 4, 4) at time 0, `way_m` (M, 3) from where a member is to where it was at time 1.
    """

    low_m: FloatArray
    high_m: FloatArray
    T_frame_member: FloatArray
    way_m: FloatArray


class FirstHits(NamedTuple):
    """Where N rays first meet a surface: range (inf = nowhere), member (-1 = none), its triangle, unit normal."""

    range_m: NDArray[np.float32]
    member: NDArray[np.int32]
    triangle: NDArray[np.uint32]
    normal: NDArray[np.float32]


def first_hits(placed: PlacedScenes, boxes: Boxes, rays: Rays, leaves: bool) -> FirstHits:
    """What rays meet first. A ray is answered by itself, and the same by any number of threads.

    Args:
        placed: what there is to meet; surfaces have two sides.
        boxes: of its members.
        rays: a surface at exactly their reach is met.
        leaves: rays that begin in a member's box pass that member's faces from behind.
    """
    count = len(rays.direction)
    found = _unanswered(count)
    width = packet_width()
    embree = (intersect_address(width), width, placed.handle, coherent_query_address())
    meet = partial(_meet, embree, boxes, rays, found, leaves)
    if count <= _PER_TASK:
        meet(0, count)
    else:
        starts = range(0, count, _PER_TASK)
        list(_threads().map(lambda first: meet(first, min(first + _PER_TASK, count)), starts))
    return found


def warm_up() -> None:
    """Compile what is compiled: some seconds, once an installation. A client that waits for its first sweep may not."""
    none = np.zeros((0, 3))
    nothing = PlacedScenes([], np.zeros((0, 4, 4)))
    ahead = Rays(np.zeros((1, 3)), np.array([[1.0, 0.0, 0.0]], np.float32), *np.ones((2, 1), np.float32))
    first_hits(nothing, Boxes(none, none, np.zeros((0, 4, 4)), none), ahead, leaves=True)


def _unanswered(count: int) -> FirstHits:
    range_m, normal = np.empty(count, np.float32), np.empty((count, 3), np.float32)
    return FirstHits(range_m, np.empty(count, np.int32), np.empty(count, np.uint32), normal)


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(len(os.sched_getaffinity(0)), thread_name_prefix="rays")


@intrinsic  # type: ignore[untyped-decorator]
def _intersect(typing: Any, address: Any, valid: Any, scene: Any, rayhit: Any, arguments: Any) -> Any:
    """Call what lies at an address, which differs from process to process: a compiled name of it could not be kept."""

    def call(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        kind = ir.FunctionType(ir.VoidType(), [value.type for value in values[1:]])
        builder.call(builder.inttoptr(values[0], kind.as_pointer()), values[1:])
        return context.get_dummy_value()

    return types.void(*[types.uintp] * 5), call


@njit(nogil=True, cache=True)
def _meet(embree, boxes, rays, found, leaves, first, last):  # type: ignore[no-untyped-def]
    """Answer rays `first` to `last`."""
    intersect, width, scene, arguments = embree
    # Taken out here: in the loops each attribute would count references, and each row would be an object.
    origin_m, direction, reach_m, time = rays.origin_m, rays.direction, rays.reach_m, rays.time
    range_m, member, triangle, normal = found.range_m, found.member, found.triangle, found.normal
    T, way_m, low_m, high_m = boxes.T_frame_member, boxes.way_m, boxes.low_m, boxes.high_m
    packet, valid = _aligned(_ROWS * width).reshape(_ROWS, width), _aligned(width).view(np.int32)
    number = packet.view(np.uint32)
    for at in range(first, last, width):
        count = min(width, last - at)
        valid[:] = 0
        for lane in range(count):
            valid[lane] = -1
            _load(packet, number, lane, at + lane, origin_m, direction, time)
            _send(packet, number, lane, 0.0, reach_m[_row(reach_m, at + lane)])
        for skin in range(MAX_SKINS + 1):
            _intersect(intersect, valid.ctypes.data, scene, packet.ctypes.data, arguments)
            goes_on = False
            for lane in range(count):
                if valid[lane] == 0:
                    continue
                valid[lane] = 0
                ray = at + lane
                reach = reach_m[_row(reach_m, ray)]
                if number[_SHAPE, lane] == _NONE or packet[_FAR, lane] > reach:
                    range_m[ray], member[ray], triangle[ray] = np.inf, -1, MISS
                    normal[ray, 0] = normal[ray, 1] = normal[ray, 2] = 0.0
                    continue
                met = number[_MEMBER, lane]
                range_m[ray], member[ray], triangle[ray] = packet[_FAR, lane], met, number[_TRIANGLE, lane]
                _turn(packet, lane, T, met, normal, ray)
                if not leaves or skin == MAX_SKINS or not _is_from_behind(direction, normal, ray):
                    continue
                share = time[_row(time, ray)]
                if _begins_in(met, T, way_m, low_m, high_m, origin_m, _row(origin_m, ray), share):
                    _send(packet, number, lane, packet[_FAR, lane] + np.float32(EXIT_STEP_M), reach)
                    valid[lane] = -1
                    goes_on = True
            if not goes_on:
                break


@njit(nogil=True, cache=True)
def _aligned(count):  # type: ignore[no-untyped-def]
    """(count,) float32 zeros at an address that Embree can load from."""
    spare = _ALIGNMENT // 4
    room = np.zeros(count + spare, np.float32)
    begin = (_ALIGNMENT - room.ctypes.data % _ALIGNMENT) % _ALIGNMENT // 4
    return room[begin : begin + count]


@njit(nogil=True, cache=True)
def _row(values, ray):  # type: ignore[no-untyped-def]
    """Where a ray's own row is, or that of all rays."""
    return ray if len(values) > 1 else 0


@njit(nogil=True, cache=True)
def _load(packet, number, lane, ray, origin_m, direction, time):  # type: ignore[no-untyped-def]
    """Write a ray into its lane."""
    row = _row(origin_m, ray)
    for axis in range(3):
        packet[_ORIGIN + axis, lane] = origin_m[row, axis]
        packet[_DIRECTION + axis, lane] = direction[ray, axis]
    packet[_TIME, lane] = time[_row(time, ray)]
    number[_MASK, lane] = _NONE


@njit(nogil=True, cache=True)
def _send(packet, number, lane, near_m, reach_m):  # type: ignore[no-untyped-def]
    """Let the ray in a lane look from `near_m` on."""
    packet[_NEAR, lane] = near_m
    packet[_FAR, lane] = reach_m * _REACH_SLACK
    number[_SHAPE, lane] = _NONE
    number[_MEMBER, lane] = _NONE


@njit(nogil=True, cache=True)
def _turn(packet, lane, T, member, normal, ray):  # type: ignore[no-untyped-def]
    """Write down a ray's normal: Embree tells it in the member's own frame, of any length."""
    x, y, z = packet[_NORMAL, lane], packet[_NORMAL + 1, lane], packet[_NORMAL + 2, lane]
    share = 1.0 / np.sqrt(x * x + y * y + z * z)
    for axis in range(3):
        normal[ray, axis] = (T[member, axis, 0] * x + T[member, axis, 1] * y + T[member, axis, 2] * z) * share


@njit(nogil=True, cache=True)
def _is_from_behind(direction, normal, ray):  # type: ignore[no-untyped-def]
    along = np.float32(0.0)
    for axis in range(3):
        along += direction[ray, axis] * normal[ray, axis]
    return along > 0.0


@njit(nogil=True, cache=True)
def _begins_in(member, T, way_m, low_m, high_m, origin_m, row, time):  # type: ignore[no-untyped-def]
    """Whether a ray from a row of origins begins in a member's box."""
    for side in range(3):
        at_m = 0.0
        for axis in range(3):
            at_m += T[member, axis, side] * (origin_m[row, axis] - T[member, axis, 3] - time * way_m[member, axis])
        if at_m < low_m[member, side] or at_m > high_m[member, side]:
            return False
    return True
