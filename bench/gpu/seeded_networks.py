"""torchvision's networks with the weights of an ONNX file that `bench/models` wrote: BatchNorm is folded there, so it does nothing here."""

import onnx
import torch
import torchvision
from onnx import numpy_helper

# The hooked attention must compute what its weights say, not call a fused kernel that has no gradient.
torch.backends.mha.set_fastpath_enabled(False)


def load(path, name):
    model = getattr(torchvision.models, name)(weights=None)
    graph = onnx.load(path).graph
    weights = {w.name: numpy_helper.to_array(w) for w in graph.initializer}
    # MatMul takes weights as [inputs, outputs]; PyTorch's modules have them the other way round.
    turned = {node.input[1] for node in graph.node if node.op_type == "MatMul"}
    convolution = None
    state = model.state_dict()
    for module_name, module in model.named_modules():
        if isinstance(module, torch.nn.Conv2d):
            convolution = module_name
        if isinstance(module, torch.nn.BatchNorm2d):
            state[f"{module_name}.bias"] = torch.from_numpy(weights[f"{convolution}.bias"].copy())
            state[f"{module_name}.weight"] = torch.full_like(state[f"{module_name}.weight"], (1 + module.eps) ** 0.5)
    for key in state:
        own = key.replace("in_proj_", "in_proj.")
        given = weights.get(own)
        if own in turned:
            given = given.T
        if given is not None and tuple(given.shape) == tuple(state[key].shape):
            state[key] = torch.from_numpy(given.copy())
    model.load_state_dict(state)
    return model.eval().requires_grad_(False)


class Hooks:
    """Activations and gradients of some modules; gradients begin at the first that runs."""

    def __init__(self, model, layers):
        self.model, self.layers, self.found = model, layers, {}
        modules = dict(model.named_modules())
        self.handles = [modules[name].register_forward_hook(self.keep(name)) for name in layers]

    def keep(self, name):
        def hook(module, inputs, output):
            if not output.requires_grad:
                output.requires_grad_(True)
            self.found[name] = output

        return hook

    def explain(self, pixels, classes=None):
        """Logits, and for each layer a map [N, h, w] of the given or the predicted classes."""
        self.found.clear()
        logits = self.model(pixels)
        classes = logits.argmax(1) if classes is None else classes
        kept = [self.found[name] for name in self.layers]
        gradients = torch.autograd.grad(logits.gather(1, classes[:, None]).sum(), kept)
        return logits.detach(), [grad_cam(a.detach(), g) for a, g in zip(kept, gradients)]

    def close(self):
        for handle in self.handles:
            handle.remove()


def grad_cam(activation, gradient):
    if activation.dim() == 4:
        return (gradient.mean((2, 3), keepdim=True) * activation).sum(1)
    # Tokens: all but the class token lie on the grid.
    activation, gradient = activation[:, 1:], gradient[:, 1:]
    side = int(activation.shape[1] ** 0.5)
    return (gradient.mean(1, keepdim=True) * activation).sum(2).view(-1, side, side)
