"""Checked, read-only arrays: what every boundary type is made of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

FloatArray = NDArray[np.float64]
"""Geometry: float64, metres, radians, seconds."""


class ContractError(ValueError):
    """A value that crosses a stage boundary breaks its contract; the message names field, found and wanted."""


def checked_array(
    name: str,
    value: ArrayLike,
    shape: tuple[int | str, ...],
    dtype: DTypeLike,
    sizes: dict[str, int] | None = None,
) -> NDArray[Any]:
    """Return a read-only copy of `value` with the wanted shape and dtype, all of it finite.

    Args:
        name: field name for the message.
        value: anything numpy can read; copied, never aliased.
        shape: wanted shape; a letter stands for a size that all fields sharing `sizes` must agree on.
        dtype: wanted dtype.
        sizes: sizes bound so far, updated in place.

    Raises:
        ContractError: wrong shape, or a value that is NaN or infinite.
    """
    array = np.array(value, dtype=dtype)
    sizes = {} if sizes is None else sizes
    agrees = array.ndim == len(shape)
    for found, wanted in zip(array.shape, shape, strict=False):
        expected = sizes.setdefault(wanted, found) if isinstance(wanted, str) else wanted
        agrees = agrees and found == expected
    if not agrees:
        letters = {k: v for k, v in sizes.items() if k in shape}
        raise ContractError(f"{name}: shape {array.shape}, want {_spell(shape)} with {letters}")
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        raise ContractError(f"{name}: has NaN or infinite values, want finite ones (absent values have a has_* mask)")
    array.setflags(write=False)
    return array


def set_arrays(
    owner: object,
    fields: Mapping[str, tuple[tuple[int | str, ...], DTypeLike]],
    sizes: dict[str, int] | None = None,
) -> dict[str, int]:
    """Check and replace array fields of a frozen dataclass in its `__post_init__`; returns the bound sizes."""
    sizes = {} if sizes is None else sizes
    for name, (shape, dtype) in fields.items():
        array = checked_array(f"{type(owner).__name__}.{name}", getattr(owner, name), shape, dtype, sizes)
        object.__setattr__(owner, name, array)
    return sizes


def require(condition: bool, message: str) -> None:
    """Raise ContractError(message) unless `condition` holds."""
    if not condition:
        raise ContractError(message)


def _spell(shape: tuple[int | str, ...]) -> str:
    return "(" + ", ".join(str(s) for s in shape) + ("," if len(shape) == 1 else "") + ")"
