"""Grad-CAM at every module of a network at once, by hooks: a reference for whichever layer turns out to be asked for."""

import math

import torch


def first_tensor(output):
    return output[0] if isinstance(output, tuple) and output else output


def on_grid(entry, activation, gradient):
    """Both as `[n, c, h, w]`; None where a tensor has no square grid of more than one cell."""
    pair = (activation, gradient)
    if activation.dim() == 3:
        side = math.isqrt(max(activation.shape[1] - entry.prefix, 0))
        if side < 2 or side * side != activation.shape[1] - entry.prefix:
            return None
        return [t[:, entry.prefix :].transpose(1, 2).unflatten(2, (side, side)) for t in pair]
    if activation.dim() != 4:
        return None
    _, a, b, c = activation.shape
    if entry.channels_last and a == b and b != c:
        pair = [t.permute(0, 3, 1, 2) for t in pair]
    return pair if pair[0].shape[2] == pair[0].shape[3] > 1 else None


def maps_by_module(entry, model, pixels, classes):
    """Raw Grad-CAM maps `[n, h, w]` by module path, for the modules whose output has a grid and gets a gradient; and the logits.

    A module that runs several times keeps its last run.
    """
    maps = {}
    handles = []
    latest = {}

    def hook(path):
        def forward(module, inputs, output):
            tensor = first_tensor(output)
            if not torch.is_tensor(tensor) or not tensor.requires_grad or tensor.dim() not in (3, 4) or len(tensor) != len(pixels):
                return None
            activation = tensor.detach().clone()
            run = latest[path] = latest.get(path, 0) + 1

            def backward(gradient):
                pair = on_grid(entry, activation, gradient.detach())
                if pair is not None and latest[path] == run:
                    maps[path] = (pair[1].mean((2, 3), keepdim=True) * pair[0]).sum(1)

            tensor.register_hook(backward)
            copy = tensor.clone()
            return (copy, *output[1:]) if isinstance(output, tuple) else copy

        return forward

    for path, module in model.named_modules():
        if path:
            handles.append(module.register_forward_hook(hook(path)))
    try:
        logits = model(pixels)
        chosen = logits.argmax(1) if classes is None else classes
        logits.gather(1, chosen[:, None]).sum().backward()
    finally:
        for handle in handles:
            handle.remove()
    model.zero_grad(set_to_none=True)
    return maps, logits.detach()


def rounding(single, double):
    """How far PyTorch's own float32 map is from its float64 one, as a share of the image's largest magnitude."""
    scale = double.abs().amax((1, 2))
    return ((single.double() - double).abs().amax((1, 2)) / scale).nan_to_num(nan=0.0, posinf=math.inf).max().item()


def reference(entry, model, pixels, alike, watched, limit):
    """Maps of the predicted class in float64 by module, each with its float32 rounding, the logits and the classes.

    `alike` are further batches that stand for other roundings of `pixels`; once one moves a map of `watched` by more than `limit`,
    the others are not tried.
    """
    double, logits = maps_by_module(entry, model.double(), pixels.double(), None)
    classes = logits.argmax(1)
    model.float()
    roundings = dict.fromkeys(double, 0.0)
    for batch in [pixels, *alike]:
        single = maps_by_module(entry, model, batch, classes)[0]
        roundings = {path: max(worst, rounding(single[path], double[path])) for path, worst in roundings.items() if path in single}
        if max(roundings.get(path, math.inf) for path in watched(roundings)) > limit:
            break
    return {path: double[path] for path in roundings}, roundings, logits, classes
