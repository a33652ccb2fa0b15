"""Makes the goldens: ONNX files with what PyTorch's hooks say about them.

    python3 test/oracle/generate.py thin test/goldens/thin            small networks, committed
    python3 test/oracle/generate.py full <folder>                     the published sizes, not committed (about 1.3 GB)
    <python with PyTorch 2.9> test/oracle/generate.py dynamo test/goldens/thin

Names behind the folder make those goldens only. README.md says what a golden holds.
"""

import base64
import gzip
import json
import math
import sys
from pathlib import Path

import torch
from cases import DYNAMO, NETWORKS, SMALL, VARIANTS
from export import export
from hooks import activations_and_gradients, cam, evidence, grad_cam, submodule
from images import images
from weights import randomise, thin

# The second-best class must be this far behind, so that rounding never changes the predicted one.
MARGIN = 0.05
# Largest difference between PyTorch's own float32 and float64 maps, as a share of the map's maximum.
ROUNDING = 3e-4


def floats(tensor):
    return base64.b64encode(tensor.detach().contiguous().float().numpy().tobytes()).decode()


def network(case, is_full, seed, size):
    classes = case.full_classes if is_full else case.classes
    model = case.build(classes)
    if not is_full and case.divisor > 1:
        thin(model, case.divisor, classes, case.widths)
    randomise(model, images(seed + 1, 8, 3, size, size), seed, few_levels=not is_full)
    if case.float16:
        model.half().float()
    for parameter in model.parameters():
        parameter.requires_grad_(True)
    return case.wrap(model).eval() if case.wrap else model


def logits_of(case, model, output):
    """Class scores before the final activation, one column per class, of the forward pass that gave `output`."""
    return output if case.output == "logits" else model.logits


def scores_of(case, logits):
    return torch.sigmoid(logits) if case.output == "sigmoid" else torch.softmax(logits, 1)


def on_grid(case, layer, *tensors):
    """The tensors of a layer as `[n, c, h, w]`."""
    if case.token_grid is not None:
        side = case.token_grid
        return [tensor[:, 1:].transpose(1, 2).unflatten(2, (side, side)) for tensor in tensors]
    if layer in case.channels_last_layers:
        return [tensor.permute(0, 3, 1, 2) for tensor in tensors]
    return tensors


def hooked(case, model, pixels, classes):
    modules = [submodule(model, layer) for layer in case.layers]
    return activations_and_gradients(model, pixels, modules, classes, lambda out: logits_of(case, model, out))


def rounding_of(case, single, double):
    """How far float32 maps are from float64 maps: above 1e-3, agreement within 1e-3 means nothing. Infinite for a zero map."""
    shares = []
    for layer, *pairs in zip(case.layers, single, double):
        rounded, exact = [grad_cam(*on_grid(case, layer, *pair)) for pair in pairs]
        shares.append((rounded - exact).abs().amax((1, 2)) / exact.abs().amax((1, 2)))
    return torch.cat(shares).nan_to_num(nan=math.inf).max().item()


def sound_batch(case, model, seed, count, size):
    """The first batch, seed after seed, with a clear winner in each image, maps that are not zero, and little rounding.

    Returns its seed and pixels, the float64 logits, the classes of each target, what the hooks say of each target in float64, and
    the rounding.
    """
    for candidate in range(seed + 100, seed + 130):
        pixels = images(candidate, count, 3, size, size)
        if case.layout == "NHWC":
            pixels = pixels.permute(0, 2, 3, 1).contiguous()
        logits = logits_of(case, model, model(pixels)).detach()
        best = logits.topk(2).values
        if (best[:, 0] - best[:, 1]).min() < MARGIN:
            continue
        predicted = logits.argmax(1)
        labels = (predicted + 1 + torch.arange(count) % (logits.shape[1] - 1)) % logits.shape[1]
        targets = {"predicted": predicted, "label": labels}
        # Programs add in different orders; pictures that differ by a rounding stand for them.
        noise = torch.Generator().manual_seed(candidate)
        alike = [pixels, *(pixels * (1 + 1e-6 * torch.randn(pixels.shape, generator=noise)) for _ in range(2))]
        single = {
            target: [hooked(case, model.float(), one, classes) for one in alike] for target, classes in targets.items()
        }
        double = {target: hooked(case, model.double(), pixels.double(), classes) for target, classes in targets.items()}
        logits = logits_of(case, model, model(pixels.double())).detach()
        model.float()
        rounding = max(rounding_of(case, one, double[target]) for target in targets for one in single[target])
        if rounding < ROUNDING:
            return candidate, pixels, logits, targets, double, rounding
        print(f"{case.name}: rounding {rounding:.0e} with seed {candidate}: next one", flush=True)
    raise SystemExit(f"{case.name}: no sound batch in 30 seeds; use another seed.")


