"""Maps with ONNX's own reference implementation: python reference.py explained.onnx pixels.raw map.raw"""

import sys

import numpy as np
import onnx
from onnx.reference import ReferenceEvaluator

model, pixels, output = sys.argv[1:]
onnx.checker.check_model(model, full_check=True)
evaluator = ReferenceEvaluator(model)
height, width = [axis.dim_value for axis in onnx.load(model).graph.input[0].type.tensor_type.shape.dim][1:3]
name = next(name for name in evaluator.output_names if name.startswith("map/"))
pictures = np.fromfile(pixels, np.uint8).reshape(-1, height, width, 3)
scores, maps = evaluator.run(["scores", name], {"pixels": pictures})
maps.astype(np.float32).tofile(output)
print(f"class {scores[0].argmax()}, score {scores[0].max():.3f}")
