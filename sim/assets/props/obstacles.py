"""Street furniture and lost things that CARLA does not have: true sizes, and which split each belongs to."""

from __future__ import annotations

from typing import Final, Literal, NamedTuple


class Obstacle(NamedTuple):
    """Length, width and height in metres, and the split."""

    size_lwh_m: tuple[float, float, float]
    split: Literal["train", "nominal", "edge"]


PREFIX: Final = "static.moosetest."
OBSTACLES: Final[dict[str, Obstacle]] = {
    "bollard": Obstacle((0.17, 0.17, 0.95), "train"),
    "hydrant": Obstacle((0.40, 0.32, 0.80), "train"),
    "concrete_barrier": Obstacle((3.0, 0.61, 0.81), "train"),  # the New Jersey profile: 32 in high, 24 in wide
    "drum": Obstacle((0.58, 0.58, 0.95), "train"),  # at least 0.90 m high, 0.45 m wide (MUTCD 6F.67)
    "pallet": Obstacle((1.2, 0.8, 0.144), "train"),  # EN 13698-1
    "beacon": Obstacle((0.40, 0.80, 1.15), "nominal"),  # a panel of 0.25 x 1.00 m on a foot plate (TL-Leitbaken)
    "boom_gate": Obstacle((0.40, 4.40, 1.15), "nominal"),
    "tyre": Obstacle((0.65, 0.65, 0.205), "nominal"),  # 205/60 R 16
    "sand_heap": Obstacle((3.2, 2.6, 1.1), "nominal"),
    "pram": Obstacle((0.95, 0.58, 1.05), "nominal"),
    "mattress": Obstacle((2.0, 1.4, 0.22), "edge"),
    "sofa": Obstacle((0.92, 2.05, 0.85), "edge"),
    "ladder": Obstacle((3.0, 0.42, 0.08), "edge"),
    "manhole_open": Obstacle((1.45, 0.80, 0.10), "edge"),
    "fallen_tree": Obstacle((9.0, 3.6, 2.4), "edge"),
    "poster": Obstacle((0.04, 3.0, 1.0), "edge"),
    "scooter_lying": Obstacle((1.15, 1.10, 0.42), "edge"),
    "signal_head": Obstacle((0.30, 0.36, 1.00), "edge"),
    "marking": Obstacle((3.0, 3.0, 0.02), "edge"),
    "corner_reflector": Obstacle((0.20, 0.20, 0.571), "edge"),
}
"""By the last part of the blueprint id. A length is along x, the way a placed thing looks."""
MOVABLE: Final = frozenset({"pram", "scooter_lying"})
"""What CARLA's label `Dynamic` is for: its documentation names buggies."""
