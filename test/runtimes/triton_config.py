"""Reads configurations for Triton as its own protocol buffer: python triton_config.py config.pbtxt ..."""

import sys
from pathlib import Path

from google.protobuf import text_format
from tritonclient.grpc import model_config_pb2

for file in sys.argv[1:]:
    config = text_format.Parse(Path(file).read_text(), model_config_pb2.ModelConfig())
    for tensor in [*config.input, *config.output]:
        assert tensor.data_type != model_config_pb2.TYPE_INVALID, tensor.name
        assert len(tensor.dims) > 0, f"{tensor.name} has no axis beside the batch"
    print(f"{config.name}: {len(config.input)} inputs, {len(config.output)} outputs, batches of {config.max_batch_size or 'the file'}")
