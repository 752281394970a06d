"""What is laid over the picture once all that is solid is drawn: mirrors, glints, spots, puffs, glows, strokes."""

from __future__ import annotations

from typing import Any

import moderngl
import numpy as np

from sim.render.drawing import Drawing
from sim.render.glints import GLINT_FORMAT, GLINT_NAMES, glint_rows
from sim.render.glows import GLOW_FORMAT, GLOW_NAMES, RAIN_FORMAT, RAIN_NAMES, glows_of, has_glare, rain_streaks
from sim.render.prepared import Frame
from sim.render.programs import TEXTURE_UNITS, Programs
from sim.render.puffs import PUFF_FORMAT, PUFF_NAMES, puff_rows
from sim.render.snow import flake_rows
from sim.render.sources import LampSource, sources_of
from sim.render.spots import SPOT_FORMAT, SPOT_NAMES, contact_spots
from sim.render.strokes import STROKE_FORMAT, STROKE_NAMES
from sim.render.targets import Target


class Overlays:
    """The passes of one context that blend; each of them changes colour alone."""

    def __init__(self, context: Any, programs: Programs, drawing: Drawing) -> None:
        self._context = context
        self._programs = programs
        self._drawing = drawing

    def draw(self, frame: Frame, target: Target) -> None:
        """Lay them over the target's picture in the order in which they cover each other."""
        sources = sources_of(frame.scene, frame.actors) if has_glare(frame.light) else []
        if frame.model.wet and not frame.model.plain:
            self._draw_mirror(frame, target)
            self._draw_glints(frame, target, sources)
        target.use_color_only(True)
        self._draw_spots(frame)
        self._draw_puffs(frame, target)
        self._draw_glows(frame, target, sources)
        self._draw_strokes(frame, target)

    def _draw_spots(self, frame: Frame) -> None:
        self._context.enable_only(moderngl.DEPTH_TEST | moderngl.BLEND)
        self._context.blend_func = moderngl.SRC_ALPHA, moderngl.ONE_MINUS_SRC_ALPHA
        program = self._programs.screen("blob", ("color",), frame.model)
        self._drawing.quads(program, contact_spots(frame.actors, frame.light.night), SPOT_FORMAT, SPOT_NAMES)

    def _draw_puffs(self, frame: Frame, target: Target) -> None:
        rows = puff_rows(frame.scene.puffs, frame.view)
        if not frame.is_sheltered:
            rows = np.concatenate([rows, flake_rows(frame.scene, frame.view)])
        if len(rows) == 0:
            return
        self._context.enable_only(moderngl.DEPTH_TEST | moderngl.BLEND)
        self._context.blend_func = moderngl.SRC_ALPHA, moderngl.ONE_MINUS_SRC_ALPHA
        target.framebuffer.depth_mask = False  # a lamp behind a puff still glares
        self._drawing.quads(self._programs.screen("puff", ("color",), frame.model), rows, PUFF_FORMAT, PUFF_NAMES)
        target.framebuffer.depth_mask = True

    def _draw_strokes(self, frame: Frame, target: Target) -> None:
        strokes = frame.scene.marks.strokes
        if len(strokes):
            target.use_color_only(True)
            self._context.enable_only(moderngl.DEPTH_TEST)
            program = self._programs.screen("stroke", ("color",))
            program["u_pixel"].value = 1.0 / frame.view.focal_px
            self._drawing.quads(program, strokes.astype(np.float32), STROKE_FORMAT, STROKE_NAMES)

    def _draw_mirror(self, frame: Frame, target: Target) -> None:
        self._context.copy_framebuffer(target.copy, target.overlay)
        target.depth_texture.use(TEXTURE_UNITS["u_depth"])
        target.copy.color_attachments[0].use(TEXTURE_UNITS["u_taken"])
        target.half.color_attachments[0].use(TEXTURE_UNITS["u_mirrored"])
        self._context.enable_only(moderngl.NOTHING)
        target.half.use()
        program = self._programs.screen("mirror", ("color",), frame.model)
        program["u_ray_from_ndc"].write(frame.view.ray_from_ndc().T.astype(np.float32).tobytes())
        program["u_range"].value = (frame.view.near_m, frame.view.far_m)
        self._drawing.triangle(program)
        target.overlay.use()
        self._drawing.triangle(self._programs.screen("mirrored", ("color",)))

    def _draw_glints(self, frame: Frame, target: Target, sources: list[LampSource]) -> None:
        view = frame.view
        rows = glint_rows(sources, view, frame.light, frame.scene.weather, frame.clip_from_world)
        target.overlay.use()
        target.depth_texture.use(TEXTURE_UNITS["u_depth"])
        self._context.enable_only(moderngl.BLEND)
        self._context.blend_func = (moderngl.ONE_MINUS_DST_ALPHA, moderngl.ONE, moderngl.ZERO, moderngl.ONE)
        program = self._programs.screen("glint", ("color",))
        program["u_ray_from_ndc"].write(view.ray_from_ndc().T.astype(np.float32).tobytes())
        program["u_range"].value = (view.near_m, view.far_m)
        self._drawing.quads(program, rows, GLINT_FORMAT, GLINT_NAMES)

    def _draw_glows(self, frame: Frame, target: Target, sources: list[LampSource]) -> None:
        glows = glows_of(sources, frame.view, frame.light, frame.clip_from_world)
        has_rain = frame.scene.weather.precipitation > 0.0 and not frame.is_sheltered
        if len(glows) == 0 and not has_rain:
            return
        target.overlay.use()
        target.depth_texture.use(TEXTURE_UNITS["u_depth"])
        self._context.enable_only(moderngl.BLEND)
        if has_rain:
            streaks = rain_streaks(frame.scene, frame.view)
            program = self._programs.screen("rain", ("color",), frame.model)
            self._drawing.quads(program, streaks, RAIN_FORMAT, RAIN_NAMES)
        self._context.blend_func = moderngl.ONE, moderngl.ONE
        program = self._programs.screen("glow", ("color",), frame.model if frame.model.plain else None)
        self._drawing.quads(program, glows, GLOW_FORMAT, GLOW_NAMES)
