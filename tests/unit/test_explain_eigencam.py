"""EigenCAM: the component of known activations, the layer of known graphs, and that it depends on the weights."""

import cv2
import numpy as np
import onnx
import pytest

from moosetest.config import ConfigError
from perception.explain.eigencam import EigenCam, first_component, shared_map
from perception.inference import WEIGHTS, read_model
from tests.toy_networks import convolutions

NETWORK = WEIGHTS / "camera_yolo.onnx"
PICTURE = cv2.GaussianBlur(np.random.default_rng(0).integers(0, 256, (64, 96, 3), dtype=np.uint8), (0, 0), 3)


def test_the_component_is_where_most_channels_change_together():
    """Two channels rise on a patch, a third one has weaker noise of its own: the patch is the component."""
    activations = np.zeros((3, 8, 10), np.float32)
    activations[:2, 2:4, 5:8] = [[[4.0]], [[2.0]]]
    activations[2] = 0.1 * np.random.default_rng(0).standard_normal((8, 10))
    found = first_component(activations)
    patch = np.zeros((8, 10), np.bool_)
    patch[2:4, 5:8] = True
    # On the patch its length is that of (4, 2) less the mean over all 80 pixels, of which the patch is 6.
    assert found[patch] == pytest.approx(np.hypot(4, 2) * (1 - 6 / 80), rel=0.05)
    assert found[~patch].max() < 0.1


def test_the_component_is_positive_where_activations_are_large():
    activations = np.ones((2, 6, 6), np.float32)
    activations[:, 1, 1] = -9.0  # large as a vector, though its values are the least
    assert first_component(activations).argmax() == 7


def test_the_layer_is_the_last_that_both_heads_rest_on():
    # picture -> a -> b -> (c -> c_out, d -> d_out): b feeds both heads, c only one.
    graph = convolutions({"a": "picture", "b": "a", "c": "b", "d": "b", "c_out": "c", "d_out": "d"}).graph
    assert shared_map(graph) == "b"
    # A side branch off an earlier map moves it back.
    graph = convolutions({"a": "picture", "b": "a", "c_out": "b", "d_out": "a"}).graph
    assert shared_map(graph) == "a"
    with pytest.raises(ConfigError, match="all of its outputs"):
        shared_map(convolutions({"a": "picture"}).graph)


def test_the_shipped_network_is_cut_at_the_finest_map_of_its_neck():
    cam = EigenCam(NETWORK, threads=1)
    assert cam.layer == "/network/model.15/cv2/act/Mul_output_0"
    found = cam.map(PICTURE)
    assert found.shape == PICTURE.shape[:2]
    assert (found.min(), found.max()) == (0.0, pytest.approx(1.0))
    assert cam.map(PICTURE).tobytes() == found.tobytes()


def test_random_weights_make_another_map(tmp_path):
    """A map that does not depend on the weights would be of the picture alone (Adebayo et al. 2018)."""
    model = read_model(NETWORK)
    rng = np.random.default_rng(1)
    for tensor in model.graph.initializer:
        values = onnx.numpy_helper.to_array(tensor)
        if values.ndim == 4:
            shuffled = rng.permutation(values.ravel()).reshape(values.shape)
            tensor.CopyFrom(onnx.numpy_helper.from_array(shuffled, tensor.name))
    onnx.save(model, tmp_path / "random.onnx")
    trained, random = (EigenCam(path, 1).map(PICTURE) for path in (NETWORK, tmp_path / "random.onnx"))
    assert abs(np.corrcoef(trained.ravel(), random.ravel())[0, 1]) < 0.5


def test_a_network_of_another_kind_is_refused():
    with pytest.raises(ConfigError, match="EigenCAM"):
        EigenCam(WEIGHTS / "lidar_pillars.onnx", 1)
