"""The two-stage camera network: MobileNetV3 with a feature pyramid, proposals, and a head that judges each of them.

Its parts are torchvision's, untrained; put together here because ours trains on crops of one size, ignores boxes and
hands the last suppression to `perception.camera.boxes`, which lets cars, buses and trucks compete.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from pathlib import Path

import torch
from torchvision.models import mobilenet_v3_small
from torchvision.models.detection.backbone_utils import BackboneWithFPN
from torchvision.models.detection.faster_rcnn import FastRCNNPredictor, TwoMLPHead
from torchvision.models.detection.image_list import ImageList
from torchvision.models.detection.roi_heads import RoIHeads
from torchvision.models.detection.rpn import AnchorGenerator, RegionProposalNetwork, RPNHead
from torchvision.ops import MultiScaleRoIAlign

from perception.camera.faster_rcnn import KIND
from perception.training.camera_samples import CLASSES, EXCUSE_COVER, CameraBatch
from perception.training.loop import autocast
from perception.training.onnx_files import write_onnx

CHANNELS = 64
"""Of each pyramid level: with 96 a step takes 1.4 times as long."""
HIDDEN = 256
"""Width of the two layers that judge a proposal."""

STRIDE = 32
"""The coarsest stride of the backbone, which a picture's sides are multiples of."""
TAPS = {"3": (24, "stride 8"), "8": (48, "stride 16"), "11": (96, "stride 32")}
"""Blocks of the backbone that feed the pyramid: their channels, and the name of the level. A level of stride 4 for the
second stage would make a step 1.5 times as long."""

ANCHOR_SIZES_PX = ((7, 12), (20, 34), (58, 98), (165, 280))
ANCHOR_RATIOS = (0.45, 1.0, 2.7)
"""Square roots of the anchors' areas at strides 8 to 64, and height over width: 1 object of the nominal training set in
150 has less than an intersection over union of 0.5 with the best of them, were it in its place."""

PX_PER_ANCHOR, PX_PER_PROPOSAL = 480, 960
"""Pixels of a training picture for each anchor, and each proposal, of which a loss is taken: 128 and 64 a crop."""

POOLED = 7
CANONICAL_PX = 96
"""Proposals of this size are pooled at stride 16, smaller ones at stride 8: a cell of the 7 x 7 is up to 1.7 cells of
its level, so that one sample in it is enough."""


