"""Quantises a float model in the ways that onnxruntime.quantization has, calibrated with pictures as the model takes them:

    python3 test/oracle/quantize.py <model.onnx> <folder of .f32 files> <folder for the quantised files>

A .f32 file holds one picture, `[1, C, H, W]` in float32. The model has one input. Needs onnx, onnxruntime, numpy."""

import os
import sys

import numpy as np
import onnx
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_dynamic, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process

U8, I8 = QuantType.QUInt8, QuantType.QInt8
STATIC = {
    "qdq": dict(quant_format=QuantFormat.QDQ, activation_type=U8, weight_type=I8),
    "qdq-channels": dict(quant_format=QuantFormat.QDQ, activation_type=U8, weight_type=I8, per_channel=True),
    "qdq-int16": dict(quant_format=QuantFormat.QDQ, activation_type=QuantType.QInt16, weight_type=I8, per_channel=True, extra_options={"UseQDQContribOps": True}),
    "qoperator": dict(quant_format=QuantFormat.QOperator, activation_type=U8, weight_type=I8),
    "qoperator-channels": dict(quant_format=QuantFormat.QOperator, activation_type=U8, weight_type=I8, per_channel=True),
}


class Pictures(CalibrationDataReader):
    def __init__(self, name, shape, files):
        self.left = iter([{name: np.fromfile(file, "<f4").reshape(1, *shape)} for file in files])

    def get_next(self):
        return next(self.left, None)


model, pictures, target = sys.argv[1:]
os.makedirs(target, exist_ok=True)
# What the quantiser's own documentation asks for first: folded normalisations and known shapes.
prepared = os.path.join(target, "prepared.onnx")
quant_pre_process(model, prepared)
weights = {tensor.name for tensor in onnx.load(prepared).graph.initializer}
(taken,) = [each for each in onnx.load(prepared).graph.input if each.name not in weights]
shape = [dim.dim_value for dim in taken.type.tensor_type.shape.dim][1:]
files = sorted(os.path.join(pictures, name) for name in os.listdir(pictures) if name.endswith(".f32"))
for name, options in STATIC.items():
    quantize_static(prepared, os.path.join(target, f"{name}.onnx"), Pictures(taken.name, shape, files), **options)
quantize_dynamic(prepared, os.path.join(target, "dynamic.onnx"), weight_type=U8)
os.remove(prepared)
