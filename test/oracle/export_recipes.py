"""The recipes of docs/guide/export.md, run: each writes a file as the guide says, and is compared with its framework.

    python3 test/oracle/export_recipes.py <output folder> [<recipe> ...]

Prints the versions, then for each recipe the largest difference between ONNX Runtime's scores and the framework's for batches of 1 and 3, how far apart
the framework's own are, and what `gradline layers` (dist/cli/main.js, `npm run build` first) makes of the file. Weights are random: nothing is
downloaded. Recipes whose packages are not installed are said to be left out. Needs torch, onnx, onnxscript and onnxruntime; torchvision, timm, transformers, scikit-learn and skl2onnx, Keras with
tensorflow and tf2onnx, ultralytics with onnxslim, fastai, and lightning for their own.
"""

import importlib
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy
import onnx
import torch

# Read when ONNX Runtime is imported.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
import onnxruntime  # noqa: E402

MAIN = Path(__file__).resolve().parents[2] / "dist" / "cli" / "main.js"
PIXELS = torch.randn(3, 3, 224, 224, generator=torch.Generator().manual_seed(0))


def by_dynamo(model, path):
    torch.onnx.export(
        model,
        (PIXELS,),
        path,
        dynamo=True,
        external_data=False,
        input_names=["pixels"],
        output_names=["logits"],
        dynamic_shapes=({0: torch.export.Dim("batch", min=1)},),
    )


def by_torchscript(model, path):
    torch.onnx.export(
        model,
        (PIXELS,),
        path,
        dynamo=False,
        input_names=["pixels"],
        output_names=["logits"],
        dynamic_axes={"pixels": {0: "batch"}, "logits": {0: "batch"}},
    )


def torchvision_model():
    from torchvision import models

    return models.resnet18(weights=None)


def timm_model():
    import timm

    return timm.create_model("convnext_atto", pretrained=False, num_classes=10)


class Logits(torch.nn.Module):
    """A classifier of transformers returns a dictionary; the file is to return its logits alone."""

    def __init__(self, net):
        super().__init__()
        self.net = net

    def forward(self, pixels):
        return self.net(pixel_values=pixels).logits


def transformers_model():
    from transformers import ViTConfig, ViTForImageClassification

    config = ViTConfig(hidden_size=48, num_hidden_layers=3, num_attention_heads=3, intermediate_size=96, num_labels=10)
    return Logits(ViTForImageClassification(config))


def timm_described(path):
    """With the recipe of its pictures and the names of its classes in the file itself."""
    model = timm_model().eval()
    by_dynamo(model, path)
    file = onnx.load(path)
    names = [f"class {i}" for i in range(10)]
    onnx.helper.set_model_props(file, {"pretrained_cfg": json.dumps(model.pretrained_cfg), "class_names": json.dumps(names)})
    onnx.save(file, path)
    with torch.no_grad():
        return model(PIXELS).numpy()


def torch_recipe(make, export):
    def run(path):
        torch.manual_seed(0)
        model = make().eval()
        export(model, path)
        with torch.no_grad():
            return model(PIXELS).numpy()

    return run


def scikit_learn(path):
    """A logistic regression over pooled features, joined to the network that makes them."""
    from onnx.compose import merge_models
    from onnx.version_converter import convert_version
    from skl2onnx import to_onnx
    from sklearn.linear_model import LogisticRegression

    torch.manual_seed(0)
    features = torchvision_model().eval()
    features.fc = torch.nn.Identity()
    backbone = path.with_name("features.onnx")
    by_torchscript(features, backbone)
    with torch.no_grad():
        rows = features(PIXELS).numpy()
    head = LogisticRegression().fit(rows, ["fox", "crow", "owl"])
    first = onnx.load(backbone)
    opset = first.opset_import[0].version
    # Without the dictionaries of a ZipMap, and in the network's own operator set.
    second = to_onnx(head, rows[:1], options={"zipmap": False}, target_opset={"": opset, "ai.onnx.ml": 3})
    first.ir_version = second.ir_version = 8
    joined = merge_models(first, second, io_map=[("logits", second.graph.input[0].name)])
    onnx.save(joined, path)
    return head.predict_proba(rows)


