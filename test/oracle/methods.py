"""Reference maps of every method, each written from its formula in float64: `python3 test/oracle/methods.py <thin goldens> <folder>`.

The networks, their weights and their pictures are those of the thin goldens.
"""

import json
import math
import sys
from dataclasses import replace
from pathlib import Path

import torch
from cases import NETWORKS, SMALL, VARIANTS
from generate import ROUNDING, floats, network, on_grid
from hooks import activations_and_gradients, submodule
from images import images, words
from torch import nn

CASES = {
    "resnet34": ["layer4", "layer1"],
    "mobilenet_v2": ["features.18", "features.13"],
    "convnext": ["features[-1]"],
    # Behind a LayerNorm: just before one, cells times gradients add up to zero, and HiResCAM is nothing but rounding.
    "vit": ["encoder.layers.encoder_layer_2.ln_1", "encoder.layers.encoder_layer_0"],
}
# Maps over pixels are stored as means over blocks of so many pixels a side.
BLOCK = 4
SIMILAR = 3


def grad_cam(a, g):
    return torch.einsum("nc,nchw->nhw", g.mean((2, 3)), a)


def grad_cam_plus_plus(a, g):
    """Chattopadhay et al. 2018, with alpha of equation 19 and powers of g for the derivatives of exp(score)."""
    alpha = g**2 / (2 * g**2 + g**3 * a.sum((2, 3), keepdim=True))
    weights = (alpha.nan_to_num(0) * g.clamp(min=0)).sum((2, 3))
    return torch.einsum("nc,nchw->nhw", weights, a)


def xgrad_cam(a, g):
    """Fu et al. 2020."""
    shares = (a / a.sum((2, 3), keepdim=True)).nan_to_num(0)
    return torch.einsum("nc,nchw->nhw", (shares * g).sum((2, 3)), a)


def hirescam(a, g):
    return torch.einsum("nchw,nchw->nhw", g, a)


def layercam(a, g):
    return torch.einsum("nchw,nchw->nhw", g.clamp(min=0), a)


def elementwise_grad_cam(a, g):
    return (g * a).clamp(min=0).sum(1)


def first_component(x):
    """Cells projected on the first right singular vector of `[cells, channels]`, signed to agree with the channels' sum."""
    maps = []
    for image in x:
        cells = image.flatten(1).T
        _, _, vt = torch.linalg.svd(cells, full_matrices=False)
        projection = cells @ vt[0]
        if projection @ cells.sum(1) < 0:
            projection = -projection
        maps.append(projection.view(image.shape[1:]))
    return torch.stack(maps)


LAYER_METHODS = {
    "grad-cam": grad_cam,
    "grad-cam++": grad_cam_plus_plus,
    "xgrad-cam": xgrad_cam,
    "hirescam": hirescam,
    "layercam": layercam,
    "elementwise-grad-cam": elementwise_grad_cam,
    "eigen-cam": lambda a, g: first_component(a),
    "eigen-grad-cam": lambda a, g: first_component(a * g),
}


class GuidedFunction(torch.autograd.Function):
    @staticmethod
    def forward(context, x, limit):
        y = x.clamp(0, limit)
        context.is_open = (x > 0) & (x < limit)
        return y

    @staticmethod
    def backward(context, g):
        return g * context.is_open * (g > 0), None


class GuidedReLU(nn.Module):
    def __init__(self, limit):
        super().__init__()
        self.limit = limit

    def forward(self, x):
        return GuidedFunction.apply(x, self.limit)


class without_negative_gradients:
    """Puts guided ReLUs in the place of a network's own."""

    def __init__(self, model):
        self.model = model
        self.own = []

    def __enter__(self):
        for parent in list(self.model.modules()):
            for name, layer in list(parent.named_children()):
                if isinstance(layer, (nn.ReLU, nn.ReLU6)):
                    self.own.append((parent, name, layer))
                    setattr(parent, name, GuidedReLU(6.0 if isinstance(layer, nn.ReLU6) else float("inf")))
        return self.own

    def __exit__(self, *error):
        for parent, name, layer in self.own:
            setattr(parent, name, layer)


