"""The OpenGL context: headless through EGL, on a GPU when there is one, Mesa's llvmpipe when not."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Any


class RenderUnavailableError(RuntimeError):
    """No OpenGL context can be made here; the message says what is missing."""


def create_context() -> Any:
    """Make a standalone OpenGL 4.3 context that is current in the calling thread.

    Raises:
        RenderUnavailableError: no EGL, or one that is too old for indirect drawing.
    """
    try:
        import moderngl
    except ImportError as error:
        raise RenderUnavailableError(f"cameras need the package moderngl: {error}") from error
    try:
        options: dict[str, Any] = {"backend": "egl"}
        context = moderngl.create_context(standalone=True, require=430, **options)
    except Exception as error:  # moderngl raises bare Exception for every kind of failure
        message = f"cameras need EGL with OpenGL 4.3 (Debian and Ubuntu: libegl1, libgl1-mesa-dri): {error}"
        raise RenderUnavailableError(message) from error
    # what Python drops is freed by context.gc() when this context is current: at any other moment the names of the
    # dropped objects could be those of another context's
    context.gc_mode = "context_gc"
    return context


def flush_of(context: Any) -> Callable[[], None]:
    """OpenGL's `glFlush` in a context: what was asked for is begun, while the caller goes on asking.

    Without it llvmpipe's threads have nothing to do until the picture's last draw is sorted into tiles.
    """
    # moderngl offers only `finish`, which waits
    flush: Callable[[], None] = ctypes.CFUNCTYPE(None)(context.mglo._context.load("glFlush"))
    return flush
