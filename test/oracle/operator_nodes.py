"""Gradients by torch.autograd of operators that PyTorch's exporter does not write, for test/explain/gradients/pytorch.test.ts.

    python3 test/oracle/operator_nodes.py test/goldens/operators/nodes.json

Each case is one ONNX node, or a few, written by hand, beside the same function in PyTorch. Values and gradients are computed in float64.
"""

import base64
import json
import math
import sys

import numpy
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from operators import packed
from torch.nn import functional as F

MICROSOFT = "com.microsoft"


def case(title, nodes, function, shape=(2, 3, 4), opset=18, sample=torch.randn, **constants):
    """`nodes` from `x` to `y`; `constants` by name, given to `function` behind x."""
    return dict(title=title, nodes=nodes, function=function, shape=shape, opset=opset, sample=sample, constants=constants)


def node(op, function, inputs="x", title=None, outputs="y", **how):
    """One node; what is no option of `case` and no constant of the node is an attribute."""
    domain, _, name = op.rpartition(".")
    options = {key: how.pop(key) for key in ("shape", "opset", "sample") if key in how}
    constants = {key: how.pop(key) for key in list(how) if isinstance(how[key], torch.Tensor)}
    made = helper.make_node(name, inputs.split(), outputs.split(), domain=domain, **how)
    return case(title or op, [made], function, **options, **constants)


def between(low, high):
    return lambda shape: torch.rand(shape) * (high - low) + low


def whole(*values):
    return torch.tensor(values, dtype=torch.int64)


def flat(x, *_):
    return x.reshape(-1)


def pointwise():
    inner = between(-0.8, 0.8)
    for name in ("Acos", "Asin", "Atanh"):
        yield node(name, getattr(torch, name.lower()), sample=inner)
    for name in ("Asinh", "Atan", "Cos", "Cosh", "Neg", "Sin", "Sinh"):
        yield node(name, getattr(torch, name.lower()))
    yield node("Acosh", torch.acosh, sample=between(1.5, 3))
    yield node("Tan", torch.tan, sample=between(-1, 1))
    yield node("Reciprocal", torch.reciprocal, sample=between(0.5, 2))
    yield node("Softsign", F.softsign)
    yield node("Mish", F.mish)
    yield node("Gelu", F.gelu, opset=20)
    yield node("Gelu", lambda x: F.gelu(x, approximate="tanh"), title="Gelu of tanh", opset=20, approximate="tanh")
    yield node("Swish", F.silu, opset=24)
    yield node("Swish", lambda x: x * torch.sigmoid(1.3 * x), title="Swish, alpha", opset=24, alpha=1.3)
    yield node("ThresholdedRelu", lambda x: F.threshold(x, 0.4, 0.0), alpha=0.4)
    yield node("Shrink", lambda x: F.softshrink(x, 0.3), lambd=0.3, bias=0.3)
    yield node("HardSigmoid", lambda x: (0.3 * x + 0.6).clamp(0, 1), alpha=0.3, beta=0.6)
    yield node("Celu", lambda x: F.celu(x, 0.7), alpha=0.7)
    yield node("Elu", lambda x: torch.where(x > 0, x, 1.4 * torch.expm1(x)), alpha=1.4)
    yield node(f"{MICROSOFT}.Gelu", F.gelu)
    yield node(f"{MICROSOFT}.QuickGelu", lambda x: x * torch.sigmoid(1.702 * x))
    bias = torch.randn(4)
    yield node(f"{MICROSOFT}.BiasGelu", lambda x, b: F.gelu(x + b), "x b", b=bias)
    yield node(f"{MICROSOFT}.FastGelu", lambda x, b: F.gelu(x + b, approximate="tanh"), "x b", b=bias)
    yield node("PRelu", lambda x, s: torch.where(x > 0, x, s * x), "x s", s=torch.rand(3, 1))