def pixel_gradient(model, pixels, classes):
    pixels = pixels.clone().requires_grad_(True)
    model(pixels).gather(1, classes[:, None]).sum().backward()
    return pixels.grad


def largest_over_channels(gradient):
    return gradient.abs().amax(1)


def enlarged(maps, size):
    return nn.functional.interpolate(maps[:, None], size=size, mode="bilinear", align_corners=False)[:, 0]


def blocks(maps):
    """Means over blocks of pixels."""
    return nn.functional.avg_pool2d(maps[:, None], BLOCK)[:, 0]


def integrated_gradients(model, pixels, classes, steps=32):
    """Sundararajan et al. 2017, section 3, from zeros, at midpoints."""
    midpoints = [(step + 0.5) / steps for step in range(steps)]
    mean = sum(pixel_gradient(model, pixels * share, classes) for share in midpoints) / steps
    return (pixels * mean).sum(1)


def normal_numbers(count):
    """Box and Muller's normal numbers from the stream of words that images.py has too."""
    uniform = (torch.from_numpy(words(0x5EED, 2 * count).astype("float64")) + 0.5) / 2**32
    return (-2 * uniform[0::2].log()).sqrt() * (2 * math.pi * uniform[1::2]).cos()


def smoothgrad(model, pixels, classes, copies=25, level=0.15):
    """Smilkov et al. 2017."""
    noise = normal_numbers(copies * pixels[0].numel()).view(copies, *pixels.shape[1:]).float().to(pixels.dtype)
    deviation = level * (pixels.amax((1, 2, 3)) - pixels.amin((1, 2, 3)))
    noisy = [pixels + deviation[:, None, None, None] * one for one in noise]
    return largest_over_channels(sum(pixel_gradient(model, one, classes) for one in noisy) / copies)


def from_zero_to_one(parts):
    """Each image's magnitudes `[n, c, h, w]`, less their smallest and divided by their span."""
    size = parts.abs()
    low, high = size.amin((1, 2, 3), keepdim=True), size.amax((1, 2, 3), keepdim=True)
    return torch.where(high > low, (size - low) / (high - low), torch.zeros_like(size))


def biases_of(case, model):
    """Every module with a bias and a grid, with that bias as it is added to the module's output. No module: a parameter of the model."""
    found = []
    for name, module in model.named_modules():
        if isinstance(module, nn.Conv2d) and module.bias is not None:
            found.append((module, module.bias[:, None, None]))
        elif isinstance(module, nn.BatchNorm2d):
            shift = module.running_mean * module.weight / (module.running_var + module.eps).sqrt()
            found.append((module, (module.bias - shift)[:, None, None]))
        elif type(module).__name__ == "LayerNorm2d":
            found.append((module, module.bias[:, None, None]))
        elif isinstance(module, (nn.LayerNorm, nn.Linear)) and "self_attention" not in name:
            found.append((module, module.bias))
    if case.token_grid is not None:
        found.append((model.encoder.dropout, model.encoder.pos_embedding))
    return found


def bias_on_grid(case, product):
    """A module's output as `[n, c, h, w]`; None where it has no grid."""
    if product.dim() == 3 and case.token_grid is not None:
        return product[:, 1:].transpose(1, 2).unflatten(2, (case.token_grid, case.token_grid))
    if product.dim() != 4:
        return None
    # Channels last: rows and columns are equal and lie before the channels.
    last = product.shape[1] == product.shape[2] != product.shape[3]
    grid = product.permute(0, 3, 1, 2) if last else product
    return grid if grid.shape[2] * grid.shape[3] > 1 else None


