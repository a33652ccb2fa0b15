"""Random weights that keep a network alive, and the thinning of a published architecture to a few channels."""

import math

import torch
from torch import nn

RESIDUAL_BLOCKS = ("BasicBlock", "Bottleneck", "InvertedResidual", "MBConv", "FusedMBConv")
NORMS = (nn.BatchNorm1d, nn.BatchNorm2d, nn.LayerNorm)


def thin(model, divisor, classes, widths=None):
    """Divides every channel count of a network in place; `widths` overrides single ones, as `{4096: 24}`.

    Depth, kernel sizes, strides and every connection stay. The image's 3 channels and the logits keep their number.
    """
    exact = {3: 3, classes: classes, **(widths or {})}

    def narrow(width):
        return exact.get(width, max(2, math.ceil(width / divisor)))

    for parent in list(model.modules()):
        for name, layer in list(parent.named_children()):
            narrower = None
            if isinstance(layer, nn.Conv2d):
                inputs, outputs = narrow(layer.in_channels), narrow(layer.out_channels)
                narrower = nn.Conv2d(
                    inputs,
                    outputs,
                    layer.kernel_size,
                    layer.stride,
                    layer.padding,
                    layer.dilation,
                    groups=1 if layer.groups == 1 else inputs,
                    bias=layer.bias is not None,
                )
            elif isinstance(layer, nn.Linear):
                inputs, outputs = narrow(layer.in_features), narrow(layer.out_features)
                narrower = nn.Linear(inputs, outputs, bias=layer.bias is not None)
            elif isinstance(layer, (nn.BatchNorm1d, nn.BatchNorm2d)):
                narrower = type(layer)(narrow(layer.num_features), eps=layer.eps)
            if narrower is not None:
                setattr(parent, name, narrower)
    return model


def randomise(model, batch, seed, few_levels):
    """Fills a network with seeded random weights and leaves it in eval mode.

    Each layer is scaled on its first use by `batch`, in the order of the forward pass, so that its output has a spread of about 1 (as in
    Mishkin and Matas, "All you need is a good init", 2016). BatchNorm statistics are the batch's own, disturbed, so that
    folding them wrongly shows; the last BatchNorm of a residual block is damped. Logits get mean 0 and spread 2 over the batch: they
    follow the picture, not a bias.
    `few_levels`, for thin networks, draws weights from 6 values, which pack well; without it BatchNorm keeps away from the gates.
    """
    generator = torch.Generator().manual_seed(seed)

    def normal(like):
        return torch.randn(like.shape, generator=generator)

    def levels(like):
        values = torch.tensor([-3.0, -2.0, -1.0, 1.0, 2.0, 3.0])
        return values[torch.randint(0, len(values), like.shape, generator=generator)]

    def clear_of_gates(norm):
        """Offsets 2 deviations above or, for one channel in five, below 0: of millions of ReLU gates few are left to rounding."""
        if not any(isinstance(layer, (nn.ReLU, nn.ReLU6)) for layer in model.modules()):
            return 0.3 * normal(norm.bias)
        is_open = torch.rand(norm.bias.shape, generator=generator) < 0.8
        return norm.weight * torch.where(is_open, 2.0, -2.0)

    def scale_weighted(layer, inputs, output):
        axes = [axis for axis in range(output.dim()) if axis != (1 if isinstance(layer, nn.Conv2d) else output.dim() - 1)]
        is_logits = layer is logits_layer
        if layer.bias is not None:
            output = output - layer.bias.view([-1 if axis not in axes else 1 for axis in range(output.dim())])
        if is_logits:
            spread = output.std(axes) / 2
            layer.weight /= spread.view([-1] + [1] * (layer.weight.dim() - 1))
        else:
            # Gates of squeeze-and-excitation multiply: with a full spread a picture beyond the batch would grow block by block.
            is_gate = output.dim() == 4 and output.shape[2:] == (1, 1)
            spread = output.std() * (5 if is_gate else 1)
            layer.weight /= spread
        if layer.bias is not None:
            layer.bias.copy_(-output.mean(axes) / spread + (0 if is_logits else 0.3) * normal(layer.bias))
        return layer.forward(*inputs)

    def measure_norm(layer, inputs):
        (x,) = inputs
        axes = [axis for axis in range(x.dim()) if axis != 1]
        deviation = x.std(axes) + 1e-3
        layer.running_mean.copy_(x.mean(axes) + 0.3 * deviation * normal(layer.running_mean))
        layer.running_var.copy_(deviation**2 * torch.exp(0.4 * normal(layer.running_var)))

    logits_layer = [layer for layer in model.modules() if isinstance(layer, (nn.Conv2d, nn.Linear))][-1]
    handles = []
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(0.3 * normal(parameter))
        for layer in model.modules():
            if isinstance(layer, (nn.Conv2d, nn.Linear)):
                draw = levels if few_levels else normal
                drawn = draw(layer.weight)
                if layer.weight.dim() == 4:
                    # Smooth kernels and mostly open gates: gradients keep a spatial mean, as in trained networks, instead of averaging
                    # out to what single ReLU gates on the edge of rounding decide.
                    drawn = drawn / 2 + draw(layer.weight[:, :, :1, :1])
                # A first guess for weights that are used without their layer being called, as Swin's are.
                layer.weight.copy_(drawn / (drawn.std() * math.sqrt(drawn[0].numel())))
                handles.append(layer.register_forward_hook(scale_weighted))
            elif isinstance(layer, NORMS):
                layer.weight.copy_(0.5 + (1.5 if few_levels else 0.5) * torch.rand(layer.weight.shape, generator=generator))
                layer.bias.copy_(0.5 + 0.3 * normal(layer.bias) if few_levels else clear_of_gates(layer))
                if not isinstance(layer, nn.LayerNorm):
                    handles.append(layer.register_forward_pre_hook(measure_norm))
        for block in model.modules():
            if type(block).__name__ in RESIDUAL_BLOCKS:
                branch = [layer for name, layer in block.named_modules() if not name.startswith("downsample")]
                last_norm = [layer for layer in branch if isinstance(layer, nn.BatchNorm2d)][-1]
                last_norm.weight *= 0.3
                # Blocks add up: a mean in each would outgrow what the picture changes.
                last_norm.bias -= last_norm.bias.mean()
        model.eval()(batch)
    for handle in handles:
        handle.remove()
    return model
