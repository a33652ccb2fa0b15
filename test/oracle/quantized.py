"""Makes test/goldens/quantized: a small residual network as onnxruntime.quantization writes it in each format, and Grad-CAM by the
straight-through rule, computed with torch.autograd from the QDQ files: `python3 test/oracle/quantized.py` (onnx, onnxruntime, torch)."""

import json
import os

import numpy as np
import onnx
import torch
import torch.nn.functional as F
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_dynamic, quantize_static

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "goldens", "quantized")
SIDE, CLASSES = 24, 4
U8, I8 = QuantType.QUInt8, QuantType.QInt8
FORMATS = {
    "qdq": dict(quant_format=QuantFormat.QDQ, activation_type=U8, weight_type=I8, per_channel=True),
    "qdq-int8": dict(quant_format=QuantFormat.QDQ, activation_type=I8, weight_type=I8, reduce_range=True, extra_options={"ActivationSymmetric": True}),
    "qdq-int16": dict(quant_format=QuantFormat.QDQ, activation_type=QuantType.QInt16, weight_type=I8, extra_options={"UseQDQContribOps": True}),
    "qdq-pairs": dict(quant_format=QuantFormat.QDQ, activation_type=U8, weight_type=U8, extra_options={"DedicatedQDQPair": True}),
    "qoperator": dict(quant_format=QuantFormat.QOperator, activation_type=U8, weight_type=I8),
    "qoperator-channels": dict(quant_format=QuantFormat.QOperator, activation_type=U8, weight_type=I8, per_channel=True),
}