def fullgrad(case, model, pixels, classes):
    """Srinivas and Fleuret 2019: input times gradient and bias times gradient of each layer, as magnitudes scaled layer by layer."""
    gradient = pixel_gradient(model, pixels, classes)
    total = from_zero_to_one(gradient * pixels).sum(1)
    modules, biases = zip(*biases_of(case, model))
    for bias, (_, g) in zip(biases, activations_and_gradients(model, pixels, modules, classes, lambda out: out)):
        parts = bias_on_grid(case, g * bias.detach())
        if parts is not None:
            total = total + enlarged(from_zero_to_one(parts).sum(1), pixels.shape[2:])
    return total


def score_cam(model, pixels, classes, a):
    """Wang et al. 2020, algorithm 1, with the logit as score."""
    scores = []
    for channel in range(a.shape[1]):
        mask = enlarged(a[:, channel], pixels.shape[2:])
        low, high = mask.amin((1, 2), keepdim=True), mask.amax((1, 2), keepdim=True)
        mask = torch.where(high > low, (mask - low) / (high - low), torch.zeros_like(mask))
        with torch.no_grad():
            scores.append(model(pixels * mask[:, None]).gather(1, classes[:, None]))
    return torch.einsum("nc,nchw->nhw", torch.cat(scores, 1).softmax(1), a)


def ablation_cam(case, model, pixels, classes, layer, a):
    """Desai and Ramaswamy 2020, without the division by the score."""
    with torch.no_grad():
        whole = model(pixels).gather(1, classes[:, None])
        weights = []
        for channel in range(a.shape[1]):

            def silence(module, inputs, output):
                output = output.clone()
                if case.token_grid is not None:
                    output[:, :, channel] = 0
                else:
                    output[:, channel] = 0
                return output

            handle = submodule(model, layer).register_forward_hook(silence)
            weights.append(whole - model(pixels).gather(1, classes[:, None]))
            handle.remove()
    return torch.einsum("nc,nchw->nhw", torch.cat(weights, 1), a)


def reciprocam(case, model, pixels, classes, layer, a):
    """Byun and Lee 2022: what the layer says when only a cell and its neighbours are left; the class token stays."""
    height, width = a.shape[2:]
    gaussian = torch.tensor([[1.0, 2, 1], [2, 4, 2], [1, 2, 1]], dtype=torch.double) / 16

    def score(mask):
        def keep(module, inputs, output):
            if case.token_grid is not None:
                return output * torch.cat([torch.ones(1, dtype=mask.dtype), mask.flatten()])[:, None]
            return output * mask

        handle = submodule(model, layer).register_forward_hook(keep)
        with torch.no_grad():
            answer = model(pixels).gather(1, classes[:, None])[:, 0]
        handle.remove()
        return answer

    maps = torch.zeros(len(pixels), height, width, dtype=torch.double)
    nothing = score(torch.zeros(height, width, dtype=torch.double))
    for row in range(height):
        for column in range(width):
            padded = torch.zeros(height + 2, width + 2, dtype=torch.double)
            padded[row : row + 3, column : column + 3] = gaussian
            maps[:, row, column] = score(padded[1:-1, 1:-1]) - nothing
    return maps


def seeded_gradients(case, model, pixels, rows):
    """Activations and gradients of the scores' sum, each times its factor in `rows` `[n, classes]`, for each layer."""
    modules = [submodule(model, layer) for layer in case.layers]
    weighted = lambda logits: (logits * rows).sum(1, keepdim=True)
    nothing = torch.zeros(len(pixels), dtype=torch.long)
    found = activations_and_gradients(model, pixels, modules, nothing, weighted)
    return [on_grid(case, layer, *pair) for layer, pair in zip(case.layers, found)]


