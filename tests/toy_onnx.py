"""The smallest ONNX file there is, for tests of what lies around a network."""

from __future__ import annotations

from pathlib import Path

import onnx
from onnx import TensorProto, helper


def write_toy_onnx(path: Path) -> Path:
    """A network that hands on the picture it is given; returns `path`."""
    picture = [helper.make_tensor_value_info(name, TensorProto.UINT8, [1, None, None, 3]) for name in ("in", "out")]
    graph = helper.make_graph([helper.make_node("Identity", ["in"], ["out"])], "toy", picture[:1], picture[1:])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), str(path))
    return path
