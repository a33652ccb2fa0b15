"""The class of pictures and their map, with ONNX Runtime: python explain.py explained.onnx pixels.raw map.raw"""

import json
import sys

import numpy as np
import onnxruntime

model, pixels, output = sys.argv[1:]
session = onnxruntime.InferenceSession(model)
said = json.loads(session.get_modelmeta().custom_metadata_map["gradline"])
name = next(each["name"] for each in said["outputs"] if each["kind"] == "map")
size = said["image"]
pictures = np.fromfile(pixels, np.uint8).reshape(-1, size["height"], size["width"], 3)
scores, maps = session.run(["scores", name], {"pixels": pictures})
maps.tofile(output)
print(f"class {scores[0].argmax()}, score {scores[0].max():.3f}")
