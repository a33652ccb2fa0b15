"""Keras's preprocessing layers as JSON, and the tensors that Keras makes of photos with them.

    KERAS_BACKEND=jax python3 test/oracle/keras_layers.py <folder of photos> <output folder> [<number of photos>]

Writes what recipes.py writes, with `recipe.json` as Keras writes it. Needs keras and Pillow; with the backend torch, `nearest` is another filter. With a
picture and a file that ends in .json it writes the golden of `npm test`, of small sizes:

    KERAS_BACKEND=jax python3 test/oracle/keras_layers.py test/goldens/preprocess/landscape.png test/goldens/preprocess/keras-layers.json
"""

import base64
import json
import sys
from pathlib import Path

import keras
import numpy
from keras import layers
from PIL import Image

IMAGENET = dict(mean=[0.485, 0.456, 0.406], variance=[0.229**2, 0.224**2, 0.225**2])


def pipelines(part):
    """Of usual sizes, or of sizes that are so many times smaller."""

    def resizing(height, width, **options):
        return layers.Resizing(height // part, width // part, **options)

    yield "squish", [resizing(224, 224), layers.Rescaling(1 / 127.5, offset=-1)]
    yield "wide", [resizing(160, 192), layers.Rescaling(1 / 255)]
    yield "crop", [resizing(224, 224, crop_to_aspect_ratio=True), layers.Rescaling(1 / 255), layers.Normalization(**IMAGENET)]
    yield "crop-wide", [resizing(304, 448, crop_to_aspect_ratio=True), layers.Rescaling(1 / 255)]
    cut = layers.CenterCrop(224 // part - 1, 224 // part)
    yield "center-crop", [resizing(256, 256), cut, layers.Normalization(mean=[120, 115, 100], variance=[4000, 3900, 4100])]
    scales = numpy.array([1 / 255, 1 / 127.5, 1 / 64])
    yield "nearest", [resizing(96, 128, interpolation="nearest"), layers.Rescaling(scales, offset=[0, -1, 0.5])]
    yield "twice", [layers.Normalization(mean=10.0, variance=4.0), resizing(128, 128), layers.Rescaling(0.5, offset=0.25)]
    yield "inverted", [resizing(128, 128), layers.Normalization(mean=[0.5, 0.4, 0.3], variance=[0.04, 0.05, 0.06], invert=True)]
    yield "antialias", [resizing(224, 224, antialias=True), layers.Rescaling(1 / 255)]
    yield "random", [layers.RandomFlip(), resizing(128, 128), layers.RandomRotation(0.1), layers.Rescaling(1 / 255)]


def keras_layer_recipes(part=1):
    for name, parts in pipelines(part):
        model = keras.Sequential([keras.Input((None, None, 3)), *parts])
        apply = lambda image, parts=parts: numpy.asarray(through(parts, numpy.asarray(image, numpy.float32)[None]))[0].transpose(2, 0, 1)
        yield f"keras-layers-{name}", json.loads(model.to_json()), apply


def through(parts, pixels):
    for layer in parts:
        pixels = layer(pixels, training=False) if "training" in layer._call_signature.parameters else layer(pixels)
    return pixels


def main(folder, output, count):
    every = sorted(Path(folder).iterdir())
    photos = every[:: max(len(every) // count, 1)][:count]
    for name, recipe, apply in keras_layer_recipes():
        own = Path(output) / name
        own.mkdir(parents=True, exist_ok=True)
        (own / "recipe.json").write_text(json.dumps(recipe))
        for path in photos:
            tensor = numpy.asarray(apply(Image.open(path).convert("RGB")), dtype=numpy.float32)
            tensor.tofile(own / f"{path.name}.f32")


def write_golden(picture, output):
    image = Image.open(picture).convert("RGB")
    cases = []
    for name, recipe, apply in keras_layer_recipes(16):
        values = numpy.ascontiguousarray(apply(image), dtype="<f4")
        cases.append({"name": name, "recipe": recipe, "shape": values.shape, "values": base64.b64encode(values.tobytes()).decode()})
    content = {"keras": keras.__version__, "cases": cases}
    Path(output).write_text(json.dumps(content) + "\n")


if __name__ == "__main__" and sys.argv[2].endswith(".json"):
    write_golden(sys.argv[1], sys.argv[2])
elif __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]) if len(sys.argv) > 3 else 50)
