"""The LiDAR network: a small convolutional net over the canvas that finds box centres, its loss and its export."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import nn

from perception.lidar.box_codec import CLASSES, Channel
from perception.lidar.canvas import BANDS_M, N_CHANNELS, Grid
from perception.training.onnx_files import write_onnx

KIND = "moosetest-lidar"
WIDTHS = (16, 40, 64)
"""Channels at 0.4, 0.8 and 1.6 m: 0.8 G multiplications a sweep."""
PRIOR = 0.02
"""Heat of an untrained network: about the share of cells near a centre, so that the first steps are not wasted."""
BOX_WEIGHT = 1.0
"""Of the box terms against the heat maps (CenterPoint weighs 0.25 against a sum over ten terms)."""


class PillarNetwork(nn.Module):  # type: ignore[misc]  # torch comes untyped
    """Canvas (B, N_CHANNELS, X, Y) -> heat maps (logits) and box map, (B, classes + len(Channel), X / 4, Y / 4)."""

    def __init__(self) -> None:
        super().__init__()
        fine, middle, coarse = WIDTHS
        self.stem = nn.Sequential(_conv(N_CHANNELS, fine, stride=2), _conv(fine, middle, stride=2), _Residual(middle))
        self.down = nn.Sequential(_conv(middle, coarse, stride=2), _Residual(coarse))
        self.up = nn.Sequential(_conv(coarse, middle, kernel=1), nn.Upsample(scale_factor=2, mode="nearest"))
        self.merge = nn.Sequential(_conv(middle, middle), _conv(middle, middle))
        self.heat = nn.Conv2d(middle, len(CLASSES), 1)
        self.box = nn.Conv2d(middle, len(Channel), 1)
        nn.init.constant_(self.heat.bias, -math.log(1.0 / PRIOR - 1.0))

    def forward(self, canvas: torch.Tensor) -> torch.Tensor:
        """Heat maps first, then the channels of the box."""
        middle = self.stem(canvas)
        merged = self.merge(middle + self.up(self.down(middle)))
        return torch.cat((self.heat(merged), self.box(merged)), dim=1)


class _Residual(nn.Module):  # type: ignore[misc]  # torch comes untyped
    def __init__(self, width: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            _conv(width, width), nn.Conv2d(width, width, 3, 1, 1, bias=False), nn.BatchNorm2d(width)
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.relu(x + self.body(x))


def _conv(inputs: int, outputs: int, kernel: int = 3, stride: int = 1) -> nn.Sequential:
    layers = (nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False), nn.BatchNorm2d(outputs), nn.ReLU())
    return nn.Sequential(*layers)


def build_network(seed: int) -> PillarNetwork:
    """The untrained network, its weights drawn from `seed`."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return PillarNetwork()


def center_loss(output: torch.Tensor, targets: Mapping[str, torch.Tensor]) -> torch.Tensor:
    """Penalty-reduced focal loss of the heat maps (CornerNet's) plus absolute errors of the boxes at their centres.

    Args:
        output: of the network, (B, classes + len(Channel), X, Y).
        targets: `heat` (B, classes, X, Y) in [0, 1], `counted` (B, 1, X, Y) where cells count, `index` (N, 3) of
            batch, x, y of each box, `box` (N, len(Channel)).
    """
    logits = output[:, : len(CLASSES)]
    wanted = targets["heat"]
    chance = torch.sigmoid(logits).clamp(1e-4, 1 - 1e-4)
    center = (wanted >= 1.0).float()
    at_center = center * (1 - chance) ** 2 * torch.log(chance)
    elsewhere = (1 - center) * (1 - wanted) ** 4 * chance**2 * torch.log(1 - chance) * targets["counted"]
    n_boxes = center.sum().clamp(min=1.0)
    heat_loss = -(at_center + elsewhere).sum() / n_boxes
    batch, x, y = targets["index"].T
    found = output[:, len(CLASSES) :][batch, :, x, y]
    errors = (found[:, : Channel.AWAY] - targets["box"][:, : Channel.AWAY]).abs().sum()
    away = nn.functional.binary_cross_entropy_with_logits(
        found[:, Channel.AWAY], targets["box"][:, Channel.AWAY], reduction="sum"
    )
    return heat_loss + BOX_WEIGHT * (errors + 0.2 * away) / max(len(found), 1)


def export_network(network: nn.Module, path: Path, grid: Grid, metadata: Mapping[str, Any]) -> None:
    """Write `network` as ONNX for canvases of `grid`, with `metadata` for the detector; leaves it evaluating."""
    grid_values = {name: getattr(grid, name) for name in Grid.__dataclass_fields__}
    described = {"kind": KIND, "classes": [c.name for c in CLASSES], "grid": grid_values, "bands_m": list(BANDS_M)}
    example = torch.zeros(1, N_CHANNELS, grid.n_x, grid.n_y)
    write_onnx(network, example, path, takes={"canvas": {}}, gives={"maps": {}}, metadata={**described, **metadata})
