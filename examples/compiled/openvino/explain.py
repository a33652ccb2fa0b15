"""The class of pictures and their map, with OpenVINO: python explain.py explained.onnx pixels.raw map.raw"""

import sys

import numpy as np
import openvino

model, pixels, output = sys.argv[1:]
core = openvino.Core()
# Its own choice on some processors is half precision.
compiled = core.compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
_, height, width, _ = compiled.input("pixels").partial_shape
results = compiled({"pixels": np.fromfile(pixels, np.uint8).reshape(-1, height.get_length(), width.get_length(), 3)})
name = next(name for each in compiled.outputs for name in each.names if name.startswith("map/"))
results[name].tofile(output)
scores = results["scores"]
print(f"class {scores[0].argmax()}, score {scores[0].max():.3f}")