def arithmetic():
    """Broadcasting in each direction, with the gradient at either input."""
    shapes = [((2, 3, 4), (3, 1)), ((4,), (2, 3, 4)), ((2, 1, 4), (3, 1)), ((3, 4), ())]
    functions = {"Add": torch.add, "Sub": torch.sub, "Mul": torch.mul, "Div": torch.div, "Max": torch.maximum, "Min": torch.minimum}
    for name, function in functions.items():
        for i, (a, b) in enumerate(shapes):
            other = torch.rand(b) + 0.5
            yield node(name, function, "x c", f"{name}, x first, {i}", shape=a, c=other)
            yield node(name, lambda x, c, f=function: f(c, x), "c x", f"{name}, x second, {i}", shape=a, sample=between(0.5, 2), c=other)
    yield node("Pow", lambda x, c: torch.pow(x, c), "x c", sample=between(0.5, 2), c=torch.randn(3, 1))
    yield node("Pow", lambda x, c: torch.pow(c, x), "c x", "Pow, x the exponent", c=torch.rand(3, 1) + 0.5)
    yield node("Mod", lambda x, c: torch.fmod(x, c), "x c", fmod=1, c=torch.rand(3, 1) + 0.5)
    yield node("Mod", lambda x, c: torch.fmod(c, x), "c x", "Mod, x the divisor", fmod=1, sample=between(0.5, 2), c=torch.rand(3, 1) * 4)
    yield node("Sum", lambda x, a, b: x + a + b, "x a b", a=torch.randn(4), b=torch.randn(3, 1))
    yield node("Mean", lambda x, a, b: (x + a + b) / 3, "a x b", shape=(3, 1), a=torch.randn(4), b=torch.randn(2, 3, 4))


def reductions():
    def over(name, function, **how):
        for title, axes, keep in (("two axes kept", (0, 2), 1), ("one axis dropped", (-2,), 0), ("all axes", (0, 1, 2), 0)):
            yield node(name, lambda x, c, f=function: f(x, axes, keep == 1), "x c", f"{name}, {title}", keepdims=keep, c=whole(*axes), **how)

    def product(x, axes, keep):
        for axis in sorted(a % 3 for a in axes)[::-1]:
            x = x.prod(axis, keepdim=keep)
        return x

    yield from over("ReduceL1", lambda x, a, k: x.abs().sum(a, keepdim=k))
    yield from over("ReduceL2", lambda x, a, k: x.square().sum(a, keepdim=k).sqrt())
    yield from over("ReduceLogSum", lambda x, a, k: x.sum(a, keepdim=k).log(), sample=between(0.5, 2))
    yield from over("ReduceLogSumExp", lambda x, a, k: x.logsumexp(a, keepdim=k))
    yield from over("ReduceMax", lambda x, a, k: x.amax(a, keepdim=k))
    yield from over("ReduceMean", lambda x, a, k: x.mean(a, keepdim=k))
    yield from over("ReduceMin", lambda x, a, k: x.amin(a, keepdim=k))
    yield from over("ReduceProd", product)
    yield from over("ReduceSum", lambda x, a, k: x.sum(a, keepdim=k))
    yield from over("ReduceSumSquare", lambda x, a, k: x.square().sum(a, keepdim=k))


def windows():
    """Odd pads and strides, which PyTorch writes as a padding of its own."""
    image = (2, 4, 7, 8)
    odd = lambda x, value=0.0: F.pad(x, (0, 1, 2, 1), value=value)  # noqa: E731
    pads = dict(pads=[2, 0, 1, 1], strides=[3, 2], shape=image)
    weights = torch.randn(6, 2, 3, 2)
    yield node("Conv", lambda x, w: F.conv2d(odd(x), w, stride=(3, 2), groups=2), "x w", "Conv, odd pads and strides", group=2, w=weights, **pads)
    yield node("Conv", lambda x, w: F.conv2d(odd(x), w, dilation=(2, 3), groups=2), "x w", "Conv, odd pads and dilation", group=2, w=weights, pads=[2, 0, 1, 1], dilations=[2, 3], shape=image)

    def uneven(x, w):
        return F.conv_transpose2d(x, w, stride=(3, 2), groups=2)[:, :, 2:-1, :-1]

    yield node("ConvTranspose", uneven, "x w", "ConvTranspose, odd pads and strides", group=2, w=torch.randn(4, 3, 3, 4), **pads)
    square = dict(kernel_shape=[3, 2], **pads)
    yield node("MaxPool", lambda x: F.max_pool2d(odd(x, -math.inf), (3, 2), (3, 2)), title="MaxPool, odd pads", **square)
    yield node("AveragePool", lambda x: F.avg_pool2d(odd(x), (3, 2), (3, 2)), title="AveragePool, odd pads that count", count_include_pad=1, **square)

    def uncounted(x):
        ones = odd(torch.ones_like(x))
        return F.avg_pool2d(odd(x), (3, 2), (3, 2)) / F.avg_pool2d(ones, (3, 2), (3, 2))

    yield node("AveragePool", uncounted, title="AveragePool, odd pads that do not count", **square)
    for p in (1, 2, 3):
        powers = lambda x, p=p: (F.avg_pool2d(odd(x).abs() ** p, (3, 2), (3, 2)) * 6) ** (1 / p)  # noqa: E731
        yield node("LpPool", powers, title=f"LpPool, odd pads, p = {p}", p=p, **square)
        yield node("GlobalLpPool", lambda x, p=p: (x.abs() ** p).sum((2, 3), keepdim=True) ** (1 / p), title=f"GlobalLpPool, p = {p}", p=p, shape=image)
    yield node("GlobalMaxPool", lambda x: x.amax((2, 3), keepdim=True), shape=image)
    places = whole(0, 3, 9, 15, 2, 5, 8, 14).reshape(1, 2, 2, 2)
    unpool = lambda x, i: F.max_unpool2d(x, i, 2)  # noqa: E731
    offsets = places + whole(0, 16).reshape(1, 2, 1, 1)
    yield node("MaxUnpool", lambda x, i: unpool(x, places), "x i", shape=(1, 2, 2, 2), kernel_shape=[2, 2], strides=[2, 2], i=offsets)

    def fold(x, image, block):
        return F.fold(x, (4, 5), (3, 2), padding=1, stride=(2, 3), dilation=(1, 2))

    yield node("Col2Im", fold, "x image block", shape=(2, 12, 4), pads=[1, 1, 1, 1], strides=[2, 3], dilations=[1, 2], image=whole(4, 5), block=whole(3, 2))


