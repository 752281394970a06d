"""Runs an ONNX network: in OpenVINO where it is installed, else in ONNX Runtime; the same numbers every time."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from moosetest.config import ConfigError

WEIGHTS = Path(__file__).parent / "weights"
"""Where the networks lie that come with the project, each with its model card."""

Network = Callable[[NDArray[Any]], list[NDArray[np.float32]]]
"""One input array -> the output arrays."""


def require_weights(path: Path, command: str) -> Path:
    """`path`, if there is a file.

    Raises:
        ConfigError: there is none; says that `command` makes it.
    """
    if not path.is_file():
        raise ConfigError(f"{path}: no such weights; `{command}` makes them")
    return path


def sha256_of(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def kind_of(path: Path) -> str:
    """What training wrote into an ONNX file of ours; empty for a file of others.

    Raises:
        ConfigError: not an ONNX file.
    """
    return str(_metadata(path).get("kind", ""))


def read_metadata(path: Path, kind: str) -> dict[str, Any]:
    """What training wrote into an ONNX file of ours.

    Raises:
        ConfigError: not an ONNX file, or not of `kind`.
    """
    values = _metadata(path)
    if values.get("kind") != kind:
        raise ConfigError(f"{path}: kind {values.get('kind')!r}, want weights of kind {kind!r}")
    return values


def _metadata(path: Path) -> dict[str, Any]:
    texts = [entry.value for entry in read_model(path).metadata_props if entry.key == "moosetest"]
    return dict(json.loads(texts[0])) if texts else {}


def input_shape_of(path: Path) -> tuple[int, ...]:
    """Shape of the network's input; sizes it leaves open are 0.

    Raises:
        ConfigError: not an ONNX file.
    """
    dimensions = read_model(path).graph.input[0].type.tensor_type.shape.dim
    return tuple(int(d.dim_value) for d in dimensions)


def load_network(path: Path, input_shape: tuple[int, ...], threads: int, layer: str = "") -> Network:
    """A callable that runs the network on arrays of `input_shape`.

    Args:
        path: ONNX file with one input.
        input_shape: fixed here, so that the run time plans its memory once.
        threads: threads of one call; results do not depend on them.
        layer: name of a tensor inside the network, which is then the one output; empty for its own outputs.

    Raises:
        ConfigError: the file cannot be run.
    """
    try:
        import openvino
    except ImportError:
        return _in_onnx_runtime(path, threads, layer)
    return _in_openvino(openvino, path, input_shape, threads, layer)


def read_model(path: Path) -> Any:
    """The ONNX model of a file.

    Raises:
        ConfigError: not an ONNX file.
    """
    import onnx

    try:
        return onnx.load(str(path), load_external_data=False)
    except Exception as error:  # onnx raises protobuf's errors, which it does not export
        raise ConfigError(f"{path}: not an ONNX file") from error


def _source(path: Path, layer: str) -> str | bytes:
    """What a run time reads: the file, or its network with another output."""
    if not layer:
        return str(path)
    import onnx

    model = read_model(path)
    del model.graph.output[:]
    model.graph.output.append(onnx.helper.make_tensor_value_info(layer, onnx.TensorProto.FLOAT, None))
    return bytes(model.SerializeToString())


def _in_openvino(openvino: Any, path: Path, input_shape: tuple[int, ...], threads: int, layer: str) -> Network:
    core = openvino.Core()
    # Processors with bfloat16 would use it unasked, and give other numbers than those without.
    options = {"INFERENCE_NUM_THREADS": threads, "INFERENCE_PRECISION_HINT": "f32", "PERFORMANCE_HINT": "LATENCY"}
    try:
        model = core.read_model(_source(path, layer))
        model.reshape(list(input_shape))
        request = core.compile_model(model, "CPU", options).create_infer_request()
    except RuntimeError as error:
        raise ConfigError(f"{path}: OpenVINO cannot run it on {input_shape}: {str(error).splitlines()[-1]}") from error
    n_outputs = len(model.outputs)

    def run(array: NDArray[Any]) -> list[NDArray[np.float32]]:
        request.infer([array])
        return [request.get_output_tensor(i).data.copy() for i in range(n_outputs)]

    return run


def _in_onnx_runtime(path: Path, threads: int, layer: str) -> Network:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    try:
        session = onnxruntime.InferenceSession(_source(path, layer), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # its errors have no common base that it exports
        raise ConfigError(f"{path}: ONNX Runtime cannot read it") from error
    name = session.get_inputs()[0].name
    return lambda array: session.run(None, {name: array})
