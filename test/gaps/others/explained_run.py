"""A run's output as arrays: what other methods are given of it."""

import json
import pathlib
from dataclasses import dataclass

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper
from PIL import Image

# Preprocessing of the sets: scale and mean of pixels from 0 to 255, and the order of channels.
PRESETS = {
    "none": (1 / 255, np.zeros(3), "rgb"),
    "caffe": (1.0, np.array([104.0, 117.0, 123.0]), "bgr"),
    "tf": (1 / 127.5, np.ones(3), "rgb"),
}


@dataclass
class ExplainedRun:
    """Row i of every array is of the same image. `n` images, `k` classes, `c` features."""

    keys: list
    """Paths of the images relative to the input."""
    labels: np.ndarray
    """int, [n]"""
    predicted: np.ndarray
    """int, [n]"""
    scores: np.ndarray
    """[n, k], rows sum to 1."""
    features: np.ndarray
    """What the last layer with weights takes, averaged over positions, [n, c]."""
    heatmaps: np.ndarray
    """Grad-CAM of the deepest layer for the predicted class, signed, [n, h, w]."""

    @property
    def mistaken(self):
        return self.predicted != self.labels


def read_run(output):
    """@param output: folder of a run of `gradline run --labels folder`; its input and model lie where they lay then."""
    output = pathlib.Path(output)
    configuration = json.loads((output / "run.json").read_text())["configuration"]
    records, heatmaps = [], []
    for part in sorted((output / "scores").glob("part-*.jsonl")):
        lines = [json.loads(line) for line in part.read_text().splitlines()]
        records += lines
        heatmaps.append(heatmaps_of(output / "evidence" / f"{part.stem}.npz", configuration["layers"][-1], len(lines)))
    scores, features = run_network(configuration, [record["key"] for record in records])
    predicted = np.array([record["predicted"] for record in records])
    recorded = np.array([record["score"] for record in records])
    difference = np.abs(scores[np.arange(len(records)), predicted] - recorded).max()
    if difference > 1e-3:
        raise SystemExit(f"{output}: scores differ from the run's by {difference:.4f}, so the images are not prepared as they were.")
    return ExplainedRun(
        [record["key"] for record in records],
        np.array([record["label"] for record in records]),
        predicted,
        scores,
        features,
        np.concatenate(heatmaps),
    )


def heatmaps_of(file, layer, rows):
    evidence = np.load(file)
    name = f"{layer.replace(':', '=').replace('/', '~')}.grad-cam.predicted.heatmap"
    maps = evidence[name].astype(np.float32) * evidence[f"{name}.scale"][:, None, None]
    assert len(maps) == rows
    return maps


def run_network(configuration, keys):
    """@return: softmax scores [n, k], penultimate features [n, c]"""
    session, names = open_network(configuration["model"])
    scores, features = [], []
    for at in range(0, len(keys), 16):
        batch = np.stack([prepared(pathlib.Path(configuration["input"]) / key, configuration["preprocess"]) for key in keys[at : at + 16]])
        logits, taken = session.run(names, {session.get_inputs()[0].name: batch})
        exponents = np.exp(logits.astype(np.float64) - logits.max(1, keepdims=True))
        scores.append(exponents / exponents.sum(1, keepdims=True))
        features.append(taken.reshape(len(batch), taken.shape[1], -1).mean(2))
    return np.concatenate(scores), np.concatenate(features)


def open_network(path):
    """@return: a session, and the names of its logits and of what the last layer with weights takes"""
    model = onnx.load(str(path))
    graph = model.graph
    makers = {name: node for node in graph.node for name in node.output}
    node = makers[graph.output[0].name]
    while node.op_type not in ("Gemm", "MatMul", "Conv"):
        node = next(makers[name] for name in node.input if name in makers and makers[name].op_type not in ("Constant", "Cast"))
    taken = node.input[0]
    graph.output.append(helper.make_tensor_value_info(taken, TensorProto.FLOAT, None))
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return session, [graph.output[0].name, taken]


def prepared(path, recipe):
    """@return: float32 [3, height, width]"""
    image = Image.open(path).convert("RGB")
    size = (recipe["size"]["width"], recipe["size"]["height"])
    if image.size != size:
        image = image.resize(size, Image.Resampling.BILINEAR)
    scale, mean, order = PRESETS[recipe["preset"]]
    pixels = np.asarray(image).astype(np.float32)
    if order == "bgr":
        pixels = pixels[:, :, ::-1]
    return (pixels * scale - mean).astype(np.float32).transpose(2, 0, 1)