def normalizations():
    image = (2, 6, 3, 2)
    scale, bias = torch.randn(6), torch.randn(6)
    normal = lambda x, axes, e: (x - x.mean(axes, keepdim=True)) / (x.var(axes, unbiased=False, keepdim=True) + e).sqrt()  # noqa: E731
    rms = lambda x, axes, e: x / (x.square().mean(axes, keepdim=True) + e).sqrt()  # noqa: E731
    how = dict(shape=image, s=scale, b=bias)
    yield node("GroupNormalization", lambda x, s, b: F.group_norm(x, 3, s.double(), b.double(), 1e-2), "x s b", epsilon=1e-2, num_groups=3, opset=21, **how)
    yield node("InstanceNormalization", lambda x, s, b: F.instance_norm(x, weight=s.double(), bias=b.double(), eps=1e-2), "x s b", epsilon=1e-2, **how)
    yield node("LayerNormalization", lambda x, s, b: F.layer_norm(x, (4,), s.double(), b.double()), "x s b", s=torch.randn(4), b=torch.randn(4))
    many = torch.randn(3, 4)
    yield node("LayerNormalization", lambda x, s: normal(x, (1, 2), 1e-5) * s, "x s", "LayerNormalization, two axes, no bias", axis=1, s=many)
    yield node("RMSNormalization", lambda x, s: rms(x, (-1,), 1e-5) * s, "x s", opset=23, s=torch.randn(4))
    yield node("SimplifiedLayerNormalization", lambda x, s: rms(x, (-1,), 1e-5) * s, "x s", s=torch.randn(4))
    yield node("MeanVarianceNormalization", lambda x: normal(x, (0, 2, 3), 0), shape=image)
    yield node("LpNormalization", lambda x: F.normalize(x, p=1, dim=1), axis=1, p=1, title="LpNormalization, p = 1")
    yield node("LpNormalization", lambda x: F.normalize(x, dim=0), axis=0)
    yield node("LRN", lambda x: F.local_response_norm(x, 5, alpha=0.7, beta=0.6, k=1.5), shape=image, size=5, alpha=0.7, beta=0.6, bias=1.5)
    weights = dict(skip=torch.randn(2, 3, 4), s=torch.randn(4), e=torch.randn(4))
    yield node(f"{MICROSOFT}.SkipLayerNormalization", lambda x, k, s, e: normal(x + k + e, (-1,), 1e-3) * s, "x skip s none e", epsilon=1e-3, **weights)
    yield node(f"{MICROSOFT}.SkipSimplifiedLayerNormalization", lambda x, k, s, e: rms(x + k + e, (-1,), 1e-3) * s, "x skip s e", epsilon=1e-3, **weights)


