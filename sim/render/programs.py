"""Shader programs: assembled from `shaders/`, compiled when first needed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from sim.assets.mesh import Material
from sim.render.families import Family

TEXTURE_UNITS = {
    "u_static_shadow": 0,
    "u_actor_shadow": 1,
    "u_cloud_map": 3,
    "u_lamp_field": 4,
    "u_ground_map": 5,
    "u_pictures": 6,
    "u_depth": 7,
    "u_lamp_tint": 8,
    "u_lamp_heads": 9,
    "u_covers": 10,
    "u_taken": 11,
    "u_mirrored": 12,
    "u_posters": 11,
}
_FEATURES: dict[Family, tuple[str, ...]] = {
    Family.GLOSS: ("MIRRORS", "NEEDS_BODY"),
    Family.SOLID: ("NEEDS_BODY",),
    Family.LAMP: ("MIRRORS", "NEEDS_BODY"),
    Family.SHEET: ("NEEDS_UV", "NEEDS_BODY", "HAS_RETRO"),
    Family.FACADE: ("MIRRORS", "PLAIN_MIRROR", "NEEDS_UV", "ONLY_STATIC_SHADOW"),
    Family.COVER: ("NEEDS_UV",),
    Family.LEAF: ("ONLY_STATIC_SHADOW", "LEAVES"),
    Family.GROUND: (),
    Family.MARKING: ("NEEDS_UV", "LAID"),
}
_SOURCE: dict[Family, str] = {family: family.name.lower() for family in Family} | {Family.MARKING: "ground"}
"""What is painted on the road is shaded as the road is."""
_GROUND = (Family.GROUND, Family.MARKING)
"""Wet, these mirror what stands on them."""

PARTS: dict[Family, tuple[str, ...]] = {Family.FACADE: ("GROUND_FLOOR", "UPPER_FLOORS")}
"""Families drawn once for each of these symbols, each time a part: near ground floors hide far upper floors."""
_WITH_HOLES = (Family.LEAF, Family.MARKING)
"""Families that do not fill their triangles."""
_HIDDEN_BY_DEPTH = ("glow", "glint")
"""Programs that look up in the picture's depth whether a lamp is hidden."""
_PLACED_BY_DEPTH = ("mirror", "glint")
"""Programs that look up in the picture's depth where a pixel's surface lies."""
_WHOLE_PICTURE = ("mirror", "mirrored")
"""Programs of one triangle over the whole picture."""
SCENERY = "SCENERY"
"""Symbol for what stands still: its vertices are in the world frame and need no actor's row, which is faster."""


@dataclass(frozen=True, slots=True)
class LightModel:
    """Which lights a frame has: each combination is a program of its own, as branches cost more on a CPU.

    `plain` is shaded with neither shadows, mirrors nor grain.
    """

    sun: bool
    lamps: bool
    beams: int
    wet: bool
    tinted: bool = False
    layered: bool = False
    snow: bool = False
    plain: bool = False
    tubes: int = 0
    main_beams: bool = False
    worn: bool = False

    def defines(self) -> tuple[str, ...]:
        """The preprocessor symbols of the combination."""
        flags = (
            ("SUN", self.sun),
            ("LAMPS", self.lamps),
            ("WET", self.wet),
            ("TINTED", self.tinted),
            ("LAYERED", self.layered),
            ("SNOW", self.snow),
            ("PLAIN", self.plain),
            ("MAIN_BEAMS", self.main_beams),
            ("WORN", self.worn),
        )
        tubes = (f"TUBES {self.tubes}",) if self.tubes else ()
        return (*(name for name, on in flags if on), f"BEAMS {self.beams}", *tubes)


