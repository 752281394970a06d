"""Pictures that boards show: painted by code, one layer a name."""

from __future__ import annotations

PICTURES: tuple[str, ...] = ("", "person", "people", "child", "car")
SIZE_PX = 256


def picture_layer(name: str) -> int:
    """The texture layer of a picture.

    Raises:
        KeyError: an unknown name; the message lists the known ones.
    """
    try:
        return PICTURES.index(name)
    except ValueError:
        raise KeyError(f"picture {name!r}: unknown, want one of {PICTURES}") from None
