"""Framebuffers: one a size and set of outputs, with only what was asked for attached."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

# moderngl component count and dtype of each attachment
_FORMATS = {"color": (4, "f1"), "index": (1, "u4"), "depth": (1, "f4"), "normal": (4, "f1"), "earlier": (4, "f4")}
_PIXELS_KEPT = 1 << 25
"""Of all framebuffers together, 20 bytes a pixel at most and 5 more for a mirror pass: those used longest ago are made
again when needed."""
_NUMPY = {"f1": np.uint8, "u4": np.uint32, "f4": np.float32}


@dataclass(frozen=True, eq=False)
class Target:
    """A framebuffer with named colour attachments; `overlay` has its colour alone, so that its depth can be read."""

    size_px: tuple[int, int]
    outputs: tuple[str, ...]
    framebuffer: Any
    overlay: Any
    depth_texture: Any
    context: Any

    @cached_property
    def copy(self) -> Any:
        """A framebuffer of one colour to copy the picture to, made on first use."""
        return self._one_color(self.size_px)

    @cached_property
    def half(self) -> Any:
        """One of half the picture's size, made on first use."""
        width, height = self.size_px
        return self._one_color((max(width // 2, 1), max(height // 2, 1)))

    def use_color_only(self, alone: bool) -> None:
        """Draw into everything, or into the colour alone: truth is not blended."""
        on, off = (True,) * 4, (False,) * 4
        masks = tuple(on if name == "color" or not alone else off for name in self.outputs)
        self.framebuffer.color_mask = masks if len(masks) > 1 else masks[0]
        self.framebuffer.use()

    def read(self, name: str) -> NDArray[Any]:
        """(H, W, C) of one attachment, first row on top; the caller's own."""
        components, dtype = _FORMATS[name]
        width, height = self.size_px
        pixels = np.empty((height, width, components), _NUMPY[dtype])
        place = self.outputs.index(name)
        self.framebuffer.read_into(pixels, components=components, attachment=place, dtype=dtype, alignment=1)
        return pixels

    def _one_color(self, size_px: tuple[int, int]) -> Any:
        return self.context.framebuffer([self.context.texture(size_px, 4)])


class Targets:
    """The framebuffers of one context."""

    def __init__(self, context: Any) -> None:
        self._context = context
        self._made: dict[tuple[int, int, tuple[str, ...]], Target] = {}

    def get(self, width_px: int, height_px: int, outputs: tuple[str, ...]) -> Target:
        """The framebuffer of this size and with these attachments, made when first asked for."""
        key = (width_px, height_px, outputs)
        target = self._made.pop(key, None) or self._make((width_px, height_px), outputs)
        self._made[key] = target
        while len(self._made) > 1 and sum(width * height for width, height, _ in self._made) > _PIXELS_KEPT:
            del self._made[next(iter(self._made))]
        return target

    def _make(self, size: tuple[int, int], outputs: tuple[str, ...]) -> Target:
        context = self._context
        attached = []
        for name in outputs:
            components, dtype = _FORMATS[name]
            attached.append(context.texture(size, components, dtype=dtype))
        depth = context.depth_texture(size)
        depth.compare_func = ""
        full = context.framebuffer(attached, depth)
        overlay = context.framebuffer([attached[outputs.index("color")]]) if "color" in outputs else None
        return Target(size, outputs, full, overlay, depth, context)
