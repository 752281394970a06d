"""Draw calls: vertex arrays kept by what they join, buffers that grow."""

from __future__ import annotations

from typing import Any

import moderngl
import numpy as np
from numpy.typing import NDArray

from sim.render.actors import ROW_FORMAT, ROW_NAMES
from sim.render.geometry import VERTEX_FORMAT, VERTEX_NAMES, Commands, GeometryStore


class Drawing:
    """Draws meshes by indirect commands, and quads and triangles by rows that each frame brings, in one context."""

    def __init__(self, context: Any) -> None:
        self._context = context
        self._rows = context.buffer(reserve=1 << 16)
        self._commands = context.buffer(reserve=1 << 16)
        self._streamed: dict[int, Any] = {}
        self._vertex_arrays: dict[tuple[object, ...], Any] = {}

    def write_rows(self, rows: NDArray[np.float32]) -> None:
        """Set the per-actor rows that the commands of this frame refer to."""
        if rows.nbytes > self._rows.size:
            self._rows = self._context.buffer(reserve=2 * rows.nbytes)
            self.forget()
        self._rows.write(rows.tobytes())

    def forget(self) -> None:
        """Drop all vertex arrays: some of their buffers are gone."""
        self._vertex_arrays.clear()

    def meshes(self, program: Any, store: GeometryStore, commands: Commands) -> None:
        """Draw ranges of a store's meshes."""
        if len(commands) == 0:
            return
        data = commands.tobytes()
        if len(data) > self._commands.size:
            self._commands = self._context.buffer(reserve=2 * len(data))
        self._commands.write(data)
        key = (program.glo, store.token)
        if key not in self._vertex_arrays:
            content = [(store.vertex_buffer, VERTEX_FORMAT, *VERTEX_NAMES), (self._rows, ROW_FORMAT, *ROW_NAMES)]
            self._vertex_arrays[key] = self._context.vertex_array(
                program, content, index_buffer=store.index_buffer, index_element_size=4, skip_errors=True
            )
        self._vertex_arrays[key].render_indirect(self._commands, moderngl.TRIANGLES, len(commands))

    def quads(self, program: Any, rows: NDArray[np.float32], layout: str, names: tuple[str, ...]) -> None:
        """Draw one quad a row."""
        if len(rows):
            array = self._array_of(program, rows, layout, names)
            array.render(moderngl.TRIANGLE_STRIP, vertices=4, instances=len(rows))

    def corners(self, program: Any, rows: NDArray[np.float32], layout: str, names: tuple[str, ...]) -> None:
        """Draw one triangle every three rows."""
        if len(rows):
            self._array_of(program, rows, layout, names).render(moderngl.TRIANGLES, vertices=len(rows))

    def triangle(self, program: Any) -> None:
        """Draw one triangle over the whole picture, placed by the vertex shader."""
        key = (program.glo, "screen")
        if key not in self._vertex_arrays:
            self._vertex_arrays[key] = self._context.vertex_array(program, [])
        self._vertex_arrays[key].render(moderngl.TRIANGLES, vertices=3)

    def _array_of(self, program: Any, rows: NDArray[np.float32], layout: str, names: tuple[str, ...]) -> Any:
        """The program's vertex array over these rows, whose buffer grows as need be."""
        buffer = self._streamed.get(program.glo)
        key = (program.glo, "streamed")
        if buffer is None or rows.nbytes > buffer.size:
            buffer = self._streamed[program.glo] = self._context.buffer(reserve=max(2 * rows.nbytes, 4096))
            self._vertex_arrays.pop(key, None)
        buffer.write(np.ascontiguousarray(rows).tobytes())
        if key not in self._vertex_arrays:
            self._vertex_arrays[key] = self._context.vertex_array(program, [(buffer, layout, *names)])
        return self._vertex_arrays[key]
