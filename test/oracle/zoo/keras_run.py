"""Exports Keras classifiers by tf2onnx for `npm run zoo -- keras`, with Grad-CAM by `tf.GradientTape` as the reference.

    python test/oracle/zoo/keras_run.py <folder> [name]...

Prints lines as run.py does. Images are those of images.py with channels last.
"""

import base64
import json
import os
import sys
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")

import keras  # noqa: E402
import numpy  # noqa: E402
import tensorflow as tf  # noqa: E402
import tf2onnx  # noqa: E402

CLASSES = 16
SIZE = 96
COUNT = 2
OPSET = 17
NOISE = 1e-5

MODELS = {
    "MobileNetV2": ("MobileNet v2", ["block_3_expand_relu", "block_12_add"]),
    "ResNet50": ("ResNet", ["conv2_block3_out", "conv4_block6_out"]),
    "EfficientNetB0": ("EfficientNet", ["block2b_add", "block5c_add"]),
}


def words(seed, count):
    """As in ../images.py, which needs PyTorch."""
    with numpy.errstate(over="ignore"):
        a = numpy.uint32(seed) + numpy.arange(1, count + 1, dtype=numpy.uint32) * numpy.uint32(0x6D2B79F5)
        t = (a ^ (a >> numpy.uint32(15))) * (a | numpy.uint32(1))
        t ^= t + (t ^ (t >> numpy.uint32(7))) * (t | numpy.uint32(61))
        return t ^ (t >> numpy.uint32(14))


def images(seed, count):
    levels = (words(seed, count * 3 * (16 + SIZE * SIZE)) >> numpy.uint32(24)).astype(numpy.float32) - 128
    board = levels[: count * 3 * 16].reshape(count, 3, 4, 4) / 64
    noise = levels[count * 3 * 16 :].reshape(count, 3, SIZE, SIZE) / 256
    cells = numpy.arange(SIZE) * 4 // SIZE
    return (board[:, :, cells][:, :, :, cells] + noise).transpose(0, 2, 3, 1)


def randomise(model, seed):
    """Random scales, and statistics of a batch, for every BatchNorm; other weights as Keras draws them."""
    generator = numpy.random.default_rng(seed)
    norms = [layer for layer in model.layers if isinstance(layer, keras.layers.BatchNormalization)]
    for layer in norms:
        layer.momentum = 0.0
        layer.gamma.assign(generator.uniform(0.5, 1.0, layer.gamma.shape))
        layer.beta.assign(generator.normal(0, 0.5, layer.beta.shape))
    model(images(seed + 1, 8), training=True)


def maps_by_layer(model, pixels, classes):
    """Raw Grad-CAM maps of every layer with a grid, and the logits."""
    layers = [layer for layer in model.layers if len(layer.output.shape) == 4 and layer is not model.layers[0]]
    tapped = keras.Model(model.inputs, [*(layer.output for layer in layers), model.output])
    with tf.GradientTape() as tape:
        *activations, logits = tapped(pixels, training=False)
        chosen = tf.argmax(logits, 1) if classes is None else classes
        score = tf.reduce_sum(tf.gather(logits, chosen, axis=1, batch_dims=1))
    gradients = tape.gradient(score, activations)
    maps = {
        layer.name: tf.reduce_sum(tf.reduce_mean(g, (1, 2), keepdims=True) * a, 3).numpy()
        for layer, a, g in zip(layers, activations, gradients)
        if g is not None and a.shape[1] > 1
    }
    return maps, logits.numpy()


def packed(array):
    return base64.b64encode(numpy.ascontiguousarray(array, numpy.float32).tobytes()).decode()


def run(name, folder, seed):
    family, layers = MODELS[name]
    keras.utils.set_random_seed(seed)
    make = getattr(keras.applications, name)
    settings = {"weights": None, "classes": CLASSES, "input_shape": (SIZE, SIZE, 3)}
    model = make(**settings)
    randomise(model, seed)
    here = folder / name
    here.mkdir(parents=True, exist_ok=True)
    file = here / "tf2onnx.onnx"
    signature = (tf.TensorSpec((None, SIZE, SIZE, 3), tf.float32, name="input"),)
    tf2onnx.convert.from_keras(model, input_signature=signature, opset=OPSET, output_path=str(file))

    single = make(**settings, classifier_activation=None)
    single.set_weights(model.get_weights())
    keras.config.set_floatx("float64")
    double = make(**settings, classifier_activation=None)
    double.set_weights(model.get_weights())
    keras.config.set_floatx("float32")

    best = None
    for candidate in range(seed + 100, seed + 110):
        pixels = images(candidate, COUNT)
        maps, logits = maps_by_layer(double, pixels.astype(numpy.float64), None)
        classes = logits.argmax(1)
        noise = numpy.random.default_rng(candidate)
        alike = [pixels, *(pixels * (1 + NOISE * noise.standard_normal(pixels.shape).astype(numpy.float32)) for _ in range(3))]
        rounded = [maps_by_layer(single, batch, classes)[0] for batch in alike]
        roundings = {
            path: max(float((abs(one[path] - exact).max((1, 2)) / abs(exact).max((1, 2))).max()) for one in rounded)
            for path, exact in maps.items()
        }
        worst = max(roundings[layer] for layer in [*layers, list(maps)[-1]])
        if best is None or worst < best[0]:
            best = (worst, candidate, maps, roundings, logits)
        if worst < 3e-4:
            break
    _, candidate, maps, roundings, logits = best
    answers = {
        "input": {"seed": candidate, "count": COUNT, "channels": 3, "height": SIZE, "width": SIZE, "layout": "NHWC"},
        "layers": layers,
        "predicted": logits.argmax(1).tolist(),
        "logits": packed(logits),
        "maps": {path: {"values": packed(values), "rounding": roundings[path]} for path, values in maps.items()},
    }
    (here / "reference.json").write_text(json.dumps(answers))
    return {"exporter": "tf2onnx", "opset": OPSET, "givenUp": [], "file": str(file), "reference": str(here / "reference.json")}


def main(lines):
    folder, *names = sys.argv[1:]
    for number, (name, (family, _)) in enumerate(MODELS.items()):
        if names and name not in names:
            continue
        line = {"name": name, "source": "keras", "family": family, "size": SIZE}
        try:
            line.update(run(name, Path(folder), 1000 * (number + 1)))
        except Exception as error:
            line.update(exporter="tf2onnx", failed=f"{type(error).__name__}: {error}"[:300])
        print(json.dumps(line), file=lines, flush=True)


if __name__ == "__main__":
    standard_output = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    main(standard_output)
