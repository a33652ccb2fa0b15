"""Writes a network as the ONNX files that people have: by either of PyTorch's exporters, and as other tools leave them."""

import inspect
import io
import warnings

import numpy
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper


def export(model, pixels, case, path):
    if case.exporter == "dynamo":
        proto = by_dynamo(model, pixels, case)
    else:
        proto = by_torchscript(model, pixels, case)
    if case.unmerge is not None:
        unmerge(proto.graph, *case.unmerge)
    if case.float16 is not None:
        proto = to_float16(proto, float32_ends=case.float16 == "float32-ends")
    onnx.checker.check_model(proto)
    if case.external_data:
        onnx.save_model(proto, str(path), save_as_external_data=True, location="weights.bin", size_threshold=256)
    else:
        onnx.save_model(proto, str(path))


def by_torchscript(model, pixels, case):
    buffer = io.BytesIO()
    settings = {"dynamo": False} if "dynamo" in inspect.signature(torch.onnx.export).parameters else {}
    if case.unfused:
        settings.update(training=torch.onnx.TrainingMode.PRESERVE, do_constant_folding=False)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            model,
            pixels[:1] if case.fixed_batch else pixels,
            buffer,
            opset_version=case.opset,
            input_names=["input"],
            output_names=["output"],
            dynamic_axes={} if case.fixed_batch else {"input": {0: "batch"}, "output": {0: "batch"}},
            keep_initializers_as_inputs=case.initializers_as_inputs,
            **settings,
        )
    return onnx.load_from_string(buffer.getvalue())


def by_dynamo(model, pixels, case):
    program = torch.onnx.export(
        model,
        (pixels,),
        dynamo=True,
        opset_version=case.opset,
        input_names=["input"],
        output_names=["output"],
        dynamic_shapes={"x": {0: torch.export.Dim("batch")}},
        verbose=False,
    )
    proto = program.model_proto
    for node in proto.graph.node:
        # The stack trace names files of the machine that exported.
        kept = [entry for entry in node.metadata_props if entry.key != "pkg.torch.onnx.stack_trace"]
        del node.metadata_props[:]
        node.metadata_props.extend(kept)
    return proto


def to_float16(proto, float32_ends):
    """Float16 weights and arithmetic. `float32_ends` keeps input and output in float32 with a Cast at either end."""
    graph = proto.graph

    def halve(tensor):
        if tensor.data_type == TensorProto.FLOAT:
            tensor.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(tensor).astype(numpy.float16), tensor.name))

    for tensor in graph.initializer:
        halve(tensor)
    for node in graph.node:
        for attribute in node.attribute:
            if attribute.type == onnx.AttributeProto.TENSOR:
                halve(attribute.t)
            if node.op_type == "Cast" and attribute.name == "to" and attribute.i == TensorProto.FLOAT:
                attribute.i = TensorProto.FLOAT16
    del graph.value_info[:]
    for value in [*graph.input, *graph.output]:
        if not float32_ends and value.type.tensor_type.elem_type == TensorProto.FLOAT:
            value.type.tensor_type.elem_type = TensorProto.FLOAT16
    if float32_ends:
        source, result = graph.input[0].name, graph.output[0].name
        for node in graph.node:
            node.input[:] = [f"{source}_half" if name == source else name for name in node.input]
            node.output[:] = [f"{result}_half" if name == result else name for name in node.output]
        graph.node.insert(0, helper.make_node("Cast", [source], [f"{source}_half"], to=TensorProto.FLOAT16))
        graph.node.append(helper.make_node("Cast", [f"{result}_half"], [result], to=TensorProto.FLOAT))
    return proto


def unmerge(graph, kept, lost):
    """Gives the last reader of a layer's output a layer of its own again."""
    position, layer = next((i, node) for i, node in enumerate(graph.node) if node.name.startswith(f"/{kept}/"))
    shared = layer.output[0]
    copy = onnx.NodeProto()
    copy.CopyFrom(layer)
    copy.name = layer.name.replace(f"/{kept}/", f"/{lost}/")
    copy.output[0] = shared.replace(f"/{kept}/", f"/{lost}/")
    reader = [node for node in graph.node if shared in node.input][-1]
    reader.input[:] = [copy.output[0] if name == shared else name for name in reader.input]
    graph.node.insert(position + 1, copy)