def keras_model(path):
    """Rows, columns, colours, as TensorFlow has pictures."""
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import keras

    keras.utils.set_random_seed(0)
    model = keras.applications.MobileNetV2(weights=None, classes=10, classifier_activation=None)
    # A model that was never called has no shapes to export.
    expected = model.predict(PIXELS.numpy().transpose(0, 2, 3, 1), verbose=0)
    model.export(str(path), format="onnx", verbose=False)
    return expected


def ultralytics_model(path):
    """Its exporter chooses the file's name, and the file has the names of the classes in it."""
    from ultralytics import YOLO

    torch.manual_seed(0)
    model = YOLO("yolo11n-cls.yaml")
    written = model.export(format="onnx", imgsz=224, dynamic=True, simplify=False)
    Path(written).replace(path)
    network = model.model.eval()
    with torch.no_grad():
        answer = network(PIXELS)
    return (answer[0] if isinstance(answer, tuple) else answer).numpy()


def fastai_model():
    """What `vision_learner` makes, whose `learn.model` is exported."""
    from fastai.vision.learner import create_vision_model
    from torchvision import models

    return create_vision_model(models.resnet18, 10, pretrained=False)


def lightning_model():
    import lightning

    class Classifier(lightning.LightningModule):
        def __init__(self):
            super().__init__()
            self.net = torchvision_model()

        def forward(self, pixels):
            return self.net(pixels)

    return Classifier()


RECIPES = {
    "torchvision-torchscript": torch_recipe(torchvision_model, by_torchscript),
    "torchvision-dynamo": torch_recipe(torchvision_model, by_dynamo),
    "timm-torchscript": torch_recipe(timm_model, by_torchscript),
    "timm-dynamo": torch_recipe(timm_model, by_dynamo),
    "timm-described": timm_described,
    "transformers-torchscript": torch_recipe(transformers_model, by_torchscript),
    "transformers-dynamo": torch_recipe(transformers_model, by_dynamo),
    "scikit-learn": scikit_learn,
    "keras": keras_model,
    "ultralytics": ultralytics_model,
    "fastai-torchscript": torch_recipe(fastai_model, by_torchscript),
    "fastai-dynamo": torch_recipe(fastai_model, by_dynamo),
    "lightning-torchscript": torch_recipe(lightning_model, by_torchscript),
    "lightning-dynamo": torch_recipe(lightning_model, by_dynamo),
}


def difference(path, expected):
    session = onnxruntime.InferenceSession(path)
    first = session.get_inputs()[0]
    pixels = PIXELS.numpy() if first.shape[1] == 3 else PIXELS.numpy().transpose(0, 2, 3, 1)
    largest = 0.0
    for count in (1, 3):
        outputs = session.run(None, {first.name: pixels[:count]})
        scores = next(array for array in outputs if getattr(array, "shape", None) == expected[:count].shape)
        largest = max(largest, float(numpy.abs(scores - expected[:count]).max()))
    # Random weights may answer nearly the same to everything.
    return largest, float(expected.max() - expected.min())


def layers(path):
    answer = subprocess.run(["node", MAIN, "layers", path, "--json"], capture_output=True, text=True)
    if answer.returncode != 0:
        return answer.stderr.strip()
    found = json.loads(answer.stdout)
    return f"{found['output']['classCount']} classes, {found['output']['activation']}, layers {', '.join(found['suggestions'])}"


def main(folder, *wanted):
    for package in ["torch", "torchvision", "timm", "transformers", "sklearn", "skl2onnx", "onnx", "onnxscript", "onnxruntime", "keras", "tensorflow", "tf2onnx", "ultralytics", "fastai", "lightning"]:
        try:
            print(package, importlib.import_module(package).__version__)
        except ImportError:
            print(package, "is not installed")
    Path(folder).mkdir(parents=True, exist_ok=True)
    for name in wanted or RECIPES:
        path = Path(folder) / f"{name}.onnx"
        try:
            expected = RECIPES[name](path)
        except ModuleNotFoundError as error:
            print(f"{name}: left out, {error}")
            continue
        largest, spread = difference(path, expected)
        print(f"{name}: difference {largest:.1e} of a spread of {spread:.1e}; {layers(path)}")


if __name__ == "__main__":
    main(*sys.argv[1:])
