"""Refuses OpenDRIVE that no world can be made of, in one line that says where it is broken."""

from __future__ import annotations

from collections.abc import Iterator
from math import isfinite
from xml.etree.ElementTree import Element

SHAPES = frozenset({"line", "arc", "spiral", "poly3", "paramPoly3"})
MAX_ROADS = 20_000
"""Twenty times the largest of CARLA's towns."""
MAX_ROAD_M = 200_000.0
WORDS = frozenset({"id", "name", "type", "dynamic", "orientation", "country", "subtype", "unit", "text", "rule"})


def check(root: Element) -> None:
    """Raises ValueError for what is broken."""
    for problem in _problems(root):
        raise ValueError(f"OpenDRIVE: {problem}")


def _problems(root: Element) -> Iterator[str]:
    roads = root.findall("road")
    if len(roads) > MAX_ROADS:
        yield f"{len(roads)} roads, at most {MAX_ROADS} are taken"
    seen: set[str] = set()
    for road in roads:
        number = road.get("id", "")
        if not _is_integer(number):
            yield f"road id {number!r}, want an integer"
        if number in seen:
            yield f"road {number} is there twice"
        seen.add(number)
        for problem in _road_problems(road):
            yield f"road {number}: {problem}"
    junctions = {junction.get("id", "") for junction in root.findall("junction")}
    yield from _link_problems(root, seen, junctions)


def _road_problems(road: Element) -> Iterator[str]:
    length_m = _number(road, "length")
    if length_m is None or not 0.0 < length_m <= MAX_ROAD_M:
        yield f"length {road.get('length')!r}, want metres above 0, at most {MAX_ROAD_M:.0f}"
    if not _is_integer(road.get("junction", "-1")):
        yield f"junction {road.get('junction')!r}, want an integer"
    pieces = road.findall("planView/geometry")
    if not pieces:
        yield "no geometry"
    for piece in pieces:
        shape = piece[0].tag if len(piece) else "nothing"
        if shape not in SHAPES:
            yield f"geometry of {shape!r}, want one of {', '.join(sorted(SHAPES))}"
        piece_m = _number(piece, "length")
        if piece_m is None or not 0.0 <= piece_m <= MAX_ROAD_M:
            yield f"geometry of length {piece.get('length')!r}, want metres"
    if not any((_number(piece, "length") or 0.0) > 0.0 for piece in pieces):
        yield "all its geometries have no length"
    sections = road.findall("lanes/laneSection")
    if not sections:
        yield "no lane section"
    for section in sections:
        ids = [lane.get("id", "") for lane in section.iter("lane")]
        if not all(_is_integer(number) for number in ids):
            yield f"lane ids {', '.join(ids)}, want integers"
        if len(ids) != len(set(ids)):
            yield f"lane ids {', '.join(ids)}, each may be there once"
    yield from _number_problems(road)


def _number_problems(road: Element) -> Iterator[str]:
    """Every attribute that looks like a number is finite; every cubic is one."""
    for element in road.iter():
        for key, value in element.attrib.items():
            if key in WORDS:
                continue
            try:
                is_finite = isfinite(float(value))
            except ValueError:
                if key in ("s", "sOffset", "a", "b", "c", "d", "x", "y", "hdg", "length", "t"):
                    yield f"<{element.tag}> has {key}={value!r}, want a number"
                continue
            if not is_finite:
                yield f"<{element.tag}> has {key}={value!r}, want a finite number"


def _link_problems(root: Element, roads: set[str], junctions: set[str]) -> Iterator[str]:
    """Links lead to roads and junctions that are there."""
    for road in root.findall("road"):
        number = road.get("id")
        if road.get("junction", "-1") not in junctions | {"-1"}:
            yield f"road {number} is of junction {road.get('junction')}, which is not there"
        for way in ("predecessor", "successor"):
            link = road.find(f"link/{way}")
            if link is not None:
                there = junctions if link.get("elementType") == "junction" else roads
                if link.get("elementId", "") not in there:
                    yield f"road {number}: its {way} {link.get('elementId')!r} is not there"
    for junction in root.findall("junction"):
        for connection in junction.findall("connection"):
            for key in ("incomingRoad", "connectingRoad"):
                if connection.get(key, "") not in roads:
                    yield f"junction {junction.get('id')}: its {key} {connection.get(key)!r} is not there"


def _number(element: Element, key: str) -> float | None:
    try:
        value = float(element.get(key, ""))
    except ValueError:
        return None
    return value if isfinite(value) else None


def _is_integer(text: str) -> bool:
    return text.lstrip("+-").isdigit()
