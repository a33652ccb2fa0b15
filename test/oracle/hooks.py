"""Reference maps by PyTorch hooks, as in chapter 18 of the fastai book: a forward hook stores activations, a backward hook gradients."""

import torch


class Hook:
    """Stores what leaves a module, and the gradient that comes back to it.

    The module's output is replaced by a copy, so that an in-place operation behind it changes neither.
    """

    def __init__(self, module):
        self.gradient = None
        self.handle = module.register_forward_hook(self.hook_func)

    def hook_func(self, module, inputs, output):
        self.activation = output.detach().clone()
        output.register_hook(self.backward_func)
        return output.clone()

    def backward_func(self, gradient):
        self.gradient = gradient.detach().clone()

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.handle.remove()


def submodule(model, path):
    """The module that a path like `layer4`, `features.18` or `0[-2]` names."""
    for part in path.replace("[", ".").replace("]", "").split("."):
        if part.lstrip("-").isdigit():
            model = list(model.children())[int(part)]
        else:
            model = getattr(model, part)
    return model


def activations_and_gradients(model, pixels, modules, classes, logits_of):
    """Activations, and gradients of each image's class score, for each module."""
    hooks = [Hook(module) for module in modules]
    model.zero_grad(set_to_none=True)
    logits = logits_of(model(pixels))
    logits.gather(1, classes[:, None]).sum().backward()
    for hook in hooks:
        hook.handle.remove()
    return [(hook.activation, hook.gradient) for hook in hooks]


def grad_cam(activation, gradient):
    """`sum_c mean_hw(g_c) A_c` for `[n, c, h, w]`, without ReLU: `[n, h, w]`."""
    return (gradient.mean((2, 3), keepdim=True) * activation).sum(1)


def cam(activation, weight, classes):
    """`sum_c W[k, c] A_c` for each image's class k: `[n, h, w]`."""
    return torch.einsum("nc,nchw->nhw", weight[classes], activation)


def evidence(activation, maps):
    """Mean activation weighted by the positive part of the map, `[n, c]`; zeros where the map has none."""
    positive = maps.clamp(min=0)
    total = positive.sum((1, 2))
    weighted = torch.einsum("nhw,nchw->nc", positive, activation)
    return torch.where(total[:, None] > 0, weighted / total.clamp(min=1e-30)[:, None], torch.zeros_like(weighted))
