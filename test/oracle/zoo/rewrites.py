"""Exports as people hand them on: made smaller by onnx-simplifier, or saved by ONNX Runtime after its own optimisation.

    python test/oracle/zoo/rewrites.py <folder of an earlier run>

prints lines as run.py does, for the rewritten files of the classifiers in NAMES.
"""

import json
import os
import sys
from pathlib import Path

import onnx
import onnxsim

# Read when ONNX Runtime is imported.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
import onnxruntime  # noqa: E402

# A CNN, one with other activations, and three that ONNX Runtime fuses attention, normalisation and Gelu of.
NAMES = ["resnet18", "mobilenet_v3_small", "convnext_atto", "vit_tiny_patch16_224", "SwinForImageClassification"]
LEVELS = {
    "basic": onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC,
    "extended": onnxruntime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED,
    "all": onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL,
}


def simplified(file, target):
    model, is_same = onnxsim.simplify(onnx.load(file))
    if not is_same:
        raise RuntimeError("onnx-simplifier changed what the model computes")
    onnx.save_model(model, target)


def optimised(file, target, level):
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = level
    options.optimized_model_filepath = target
    onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])


def rewrites(line):
    """Lines for the rewritten files of one exported classifier."""
    file = line["file"]
    ways = {"onnx-simplifier": lambda target: simplified(file, target)}
    for name, level in LEVELS.items():
        ways[f"ONNX Runtime, {name}"] = lambda target, level=level: optimised(file, target, level)
    for way, write in ways.items():
        target = str(Path(file).with_name(f"{Path(file).stem}-{way.lower().replace(', ', '-').replace(' ', '-')}.onnx"))
        try:
            write(target)
            yield {**line, "rewritten": way, "file": target}
        except Exception as error:
            without_file = {key: value for key, value in line.items() if key != "file"}
            yield {**without_file, "rewritten": way, "failed": f"{type(error).__name__}: {error}"[:300]}


if __name__ == "__main__":
    for text in (Path(sys.argv[1]) / "exports.jsonl").read_text().splitlines():
        line = json.loads(text)
        if line["name"] in NAMES and line["exporter"] == "torchscript" and line.get("file") and not line.get("rewritten"):
            for rewritten in rewrites(line):
                print(json.dumps(rewritten), flush=True)
