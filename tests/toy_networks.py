"""ONNX networks of a few convolutions."""

import numpy as np
import onnx


def convolutions(input_of: dict[str, str]) -> onnx.ModelProto:
    """1 x 1 convolutions of one channel: each output by name, with its input. What feeds none comes out."""
    weight = onnx.numpy_helper.from_array(np.ones((1, 1, 1, 1), np.float32), "weight")
    nodes = [onnx.helper.make_node("Conv", [source, "weight"], [name]) for name, source in input_of.items()]
    ends = [name for name in input_of if name not in input_of.values()]
    values = {
        name: onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, [1, 1, 8, 8])
        for name in ("picture", *ends)
    }
    graph = onnx.helper.make_graph(nodes, "toy", [values["picture"]], [values[name] for name in ends], [weight])
    return onnx.helper.make_model(graph)