def network(end):
    rng = np.random.default_rng(18)
    nodes, weights = [], []

    def weight(name, values):
        weights.append(numpy_helper.from_array(np.asarray(values, np.float32), name))
        return name

    def op(kind, inputs, name, **attributes):
        nodes.append(helper.make_node(kind, inputs, [f"{name}_output_0"], name=name, **attributes))
        return f"{name}_output_0"

    def conv(x, name, before, after, stride=1):
        w = weight(f"{name}.weight", rng.normal(0, (2 / (before * 9)) ** 0.5, (after, before, 3, 3)))
        return op("Conv", [x, w, weight(f"{name}.bias", rng.normal(0, 0.1, after))], name, kernel_shape=[3, 3], strides=[stride] * 2, pads=[1] * 4)

    x = op("Relu", [conv("input", "/conv1/Conv", 3, 6)], "/relu/Relu")
    x = op("MaxPool", [x], "/maxpool/MaxPool", kernel_shape=[2, 2], strides=[2, 2])
    x = op("Relu", [conv(x, "/layer1/layer1.0/conv1/Conv", 6, 8, 2)], "/layer1/layer1.0/relu/Relu")
    y = op("Relu", [conv(x, "/layer2/layer2.0/conv1/Conv", 8, 8)], "/layer2/layer2.0/relu/Relu")
    y = op("Add", [conv(y, "/layer2/layer2.0/conv2/Conv", 8, 8), x], "/layer2/layer2.0/Add")
    x = op("Relu", [y], "/layer2/layer2.0/relu_1/Relu")
    x = op("Flatten", [op("GlobalAveragePool", [x], "/avgpool/GlobalAveragePool")], "/Flatten")
    fc = [weight("fc.weight", rng.normal(0, 1.2, (CLASSES, 8))), weight("fc.bias", rng.normal(0, 0.1, CLASSES))]
    x = op("Gemm", [x, *fc], "/fc/Gemm", transB=1)
    if end is not None:
        x = op(end, [x], f"/{end}", axis=1)
    value = lambda name, shape: helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
    graph = helper.make_graph(nodes, "small", [value("input", ["n", 3, SIDE, SIDE])], [value(x, ["n", CLASSES])], weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 9
    return model


class Images(CalibrationDataReader):
    def __init__(self, images):
        self.left = iter([{"input": image[None]} for image in images])

    def get_next(self):
        return next(self.left, None)


class Rounded(torch.autograd.Function):
    """To whole numbers less the zero point, clipped; the gradient passes where nothing was clipped."""

    @staticmethod
    def forward(ctx, x, scale, zero, low, high):
        whole = x / scale + zero
        ctx.save_for_backward((whole > low - 0.5) & (whole < high + 0.5))
        ctx.scale = scale
        return torch.clamp(torch.round(x / scale) + zero, low, high) - zero

    @staticmethod
    def backward(ctx, gradient):
        return gradient * ctx.saved_tensors[0] / ctx.scale, None, None, None, None


def straight_through(path, images, hooked):
    """Grad-CAM of the predicted class at a tensor, which is read behind its pair, and the scores before they are quantised."""
    model = onnx.load(path)
    constants = {w.name: numpy_helper.to_array(w) for w in model.graph.initializer}
    values = {"input": torch.tensor(images)}
    # With a pair for each reader, all of them stand for the one tensor.
    read = lambda name: [n.output[0] for n in model.graph.node if n.op_type in ("QuantizeLinear", "DequantizeLinear") and n.input[0] == name]
    pairs = [floats for whole in read(hooked) for floats in read(whole)]
    activations = None

    def value(name):
        return values[name] if name in values else torch.tensor(constants[name])

    def along(name, rank, axis):
        c = torch.tensor(constants[name].astype(np.float32))
        return c.reshape([-1 if i == axis else 1 for i in range(rank)]) if c.numel() > 1 else c.reshape(())

    for node in model.graph.node:
        a = {x.name: helper.get_attribute_value(x) for x in node.attribute}
        inputs, output = node.input, node.output[0]
        if node.op_type == "QuantizeLinear":
            x = value(inputs[0])
            limits = np.iinfo(constants[inputs[2]].dtype)
            values[output] = Rounded.apply(x, along(inputs[1], x.dim(), 1), along(inputs[2], x.dim(), 1), limits.min, limits.max)
        elif node.op_type == "DequantizeLinear" and inputs[0] in constants:
            w = torch.tensor(constants[inputs[0]].astype(np.float32))
            zero = along(inputs[2], w.dim(), a.get("axis", 1)) if len(inputs) > 2 else 0
            values[output] = (w - zero) * along(inputs[1], w.dim(), a.get("axis", 1))
        elif node.op_type == "DequantizeLinear":
            values[output] = value(inputs[0]) * along(inputs[1], values[inputs[0]].dim(), 1)
        elif node.op_type == "Conv":
            values[output] = F.conv2d(value(inputs[0]), value(inputs[1]), value(inputs[2]), a["strides"], a["pads"][:2])
        elif node.op_type == "MaxPool":
            values[output] = F.max_pool2d(value(inputs[0]), a["kernel_shape"], a["strides"])
        elif node.op_type == "Relu":
            values[output] = F.relu(value(inputs[0]))
        elif node.op_type == "Add":
            values[output] = value(inputs[0]) + value(inputs[1])
        elif node.op_type == "GlobalAveragePool":
            values[output] = value(inputs[0]).mean((2, 3), keepdim=True)
        elif node.op_type == "Flatten":
            values[output] = value(inputs[0]).flatten(1)
        elif node.op_type == "Gemm":
            logits = values[output] = value(inputs[0]) @ value(inputs[1]).T + value(inputs[2])
        else:
            raise ValueError(node.op_type)
        if output in pairs:
            if activations is None:
                activations = values[output].detach().requires_grad_(True)
            values[output] = activations
    own = values[model.graph.output[0].name]
    classes = own.argmax(1)
    (gradients,) = torch.autograd.grad(logits[range(len(images)), classes].sum(), activations)
    maps = (gradients.mean((2, 3), keepdim=True) * activations).sum(1)
    rounded = lambda tensor: [round(float(x), 6) for x in tensor.detach().flatten()]
    return {"scores": rounded(own), "classes": classes.tolist(), "map": rounded(maps)}


def main():
    os.makedirs(FOLDER, exist_ok=True)
    at = lambda name: os.path.join(FOLDER, name)
    rng = np.random.default_rng(3)
    coarse = rng.uniform(-2, 2, (6, 3, 6, 6))
    images = np.round(np.kron(coarse, np.ones((1, 1, 4, 4))) + rng.normal(0, 0.2, (6, 3, SIDE, SIDE)), 3).astype(np.float32)
    # Only four calibrate, so that the others' scores may leave the range.
    onnx.save(network(None), at("float.onnx"))
    onnx.save(network("Softmax"), at("softmax.onnx"))
    for name, options in FORMATS.items():
        quantize_static(at("float.onnx"), at(f"{name}.onnx"), Images(images[:4]), **options)
    quantize_static(at("softmax.onnx"), at("qdq-softmax.onnx"), Images(images[:4]), **FORMATS["qdq"])
    quantize_dynamic(at("float.onnx"), at("dynamic.onnx"), weight_type=U8)
    os.remove(at("softmax.onnx"))
    layers = {"layer1": "/layer1/layer1.0/relu/Relu_output_0", "layer2": "/layer2/layer2.0/relu_1/Relu_output_0"}
    expected = {
        name: {layer: straight_through(at(f"{name}.onnx"), images, tensor) for layer, tensor in layers.items()}
        for name in FORMATS
        if name.startswith("qdq")
    }
    written = {"images": [round(float(x), 4) for x in images.flatten()], "expected": expected}
    with open(at("expected.json"), "w") as file:
        json.dump(written, file)


if __name__ == "__main__":
    main()
