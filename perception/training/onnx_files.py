"""Networks as ONNX files of ours: the graph, and beside it what inference has to know."""

from __future__ import annotations

import json
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import onnx
import torch

OPSET = 17

OpenAxes = Mapping[str, Mapping[int, str]]
"""Arrays by name, each with the names of its axes whose length is left open."""


def write_onnx(
    network: torch.nn.Module,
    example: torch.Tensor,
    path: Path,
    *,
    takes: OpenAxes,
    gives: OpenAxes,
    metadata: Mapping[str, Any],
) -> None:
    """Write `network`, in evaluation mode from now on, as an ONNX file.

    Args:
        network: called with one array.
        example: such an array.
        path: the file; its folder is made.
        takes: the one input.
        gives: the outputs, in order.
        metadata: JSON values for `perception.inference.read_metadata`.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with warnings.catch_warnings():
        # The exporter that replaces this one needs another package and gains nothing here.
        for category in (DeprecationWarning, FutureWarning, UserWarning, torch.jit.TracerWarning):
            warnings.simplefilter("ignore", category)
        torch.onnx.export(
            network.eval(),
            (example,),
            str(path),
            dynamo=False,
            opset_version=OPSET,
            input_names=list(takes),
            output_names=list(gives),
            dynamic_axes={name: dict(axes) for name, axes in {**takes, **gives}.items() if axes},
        )
    write_metadata(path, metadata)


def write_metadata(path: Path, values: Mapping[str, Any]) -> None:
    """Put `values` as JSON into the ONNX file, in place of what it held."""
    model = onnx.load(str(path))
    del model.metadata_props[:]
    text = json.dumps(dict(values), sort_keys=True)
    model.metadata_props.append(onnx.StringStringEntryProto(key="moosetest", value=text))
    onnx.checker.check_model(model)
    onnx.save(model, str(path))