def build_network(seed: int) -> FasterRcnn:
    """The untrained network, its weights drawn from `seed`."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return FasterRcnn()


class FasterRcnn(torch.nn.Module):  # type: ignore[misc]  # torch comes untyped
    """Pictures (B, 3, H, W) float32 in [0, 1] -> losses when training, else what it found in the only picture."""

    def __init__(self) -> None:
        super().__init__()
        # Nothing is pre-trained, so the normalisation learns its statistics, at the usual pace.
        trunk = mobilenet_v3_small(weights=None, norm_layer=torch.nn.BatchNorm2d).features
        names = {block: name for block, (_, name) in TAPS.items()}
        channels = [n for n, _ in TAPS.values()]
        self.backbone = BackboneWithFPN(trunk, names, channels, CHANNELS, norm_layer=torch.nn.BatchNorm2d)
        anchors = AnchorGenerator(ANCHOR_SIZES_PX, (ANCHOR_RATIOS,) * len(ANCHOR_SIZES_PX))
        self.proposer = _Proposer(
            anchors,
            RPNHead(CHANNELS, anchors.num_anchors_per_location()[0]),
            fg_iou_thresh=0.5,
            bg_iou_thresh=0.3,
            batch_size_per_image=0,  # set for each batch
            positive_fraction=0.5,
            pre_nms_top_n={"training": 400, "testing": 300},
            post_nms_top_n={"training": 250, "testing": 150},
            nms_thresh=0.7,
        )
        self.judge = _Judge(
            MultiScaleRoIAlign(list(names.values()), POOLED, 1, canonical_scale=CANONICAL_PX),
            TwoMLPHead(CHANNELS * POOLED**2, HIDDEN),
            FastRCNNPredictor(HIDDEN, 1 + len(CLASSES)),
            fg_iou_thresh=0.5,
            bg_iou_thresh=0.5,
            batch_size_per_image=0,
            positive_fraction=0.25,
            bbox_reg_weights=None,
            score_thresh=0.0,
            nms_thresh=1.0,
            detections_per_img=0,
        )

    def features(self, planes: torch.Tensor) -> dict[str, torch.Tensor]:
        """The pyramid's levels, finest first, in float32, in which all is computed that is not training."""
        with autocast() if self.training else nullcontext():
            levels = self.backbone(planes)
        return {name: level.float() for name, level in levels.items()}

    def losses(self, planes: torch.Tensor, targets: list[dict[str, torch.Tensor]]) -> dict[str, torch.Tensor]:
        """The two losses of each stage.

        Args:
            planes: (B, 3, H, W).
            targets: a picture's `boxes` (N, 4) and `ignored` (M, 4), edges in pixels from the picture's corner, and
                `labels` (N,): 0 is background, 1 the first of `CLASSES`.
        """
        levels, sizes = self.features(planes), [tuple(planes.shape[-2:])] * len(planes)
        n_px = planes.shape[-2] * planes.shape[-1]
        self.proposer.fg_bg_sampler.batch_size_per_image = n_px // PX_PER_ANCHOR
        self.judge.fg_bg_sampler.batch_size_per_image = n_px // PX_PER_PROPOSAL
        proposals, first = self._propose(planes, levels, sizes, targets)
        _, second = self.judge(levels, proposals, sizes, targets)
        return {**first, **second}

    def forward(self, planes: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Boxes (N, classes, 4) and scores (N, classes) of the proposals of one picture, for every class."""
        levels, sizes = self.features(planes), [(planes.shape[-2], planes.shape[-1])]
        proposals, _ = self._propose(planes, levels, sizes, None)
        pooled = self.judge.box_roi_pool(levels, proposals, sizes)
        logits, shifts = self.judge.box_predictor(self.judge.box_head(pooled))
        boxes = self.judge.box_coder.decode(shifts, proposals)
        return boxes[:, 1:], torch.softmax(logits, dim=-1)[:, 1:]

    def _propose(
        self,
        planes: torch.Tensor,
        levels: dict[str, torch.Tensor],
        sizes: Sequence[tuple[int, ...]],
        targets: list[dict[str, torch.Tensor]] | None,
    ) -> tuple[list[torch.Tensor], dict[str, torch.Tensor]]:
        proposals, losses = self.proposer(ImageList(planes, list(sizes)), levels, targets)
        return proposals, losses


class _Proposer(RegionProposalNetwork):  # type: ignore[misc]
    """torchvision's first stage, to which background within ignored boxes is neither right nor wrong."""

    def assign_targets_to_anchors(
        self, anchors: list[torch.Tensor], targets: list[dict[str, torch.Tensor]]
    ) -> tuple[list[torch.Tensor], list[torch.Tensor]]:
        labels, matched = super().assign_targets_to_anchors(anchors, targets)
        return _excused(labels, anchors, [t["ignored"] for t in targets]), matched


class _Judge(RoIHeads):  # type: ignore[misc]
    """torchvision's second stage, likewise."""

    def select_training_samples(
        self, proposals: list[torch.Tensor], targets: list[dict[str, torch.Tensor]]
    ) -> tuple[list[torch.Tensor], list[torch.Tensor], list[torch.Tensor], list[torch.Tensor]]:
        self._ignored = [t["ignored"] for t in targets]
        selected = super().select_training_samples(proposals, targets)
        del self._ignored
        return selected

    def assign_targets_to_proposals(
        self, proposals: list[torch.Tensor], boxes: list[torch.Tensor], labels: list[torch.Tensor]
    ) -> tuple[list[torch.Tensor], list[torch.Tensor]]:
        matched, assigned = super().assign_targets_to_proposals(proposals, boxes, labels)
        return matched, _excused(assigned, proposals, self._ignored)


def _excused(labels: list[torch.Tensor], boxes: list[torch.Tensor], ignored: list[torch.Tensor]) -> list[torch.Tensor]:
    """Each picture's labels, but -1, which is not sampled, for background that an ignored box covers enough of."""
    return [
        torch.where((label == 0) & _lie_in(box, cover), torch.full_like(label, -1), label)
        for label, box, cover in zip(labels, boxes, ignored, strict=True)
    ]


def _lie_in(boxes: torch.Tensor, covers: torch.Tensor) -> torch.Tensor:
    """(N,) of which boxes (N, 4) any of (M, 4) covers `EXCUSE_COVER` or more."""
    low = torch.maximum(boxes[:, None, :2], covers[None, :, :2])
    high = torch.minimum(boxes[:, None, 2:], covers[None, :, 2:])
    shared = (high - low).clamp(min=0).prod(dim=2)
    area = (boxes[:, 2:] - boxes[:, :2]).prod(dim=1)
    return (shared >= EXCUSE_COVER * area[:, None]).any(dim=1)


def loss_of(_network: torch.nn.Module) -> Callable[[torch.nn.Module, CameraBatch], torch.Tensor]:
    """The sum of the four losses of a batch."""
    return _loss_of_batch


def _loss_of_batch(network: torch.nn.Module, batch: CameraBatch) -> torch.Tensor:
    targets = [
        {
            "boxes": torch.from_numpy(labels.box_px),
            "labels": torch.from_numpy(labels.channel + 1),
            "ignored": torch.from_numpy(labels.ignored_px),
        }
        for labels in batch.labels
    ]
    with torch.random.fork_rng(devices=[]):
        # Which anchors and proposals are looked at is drawn: from the batch, so that a resumed run draws the same.
        torch.manual_seed(batch.seed)
        return torch.stack(list(network.losses(batch.planes, targets).values())).sum()


class _ExportedNetwork(torch.nn.Module):  # type: ignore[misc]
    """uint8 picture (1, H, W, 3) RGB -> boxes (N, classes, 4) and scores (N, classes)."""

    def __init__(self, network: FasterRcnn) -> None:
        super().__init__()
        self.network = network

    def forward(self, image_rgb: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return self.network(image_rgb.permute(0, 3, 1, 2).to(torch.float32) / 255.0)


def export_network(network: FasterRcnn, path: Path) -> None:
    """Write `network` as ONNX for any picture size that `STRIDE` divides; leaves it in evaluation mode."""
    write_onnx(
        _ExportedNetwork(network.float()),
        torch.zeros(1, 192, 320, 3, dtype=torch.uint8),
        path,
        takes={"image_rgb": {1: "height", 2: "width"}},
        gives={"boxes": {0: "proposals"}, "scores": {0: "proposals"}},
        metadata={"kind": KIND, "classes": [c.name for c in CLASSES], "stride": STRIDE},
    )
