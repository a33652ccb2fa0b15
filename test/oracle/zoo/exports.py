"""Both of PyTorch's exporters, with a free batch and the classifier's own attention where they can."""

import io
import logging
import warnings

import onnx
import torch


def export(exporter, model, pixels, opset, path):
    """Writes the file and returns what had to be given up: nothing, the free batch, fused attention, or both."""
    write = {"torchscript": by_torchscript, "dynamo": by_dynamo}[exporter]
    # An exporter may refuse for many reasons; people then fix the batch or choose plain attention.
    attempts = [[], ["batch fixed to 1"], ["plain attention"], ["plain attention", "batch fixed to 1"]]
    first = None
    for given_up in attempts:
        if "plain attention" in given_up and not use_plain_attention(model):
            continue
        is_free = "batch fixed to 1" not in given_up
        try:
            onnx.save_model(write(model, pixels if is_free else pixels[:1], opset, is_free), str(path))
            return given_up
        except Exception as error:
            logging.warning("%s with %s: %s", exporter, given_up, error)
            first = first or error
    raise first


def use_plain_attention(model):
    """Spells attention out in matrix products. False where the classifier has no such choice."""
    fused = [module for module in model.modules() if getattr(module, "fused_attn", False)]
    for module in fused:
        module.fused_attn = False
    net = getattr(model, "net", None)
    if hasattr(net, "set_attn_implementation"):
        net.set_attn_implementation("eager")
        return True
    return len(fused) > 0


def by_torchscript(model, pixels, opset, free_batch):
    buffer = io.BytesIO()
    axes = {"input": {0: "batch"}, "output": {0: "batch"}} if free_batch else {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            model, (pixels,), buffer, dynamo=False, opset_version=opset, input_names=["input"], output_names=["output"], dynamic_axes=axes
        )
    return onnx.load_from_string(buffer.getvalue())


def by_dynamo(model, pixels, opset, free_batch):
    shapes = ({0: torch.export.Dim("batch", min=2)},) if free_batch else None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        program = torch.onnx.export(
            model,
            (pixels,),
            dynamo=True,
            opset_version=opset,
            input_names=["input"],
            output_names=["output"],
            dynamic_shapes=shapes,
            verbose=False,
        )
    return program.model_proto