def statistics_of(activation):
    values = activation.flatten(1)
    return {
        "mean": floats(values.mean(1)),
        "standardDeviation": floats(values.std(1, unbiased=False)),
        "nearZero": floats((values.abs() < 0.05).double().mean(1)),
    }


def golden(case, is_full, folder, seed):
    torch.manual_seed(seed)
    size = case.full_size if is_full else case.size
    model = network(case, is_full, seed, size)
    count = 2 if is_full else 3
    input_seed, pixels, logits, targets, reference, rounding = sound_batch(case, model, seed, count, size)

    layers = [{"layer": layer, "targets": {}} for layer in case.layers]
    capture = {"layer": case.layers[0], "gradients": {}}
    cam_maps = {}
    for target, classes in targets.items():
        for entry, (activation, gradient) in zip(layers, reference[target]):
            if entry is layers[0]:
                capture["shape"] = list(activation.shape)
                capture["activations"] = floats(activation)
                capture["gradients"][target] = floats(gradient)
                capture["statistics"] = statistics_of(activation)
            activation, gradient = on_grid(case, entry["layer"], activation, gradient)
            maps = grad_cam(activation, gradient)
            entry["shape"] = list(activation.shape[1:])
            entry["targets"][target] = {
                "maps": floats(maps),
                "evidence": floats(evidence(activation, maps)),
                "gradientPeak": floats(gradient.abs().amax((1, 2, 3))),
            }
            if entry["layer"] == case.cam:
                head = [layer for layer in model.modules() if isinstance(layer, torch.nn.Linear)][-1]
                weight = head.weight.detach().double()
                maps = cam(activation, weight, classes)
                cam_maps[target] = {"maps": floats(maps), "evidence": floats(evidence(activation, maps))}

    here = folder / case.name
    here.mkdir(parents=True, exist_ok=True)
    for old in here.iterdir():
        old.unlink()
    export(model, pixels, case, here / "model.onnx")
    files = sorted(path.name for path in here.iterdir())
    if not is_full:
        for name in files:
            # mtime 0 and no name: the same input gives the same bytes.
            (here / f"{name}.gz").write_bytes(gzip.compress((here / name).read_bytes(), 9, mtime=0))
            (here / name).unlink()
    record = {
        "name": case.name,
        "madeWith": f"PyTorch {torch.__version__}, opset {case.opset}",
        "model": "model.onnx",
        "files": files,
        "tolerance": case.tolerance,
        "input": {"seed": input_seed, "count": count, "channels": 3, "height": size, "width": size, "layout": case.layout},
        "classCount": logits.shape[1],
        "logits": floats(logits),
        "scores": floats(scores_of(case, logits)),
        "predicted": targets["predicted"].tolist(),
        "labels": targets["label"].tolist(),
        "layers": layers,
        "capture": capture,
        "cam": {"layer": case.cam, "targets": cam_maps} if case.cam else None,
        "camRefused": case.cam_refused,
    }
    (here / "golden.json").write_text(json.dumps(record, indent=1) + "\n")
    total = sum(path.stat().st_size for path in here.iterdir())
    print(f"{case.name}: {total / 1e3:.0f} kB, logits' spread over the batch {logits.std(0).mean():.2f}, float32 rounding {rounding:.0e}", flush=True)


def main():
    kind, folder, *names = sys.argv[1:]
    cases = {
        "thin": NETWORKS + VARIANTS + SMALL,
        "full": [case for case in NETWORKS if case.full],
        "dynamo": DYNAMO,
    }[kind]
    for number, case in enumerate(cases):
        if not names or case.name in names:
            golden(case, kind == "full", Path(folder), 1000 * (number + 1))


if __name__ == "__main__":
    main()
