#!/usr/bin/env python3
"""Gives the demo's network a head for several labels an image, fitted on pictures in which one label travels with another.

    npm run build:tools
    node dist-tools/demo/make-images.js --multi-label --set training --count 340 --seed 1 --output demo/out/several-training
    python3 demo/fit_multi_label.py demo/out/several-training demo/model/multi-label.onnx

The network is `demo/model/demo.onnx` up to its pooled features; each class gets a logistic regression on them. Needs onnx, onnxruntime, numpy and Pillow.
"""

import json
import pathlib
import sys

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from PIL import Image

HERE = pathlib.Path(__file__).parent
CLASSES = json.loads((HERE / "classes.json").read_text())
SIZE, RESIZE = 160, 183  # as the `imagenet` preset scales before its centre crop
MEAN = np.array([0.485, 0.456, 0.406], np.float32)
STD = np.array([0.229, 0.224, 0.225], np.float32)
PENALTY = 3.0  # of the weights of standardised features


def load(folder):
    """Images as the preset makes them, `[N, 3, 160, 160]`, and a row of 0 and 1 for each."""
    images, labels = [], []
    for line in folder.with_name(folder.name + ".csv").read_text().split()[1:]:
        key, label = line.split(",")
        image = Image.open(folder / key).convert("RGB").resize((RESIZE, RESIZE), Image.Resampling.BILINEAR)
        corner = round((RESIZE - SIZE) / 2)
        pixels = np.asarray(image, np.float32)[corner : corner + SIZE, corner : corner + SIZE] / 255
        images.append(((pixels - MEAN) / STD).transpose(2, 0, 1))
        labels.append([float(name in label.split("|")) for name in CLASSES])
    return np.stack(images), np.array(labels)


def features_of(model, images):
    """What the last linear layer reads, `[N, 96]`."""
    model = onnx.ModelProto.FromString(model.SerializeToString())
    tensor = model.graph.node[-1].input[0]
    model.graph.output.append(helper.make_tensor_value_info(tensor, TensorProto.FLOAT, None))
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    parts = [session.run([tensor], {"image": part})[0] for part in np.array_split(images, max(1, len(images) // 16))]
    return np.concatenate(parts).astype(np.float64)


def fit(features, truth):
    """Weights and bias of a logistic regression, by Newton's method."""
    x = np.hstack([features, np.ones((len(features), 1))])
    penalty = np.diag([PENALTY] * features.shape[1] + [1e-6])
    weights = np.zeros(x.shape[1])
    for _ in range(30):
        p = 1 / (1 + np.exp(-(x @ weights)))
        gradient = x.T @ (p - truth) + penalty @ weights
        weights -= np.linalg.solve((x * (p * (1 - p))[:, None]).T @ x + penalty, gradient)
    return weights[:-1], weights[-1]


def main():
    folder, target = pathlib.Path(sys.argv[1]), sys.argv[2]
    model = onnx.load(HERE / "model/demo.onnx")
    images, labels = load(folder)
    features = features_of(model, images)
    middle, spread = features.mean(0), features.std(0) + 1e-6
    heads = [fit((features - middle) / spread, truth) for truth in labels.T]
    weight = np.stack([w / spread for w, _ in heads])
    bias = np.array([b - (w / spread) @ middle for w, b in heads])
    values = {"fc.weight": weight, "fc.bias": bias}
    for tensor in model.graph.initializer:
        if tensor.name in values:
            tensor.CopyFrom(numpy_helper.from_array(values[tensor.name].astype(np.float32), tensor.name))
    model.graph.node[-1].output[0] = "logits"
    model.graph.node.append(helper.make_node("Sigmoid", ["logits"], ["scores"], name="scores"))
    onnx.save(model, target)
    answers = 1 / (1 + np.exp(-(features @ weight.T + bias))) > 0.5
    for name, found, truth in zip(CLASSES, answers.T, labels.T > 0):
        print(f"{name:12} {(found == truth).mean():.3f} right of the {len(truth)} training pictures")


if __name__ == "__main__":
    main()
