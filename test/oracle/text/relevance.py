"""Relevance of tokens by PyTorch's autograd, in float64, by hooks on the embedding layer."""

from typing import Callable

import torch
from torch import nn


def with_embeddings(embedding: nn.Module, replace: Callable[[torch.Tensor], torch.Tensor], run: Callable[[], torch.Tensor]):
    """Runs the model with the embedding layer's result replaced; returns its logits and what the layer gave on."""
    kept = []

    def hook(_module, _inputs, output):
        given = replace(output.detach()).requires_grad_()
        kept.append(given)
        return given

    handle = embedding.register_forward_hook(hook)
    try:
        return run(), kept[0]
    finally:
        handle.remove()


def gradient_times_input(embedding, run, target: int):
    """`r_t = sum_d e_td ds/de_td`, [T]."""
    logits, given = with_embeddings(embedding, lambda e: e.clone(), run)
    (gradient,) = torch.autograd.grad(logits[0, target], given)
    return logits[0].detach(), (gradient * given).sum(-1)[0].detach()


def integrated_gradients(embedding, run, target: int, baseline: torch.Tensor, steps: int):
    """Sundararajan et al. 2017, equation 1, at midpoints; `baseline` is one embedding, [D]. Also the baseline's logits."""
    total = 0
    for step in range(steps):
        share = (step + 0.5) / steps
        logits, given = with_embeddings(embedding, lambda e: baseline + share * (e - baseline), run)
        (gradient,) = torch.autograd.grad(logits[0, target], given)
        total = total + gradient / steps
    base, _ = with_embeddings(embedding, lambda e: baseline.expand_as(e).clone(), run)
    _, given = with_embeddings(embedding, lambda e: e.clone(), run)
    return base[0].detach(), (total * (given - baseline)).sum(-1)[0].detach()