class Programs:
    """The programs of one context."""

    def __init__(self, context: Any) -> None:
        self._context = context
        self._made: dict[tuple[object, ...], Any] = {}

    def surface(self, family: Family, outputs: tuple[str, ...], light: LightModel, symbols: tuple[str, ...]) -> Any:
        """Draws one family in colour, with the other `outputs` of the pass; `symbols` are of `PARTS` and `SCENERY`."""
        key = ("surface", family, outputs, light, symbols)
        if key not in self._made:
            features = _FEATURES[family]
            if family in _GROUND and light.wet:
                features = (*features, "MIRRORS", "TELLS_MIRROR")
            if light.plain:
                features = tuple(name for name in features if name != "MIRRORS")
            defines = (*features, *light.defines(), *symbols)
            body = _source(f"{_SOURCE[family]}.glsl")
            surface = _source("surface.glsl") + body + _source("snow.glsl")
            fragment = _lighting() + _source("main.frag.glsl").replace("//SURFACE", surface)
            self._made[key] = self._compile(_vertex(body, defines), fragment, outputs, defines)
        return self._made[key]

    def geometry(self, family: Family, outputs: tuple[str, ...], symbols: tuple[str, ...]) -> Any:
        """Draws one family without light: ground truth alone."""
        has_holes = family in _WITH_HOLES
        key = ("geometry", family if has_holes else None, outputs, symbols)
        if key not in self._made:
            defines = (*symbols, *_FEATURES[family]) if has_holes else symbols
            body = _source(f"{_SOURCE[family]}.glsl" if has_holes else "leaf.glsl")
            holes = _lighting() + _source("surface.glsl") + body if has_holes else ""
            fragment = _source("geometry.frag.glsl").replace("//SURFACE", holes)
            self._made[key] = self._compile(_vertex(body, defines), fragment, outputs, defines)
        return self._made[key]

    def screen(self, name: str, outputs: tuple[str, ...], light: LightModel | None = None) -> Any:
        """A program that draws no surfaces: `sky`, `blob`, `puff`, `glow`, `mirror`, ..."""
        key = (name, outputs, light)
        if key not in self._made:
            defines = light.defines() if light else ()
            around = _lighting() if light else _source("sun.glsl") + _air()
            seen = _source("seen.glsl") if name in _HIDDEN_BY_DEPTH else ""
            ahead = _source("ahead.glsl") if name in _PLACED_BY_DEPTH else ""
            corners = _source(f"{'screen' if name in _WHOLE_PICTURE else name}.vert.glsl")
            vertex = _head(("VERTEX", *defines)) + _source("frame.glsl") + around + seen + corners
            self._made[key] = self._compile(vertex, around + ahead + _source(f"{name}.frag.glsl"), outputs, defines)
        return self._made[key]

    def _compile(self, vertex: str, fragment: str, outputs: tuple[str, ...], defines: tuple[str, ...]) -> Any:
        places = tuple(f"OUT_{name.upper()} {k}" for k, name in enumerate(outputs))
        head = _head((*defines, *places)) + _source("frame.glsl") + _source("outputs.glsl")
        program = self._context.program(vertex_shader=vertex, fragment_shader=head + fragment)
        for name, unit in TEXTURE_UNITS.items():
            if name in program:
                program[name].value = unit
        if "Frame" in program:
            program["Frame"].binding = 0
        return program


def _vertex(family_source: str, defines: tuple[str, ...]) -> str:
    source = _source("world.vert.glsl").replace("//SURFACE", family_source)
    return _head(("VERTEX", *defines)) + _source("frame.glsl") + source


def _lighting() -> str:
    light = _source("light.glsl").replace("//BEAM", _source("beam.glsl"))
    return _source("sun.glsl") + _air() + light


def _air() -> str:
    return _source("tunnel.glsl") + _source("air.glsl")


@cache
def _source(name: str) -> str:
    return files("sim.render").joinpath("shaders", name).read_text(encoding="utf-8")


def _head(defines: tuple[str, ...]) -> str:
    kinds = [f"{material.name} {int(material)}" for material in Material]
    return "#version 430\n" + "".join(f"#define {symbol}\n" for symbol in (*kinds, *defines))