def products():
    a, b = torch.randn(5, 4), torch.randn(5)
    yield node("Gemm", lambda x, a, b: 0.7 * x.T @ a.T + 1.3 * b, "x a b", shape=(4, 3), transA=1, transB=1, alpha=0.7, beta=1.3, a=a, b=b)
    yield node("Gemm", lambda x, a: a.T @ x, "a x", "Gemm, x second", shape=(5, 3), transA=1, a=a)
    activated = dict(shape=(2, 4), transB=1, a=a, b=b)
    yield node(f"{MICROSOFT}.FusedGemm", lambda x, a, b: F.leaky_relu(x @ a.T + b, 0.2), "x a b", activation="LeakyRelu", activation_alpha=0.2, **activated)
    stacked = torch.randn(2, 5, 4)
    yield node(f"{MICROSOFT}.FusedMatMul", lambda x, c: 0.6 * x @ c.transpose(1, 2), "x c", transB=1, alpha=0.6, c=stacked)
    yield node(f"{MICROSOFT}.TransposeMatMul", lambda x, c: 0.6 * c.transpose(1, 2) @ x, "c x", transA=1, alpha=0.6, shape=(2, 5, 3), c=stacked)
    weights = torch.randn(3, 2, 3, 3)
    fused = lambda x, w, z: torch.relu(F.conv2d(x, w, padding=1) + z)  # noqa: E731
    yield node(f"{MICROSOFT}.FusedConv", fused, "x w none z", shape=(1, 2, 4, 5), pads=[1, 1, 1, 1], activation="Relu", w=weights, z=torch.randn(1, 3, 4, 5))


def attended(query, key, value, bias=0.0, scale=None):
    scores = query @ key.transpose(-1, -2) * (scale or query.shape[-1] ** -0.5) + bias
    return scores.softmax(-1) @ value


def heads(x, count):
    return x.reshape(x.shape[0], x.shape[1], count, -1).transpose(1, 2)


def joined(x):
    return x.transpose(1, 2).flatten(2)


def attention():
    key, value, bias = torch.randn(2, 2, 5, 4), torch.randn(2, 2, 5, 3), torch.randn(3, 5)
    how = dict(shape=(2, 2, 3, 4), opset=23, k=key, v=value, b=bias)
    yield node("Attention", attended, "x k v b", **how)
    yield node("Attention", lambda x, q, v: attended(q, x, v), "q x v", "Attention, x the keys", shape=(2, 2, 5, 4), opset=23, q=torch.randn(2, 2, 3, 4), v=value)
    yield node("Attention", lambda x, q, k: attended(q, k, x), "q k x", "Attention, x the values", shape=(2, 2, 5, 3), opset=23, q=torch.randn(2, 2, 3, 4), k=key)
    triangle = torch.full((4, 4), -math.inf).triu(1)
    yield node("Attention", lambda x: attended(x, x, x, triangle), "x x x", "Attention, causal, of itself", shape=(1, 2, 4, 3), opset=23, is_causal=1)
    weights, offset = torch.randn(4, 12), torch.randn(12)

    def fused(x, w, b):
        query, key, value = (heads(part, 2) for part in (x @ w + b).split(4, -1))
        return joined(attended(query, key, value))

    yield node(f"{MICROSOFT}.Attention", fused, "x w b", num_heads=2, w=weights, b=offset)
    k, v = torch.randn(2, 5, 4), torch.randn(2, 5, 6)
    many = lambda x, k, v: joined(attended(heads(x, 2), heads(k, 2), heads(v, 2)))  # noqa: E731
    yield node(f"{MICROSOFT}.MultiHeadAttention", many, "x k v", num_heads=2, k=k, v=v)

    angles = torch.randn(5, 2)
    turns = whole(0, 1, 2, 4, 1, 0).reshape(2, 3)

    def turned(x, *_):
        cosines, sines = angles.cos()[turns][:, None], angles.sin()[turns][:, None]
        first, second = x.chunk(2, -1)
        return torch.cat([first * cosines - second * sines, second * cosines + first * sines], -1)

    tables = dict(c=angles.cos(), s=angles.sin(), p=turns, shape=(2, 2, 3, 4))
    yield node("RotaryEmbedding", turned, "x c s p", opset=23, **tables)
    yield node(f"{MICROSOFT}.RotaryEmbedding", turned, "x p c s", **tables)


