"""Gradients of single operators by torch.autograd, for test/explain/gradients/pytorch.test.ts.

    python3 test/oracle/operators.py test/goldens/operators/gradients.json

Each case is a function of one image, exported to ONNX by PyTorch itself. Values and gradients are computed in float64.
"""

import base64
import io
import json
import sys
import warnings

import numpy
import torch
from torch import nn
from torch.nn import functional as F

IMAGE = (1, 4, 6, 5)


class Lambda(nn.Module):
    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, x):
        return self.function(x)


def cases():
    """Name -> module or function of a tensor of IMAGE's shape, or with a shape of its own."""
    yield "conv", nn.Conv2d(4, 6, 3, stride=2, padding=1)
    yield "conv, groups and dilation", nn.Conv2d(4, 6, 3, padding=2, dilation=2, groups=2)
    yield "conv, depthwise, strided", nn.Conv2d(4, 4, 3, stride=2, padding=1, groups=4)
    yield "conv, 1x1, strided", nn.Conv2d(4, 3, 1, stride=2)
    yield "conv, one axis", nn.Conv1d(4, 3, 3, padding=1), (2, 4, 7)
    yield "conv, three axes", nn.Conv3d(2, 3, 3, stride=(1, 2, 2), padding=1), (1, 2, 3, 4, 5)
    yield "conv, transposed", nn.ConvTranspose2d(4, 3, 3, stride=2, padding=1, output_padding=1)
    yield "max pool", nn.MaxPool2d(3, stride=2, padding=1)
    yield "max pool, ceil", nn.MaxPool2d(2, ceil_mode=True)
    yield "max pool of ties", lambda x: F.max_pool2d(torch.relu(x - 0.8), 2)
    yield "average pool", nn.AvgPool2d(3, stride=2, padding=1)
    yield "average pool, pads not counted", nn.AvgPool2d(3, stride=2, padding=1, count_include_pad=False)
    yield "adaptive pools, joined", lambda x: torch.cat([F.adaptive_avg_pool2d(x, 1), F.adaptive_max_pool2d(x, 1)], 1)
    yield "linear", nn.Linear(5, 3)
    yield "matmul, broadcast", lambda x: x @ x[:1, :1].transpose(2, 3)
    yield "einsum", lambda x: torch.einsum("bchw,bdhw->bcd", x, x)
    yield "softmax", lambda x: torch.softmax(x, 1)
    yield "log softmax", lambda x: torch.log_softmax(x, -1)
    yield "batch norm", nn.BatchNorm2d(4).eval()
    yield "group norm", nn.GroupNorm(2, 4)
    yield "instance norm", nn.InstanceNorm2d(4, affine=True)
    yield "layer norm", nn.LayerNorm(5)
    yield "local response norm", nn.LocalResponseNorm(3, alpha=0.5)
    yield "normalize", lambda x: F.normalize(x, dim=1)
    for function in (F.relu, F.relu6, F.elu, F.selu, F.celu, F.gelu, F.silu, F.mish, F.softplus, F.softsign):
        yield function.__name__, function
    yield "gelu of tanh", lambda x: F.gelu(x, approximate="tanh")
    for function in (F.hardswish, F.hardsigmoid, F.leaky_relu, F.softshrink, F.hardshrink, F.logsigmoid, torch.erf):
        yield function.__name__, function
    yield "prelu", nn.PReLU(4)
    yield "amax with ties", lambda x: torch.relu(x).amax((2, 3))
    yield "maximum with ties", lambda x: torch.maximum(torch.relu(x), torch.zeros_like(x))
    yield "norm", lambda x: x.norm(dim=1)
    yield "logsumexp", lambda x: x.logsumexp(1)
    yield "variance", lambda x: x.var(dim=(2, 3), unbiased=False)
    yield "power", lambda x: (x.abs() + 0.5) ** 1.7
    yield "clamp", lambda x: x.clamp(-0.5, 0.7)
    yield "where", lambda x: torch.where(x > 0.3, x * 2, x.exp())
    yield "slice", lambda x: x[:, 1::2, 1:-1]
    yield "flip", lambda x: x.flip(2) * x
    yield "roll", lambda x: x.roll((1, -2), (2, 3)) * x
    yield "index", lambda x: x[:, [3, 0, 0, 2]]
    yield "unfold", nn.Unfold(3, padding=1)
    yield "pixel shuffle", lambda x: F.pixel_shuffle(x, 2)
    yield "pixel unshuffle", lambda x: F.pixel_unshuffle(x[:, :, :, :4], 2)
    yield "pad, reflect", lambda x: F.pad(x, (2, 1, 0, 3), mode="reflect")
    yield "pad, replicate", lambda x: F.pad(x, (2, 1, 0, 3), mode="replicate")
    yield "resize, nearest", lambda x: F.interpolate(x, scale_factor=2)
    yield "resize, bilinear", lambda x: F.interpolate(x, (9, 4), mode="bilinear", align_corners=False)
    yield "resize, bilinear, corners", lambda x: F.interpolate(x, (9, 8), mode="bilinear", align_corners=True)
    yield "resize, bicubic", lambda x: F.interpolate(x, (9, 8), mode="bicubic", align_corners=False)
    yield "cumulative sum", lambda x: x.cumsum(2)
    yield "lower triangle", lambda x: x.tril(-1)
    yield "largest", lambda x: x.topk(2, 1).values
    yield "repeat", lambda x: x.repeat(1, 2, 1, 1).tanh()
    yield "attention", Attention(8, 2), (2, 5, 8)


class Attention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads, self.qkv, self.out = heads, nn.Linear(width, 3 * width), nn.Linear(width, width)

    def forward(self, x):
        batch, length, width = x.shape
        qkv = self.qkv(x).reshape(batch, length, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4)
        query, key, value = qkv.unbind(0)
        weights = (query @ key.transpose(-2, -1) / query.shape[-1] ** 0.5).softmax(-1)
        return self.out((weights @ value).transpose(1, 2).reshape(batch, length, width))


def packed(tensor):
    return base64.b64encode(tensor.detach().numpy().astype("<f4").tobytes()).decode()


def golden(name, function, shape=IMAGE):
    module = function if isinstance(function, nn.Module) else Lambda(function)
    for tensor in [*module.parameters(), *module.buffers()]:
        if tensor.dtype == torch.float32:
            tensor.data = torch.rand(tensor.shape) + 0.1 if tensor.dim() < 2 else torch.randn(tensor.shape) * 0.5
    x = torch.randn(shape)
    buffer = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(module, x, buffer, opset_version=16, input_names=["input"], output_names=["output"])
    x = x.double().requires_grad_()
    output = module.double()(x)
    seed = torch.randn(output.shape)
    output.backward(seed.double())
    return {
        "name": name,
        "model": base64.b64encode(buffer.getvalue()).decode(),
        "shape": list(shape),
        "input": packed(x),
        "seed": packed(seed),
        "gradient": packed(x.grad),
    }


def main(path):
    torch.manual_seed(20)
    goldens = [golden(*case) for case in cases()]
    with open(path, "w", encoding="utf-8") as file:
        file.write("[\n" + ",\n".join(json.dumps(g) for g in goldens) + "\n]\n")
    size = sum(len(g["model"]) for g in goldens)
    print(f"{len(goldens)} operators, torch {torch.__version__}, numpy {numpy.__version__}, models {size} characters")


if __name__ == "__main__":
    main(sys.argv[1])
