"""Both of PyTorch's exporters, with a free batch where they can, else with a batch of 1."""

import io
import logging
import warnings

import onnx
import torch


def export(exporter, model, pixels, opset, path):
    """Writes the file and returns a word on the batch: `free` or `1`."""
    write = {"torchscript": by_torchscript, "dynamo": by_dynamo}[exporter]
    try:
        proto = write(model, pixels, opset, True)
        batch = "free"
    except Exception as free_failed:  # An exporter may refuse for many reasons; with a fixed batch it may not.
        logging.info("free batch: %s", free_failed)
        proto = write(model, pixels[:1], opset, False)
        batch = "1"
    onnx.save_model(proto, str(path))
    return batch


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