def record_of(name, layers, thin):
    kinds = NETWORKS + VARIANTS + SMALL
    number, case = next((i, case) for i, case in enumerate(kinds) if case.name == name)
    case = replace(case, layers=layers)
    seed = 1000 * (number + 1)
    torch.manual_seed(seed)
    model = network(case, False, seed, case.size)
    golden = json.loads((thin / name / "golden.json").read_text())
    given = golden["input"]
    pixels = images(given["seed"], given["count"], 3, given["height"], given["width"]).double()
    model = model.double()
    logits = model(pixels).detach()
    if floats(logits) != golden["logits"]:
        raise SystemExit(f"{name}: not the network of the thin golden; the PyTorch version differs.")
    predicted = logits.argmax(1)
    classes = logits.shape[1]

    hot = nn.functional.one_hot(predicted, classes).double()
    maps = {method: {} for method in LAYER_METHODS}
    for layer, (a, g) in zip(layers, seeded_gradients(case, model, pixels, hot)):
        for method, of in LAYER_METHODS.items():
            maps[method][layer] = of(a, g)
        maps.setdefault("score-cam", {})[layer] = score_cam(model, pixels, predicted, a)
        maps.setdefault("reciprocam", {})[layer] = reciprocam(case, model, pixels, predicted, layer, a)
        maps.setdefault("ablation-cam", {})[layer] = ablation_cam(case, model, pixels, predicted, layer, a)

    distance = (logits - logits.gather(1, predicted[:, None])).abs().masked_fill(hot.bool(), float("inf"))
    nearest = distance.argsort(1)[:, :SIMILAR]
    finer = hot - nn.functional.one_hot(nearest, classes).double().mean(1)
    first, second = int(predicted[0]), (int(predicted[0]) + 3) % classes
    versus = torch.zeros(len(pixels), classes, dtype=torch.double)
    versus[:, first], versus[:, second] = 1, -1
    contrast = {}
    for layer, (a, g), (_, opposed) in zip(
        layers, seeded_gradients(case, model, pixels, finer), seeded_gradients(case, model, pixels, versus)
    ):
        maps.setdefault("finer-cam", {})[layer] = grad_cam(a, g)
        contrast[layer] = grad_cam(a, opposed)

    maps["input-gradients"] = {"input": blocks(largest_over_channels(pixel_gradient(model, pixels, predicted)))}
    for method, of in {"integrated-gradients": integrated_gradients, "smoothgrad": smoothgrad}.items():
        exact = blocks(of(model, pixels, predicted))
        rounded = blocks(of(model.float(), pixels.float(), predicted)).double()
        model.double()
        rounding = ((rounded - exact).abs().amax((1, 2)) / exact.abs().amax((1, 2))).max().item()
        if rounding > ROUNDING:
            print(f"{name}: {method} left out: float32 rounding moves a gate, {rounding:.0e}", flush=True)
        else:
            maps[method] = {"input": exact}
    maps["fullgrad"] = {"input": blocks(fullgrad(case, model, pixels, predicted))}
    with without_negative_gradients(model) as relus:
        guided = largest_over_channels(pixel_gradient(model, pixels, predicted))
    if relus:
        maps["guided-backprop"] = {"input": blocks(guided)}
        maps["guided-grad-cam"] = {
            layer: blocks(enlarged(maps["grad-cam"][layer].clamp(min=0), guided.shape[1:]) * guided) for layer in layers
        }
    return {
        "network": name,
        "madeWith": f"PyTorch {torch.__version__}",
        "layers": layers,
        "block": BLOCK,
        "maps": {method: {layer: floats(m) for layer, m in of.items()} for method, of in maps.items()},
        "contrast": {"target": f"class:{first}-vs-{second}", "maps": {layer: floats(m) for layer, m in contrast.items()}},
    }


def main():
    thin, folder = map(Path, sys.argv[1:3])
    folder.mkdir(parents=True, exist_ok=True)
    for name, layers in CASES.items():
        path = folder / f"{name}.json"
        path.write_text(json.dumps(record_of(name, layers, thin), indent=1) + "\n")
        print(f"{name}: {path.stat().st_size / 1e3:.0f} kB", flush=True)


if __name__ == "__main__":
    main()