def moves():
    yield node("Identity", lambda x: x)
    yield node("Flatten", lambda x: x.flatten(1))
    yield node("CastLike", lambda x, c: x, "x c", c=torch.ones(1))
    yield node("Dropout", lambda x: x)
    yield node("SpaceToDepth", lambda x: F.pixel_unshuffle(x, 2).reshape(1, 2, 4, 2, 3).transpose(1, 2).reshape(1, 8, 2, 3), shape=(1, 2, 4, 6), blocksize=2)
    reversed_ = lambda x, n: torch.stack([torch.cat([x[:k, i].flip(0), x[k:, i]]) for i, k in enumerate((3, 1))], 1)  # noqa: E731
    yield node("ReverseSequence", reversed_, "x n", shape=(4, 2, 3), n=whole(3, 1))
    places = whole(1, 0, 1, 3, 3, 2).reshape(2, 3)
    yield node("GatherElements", lambda x, i: x.gather(1, i), "x i", shape=(2, 4), axis=1, i=places)
    yield node("GatherND", lambda x, i: x[i[:, 0], i[:, 1]], "x i", i=whole(0, 2, 1, 1, 0, 2).reshape(3, 2))
    updates = torch.randn(2, 3)
    once = whole(1, 0, 2, 3, 1, 2).reshape(2, 3)
    yield node("ScatterElements", lambda x, i, u: x.scatter(1, i, u.to(x)), "x i u", shape=(2, 4), axis=1, i=once, u=updates)
    yield node("ScatterElements", lambda x, c, i: c.to(x).scatter_add(1, i, x), "c i x", "ScatterElements, x added", shape=(2, 3), axis=1, reduction="add", c=torch.randn(2, 4), i=places)
    rows = whole(1, 0).reshape(2, 1)
    yield node("ScatterND", lambda x, i, u: x.index_put((i[:, 0],), u.to(x)), "x i u", shape=(3, 2), i=rows, u=torch.randn(2, 2))
    yield node("ScatterND", lambda x, c, i: c.to(x).index_put((i[:, 0],), x), "c i x", "ScatterND, x put", shape=(2, 2), c=torch.randn(3, 2), i=rows)
    yield node(f"{MICROSOFT}.Trilu", lambda x, k: x.triu(1), "x k", k=torch.tensor(1))
    yield node(f"{MICROSOFT}.ExpandDims", lambda x, k: x[:, None], "x k", k=torch.tensor(1, dtype=torch.int32))


def sampled():
    image, grid = torch.randn(2, 3, 4, 5), torch.rand(2, 3, 2, 2) * 3 - 1.5
    for padding in ("zeros", "border"):
        for aligned in (False, True):
            how = dict(padding_mode=padding, align_corners=int(aligned), opset=20)
            read = lambda x, grid, p=padding, a=aligned: F.grid_sample(x, grid, "bilinear", p, a)  # noqa: E731
            turned = lambda x, image, read=read: read(image, x)  # noqa: E731
            ends = f"{padding}, {'corners aligned' if aligned else 'edges'}"
            yield node("GridSample", read, "x g", f"GridSample, {ends}", shape=image.shape, g=grid, **how)
            yield node("GridSample", turned, "i x", f"GridSample, x the grid, {ends}", shape=grid.shape, sample=between(-1.3, 1.3), i=image, **how)
    near = lambda x, grid: F.grid_sample(x, grid, "nearest", align_corners=False)  # noqa: E731
    yield node("GridSample", near, "x g", "GridSample, nearest", mode="nearest", opset=20, shape=image.shape, g=grid)
    old = lambda x, grid: F.grid_sample(x, grid, align_corners=False)  # noqa: E731
    yield node(f"{MICROSOFT}.GridSample", old, "x g", shape=image.shape, g=grid)
    for aligned in (0, 1):
        affine = lambda x, size, a=aligned: F.affine_grid(x, size.tolist(), bool(a))  # noqa: E731
        yield node("AffineGrid", affine, "x size", f"AffineGrid, aligned {aligned}", shape=(2, 2, 3), opset=20, align_corners=aligned, size=whole(2, 3, 4, 5))


def recurrent():
    """In both directions, with first states; PyTorch orders the gates i f g o and r z n, ONNX i o f g and z r n."""
    order = {"LSTM": (0, 3, 1, 2), "GRU": (1, 0, 2), "RNN": (0,)}
    steps, rows, size, width = 5, 2, 3, 4
    for name, gates in order.items():
        layer = getattr(torch.nn, name)(size, width, bidirectional=True)

        def part(kind, gates=gates, layer=layer):
            both = [getattr(layer, f"{kind}_l0{end}").detach() for end in ("", "_reverse")]
            return torch.stack([torch.cat([tensor.split(width)[gate] for gate in gates]) for tensor in both])

        weights = dict(w=part("weight_ih"), r=part("weight_hh"), b=torch.cat([part("bias_ih"), part("bias_hh")], 1))
        first = torch.randn(2, rows, width)
        cell = dict(c=torch.randn(2, rows, width)) if name == "LSTM" else {}

        def run(x, w, r, b, h, c=None, layer=layer):
            output, _ = layer.double()(x, h if c is None else (h, c))
            return output.reshape(steps, rows, 2, width).transpose(1, 2)

        how = dict(direction="bidirectional", hidden_size=width, shape=(steps, rows, size), **weights, h=first, **cell)
        extra = {"linear_before_reset": 1} if name == "GRU" else {}
        yield node(name, run, "x w r b none h" + (" c" if cell else ""), **how, **extra)


