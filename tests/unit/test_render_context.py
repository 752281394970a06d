"""The OpenGL context beyond what moderngl offers of it."""

from __future__ import annotations

import moderngl

from sim.render.context import create_context, flush_of


def test_a_flush_within_a_picture_changes_nothing_of_it() -> None:
    context = create_context()
    with context:
        flush = flush_of(context)
        target = context.framebuffer([context.texture((4, 1), 4)])
        target.use()
        target.clear(0.2, 0.4, 0.6, 1.0)
        flush()
        context.enable_only(moderngl.NOTHING)
        target.clear(1.0, 0.0, 0.0, 1.0, viewport=(0, 0, 2, 1))
        flush()
        assert context.error == "GL_NO_ERROR"
        assert target.read(components=3) == 2 * bytes([255, 0, 0]) + 2 * bytes([51, 102, 153])
    context.release()
