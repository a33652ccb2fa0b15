"""Both of PyTorch's exporters, with the input names of Hugging Face's."""

from pathlib import Path

import onnx
import torch

LONGEST = 64


def export_torchscript(model, fed: dict[str, torch.Tensor], file: Path) -> None:
    torch.onnx.export(
        model,
        tuple(fed.values()),
        str(file),
        input_names=list(fed),
        output_names=["logits"],
        dynamic_axes={name: {0: "batch", 1: "sequence"} for name in fed} | {"logits": {0: "batch"}},
        opset_version=17,
        dynamo=False,
    )


def export_dynamo(model, fed: dict[str, torch.Tensor], file: Path) -> None:
    batch, sequence = torch.export.Dim("batch"), torch.export.Dim("sequence", min=4, max=LONGEST)
    program = torch.onnx.export(
        model,
        tuple(fed.values()),
        dynamo=True,
        dynamic_shapes=tuple({0: batch, 1: sequence} for _ in fed),
        input_names=list(fed),
        output_names=["logits"],
        verbose=False,
    )
    program.save(str(file), external_data=False)
    forget_sources(file)


def forget_sources(file: Path) -> None:
    """Drops what the exporter notes of the source code that ran, with its paths on this machine."""
    model = onnx.load(file)
    for node in [*model.graph.node, *(node for function in model.functions for node in function.node)]:
        kept = [entry for entry in node.metadata_props if entry.key != "pkg.torch.onnx.stack_trace"]
        del node.metadata_props[:]
        node.metadata_props.extend(kept)
    onnx.save(model, file)