def quantised():
    """Straight through, as PyTorch's fake quantisation has it."""
    scale, zero = torch.tensor(0.01), torch.tensor(100, dtype=torch.uint8)
    for domain in ("", MICROSOFT):
        nodes = [
            helper.make_node("QuantizeLinear", ["x", "s", "z"], ["q"], domain=domain),
            helper.make_node("DequantizeLinear", ["q", "s", "z"], ["y"], domain=domain),
        ]
        clipped = lambda x, *_: torch.fake_quantize_per_tensor_affine(x.float(), 0.01, 100, 0, 255).double()  # noqa: E731
        yield case(f"{domain} QuantizeLinear and back".strip(), nodes, clipped, s=scale, z=zero)
    whole_weights = torch.randint(-90, 90, (4, 5), dtype=torch.int8)
    start, factor = torch.tensor(7, dtype=torch.int8), torch.tensor(0.02)
    times = lambda x, w, f, z: x @ ((w.double() - 7) * 0.02)  # noqa: E731
    constants = dict(w=whole_weights, f=factor, z=start)
    dynamic = helper.make_node("DynamicQuantizeLinear", ["x"], ["q", "qs", "qz"])
    product = [
        helper.make_node("MatMulInteger", ["q", "w", "qz", "z"], ["i"]),
        helper.make_node("Cast", ["i"], ["r"], to=TensorProto.FLOAT),
        helper.make_node("Mul", ["qs", "f"], ["both"]),
        helper.make_node("Mul", ["r", "both"], ["y"]),
    ]
    yield case("MatMulInteger", [dynamic, *product], times, **constants)
    together = helper.make_node("MatMulIntegerToFloat", ["q", "w", "qs", "f", "qz", "z"], ["y"], domain=MICROSOFT)
    yield case("MatMulIntegerToFloat", [dynamic, together], times, **constants)
    yield node(f"{MICROSOFT}.DynamicQuantizeMatMul", times, "x w f z", **constants)


def cases():
    for family in (pointwise, arithmetic, reductions, windows, normalizations, products, attention, moves, sampled, recurrent, quantised):
        yield from family()


def golden(title, nodes, function, shape, opset, sample, constants):
    for made in nodes:
        made.input[:] = ["" if name == "none" else name for name in made.input]
    graph = helper.make_graph(
        nodes,
        "case",
        [helper.make_tensor_value_info("input", TensorProto.FLOAT, list(shape))],
        [helper.make_empty_tensor_value_info("output")],
        [numpy_helper.from_array(value.numpy(), name) for name, value in constants.items()],
    )
    for made in graph.node:
        made.input[:] = ["input" if name == "x" else name for name in made.input]
        made.output[:] = ["output" if name == "y" else name for name in made.output]
    imports = [helper.make_opsetid("", opset), helper.make_opsetid(MICROSOFT, 1)]
    model = helper.make_model(graph, opset_imports=imports, ir_version=8 if opset < 21 else 10)
    x = sample(shape).float()
    wide = x.double().requires_grad_()
    output = function(wide, *(c.double() if c.dtype == torch.float32 else c for c in constants.values()))
    seed = torch.randn(output.shape)
    output.backward(seed.double())
    return {
        "name": title,
        "model": packed_bytes(model.SerializeToString()),
        "shape": list(shape),
        "input": packed(x),
        "seed": packed(seed),
        "gradient": packed(wide.grad),
    }


def packed_bytes(data):
    return base64.b64encode(data).decode()


def main(path):
    torch.manual_seed(21)
    goldens = [golden(**made) for made in cases()]
    with open(path, "w", encoding="utf-8") as file:
        file.write("[\n" + ",\n".join(json.dumps(g) for g in goldens) + "\n]\n")
    print(f"{len(goldens)} cases, torch {torch.__version__}, onnx {onnx.__version__}, numpy {numpy.__version__}")


if __name__ == "__main__":
    main(sys.argv[1])
