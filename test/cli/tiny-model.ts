import { writeFile } from 'node:fs/promises';
import { create, toBinary } from '@bufbuild/protobuf';
import { makeAttribute } from '../../src/explain/onnx/attributes.ts';
import { ModelProtoSchema, NodeProtoSchema, ValueInfoProtoSchema } from '../../src/explain/onnx/onnx_pb.ts';
import { float32Tensor } from '../../src/explain/onnx/tensor-data.ts';

const float = 1;

/** Classes of the tiny model. */
export const colors = ['red', 'green', 'blue'];

/**
 * Writes a classifier of 8 x 8 pictures into red, green and blue: two 1 x 1 convolutions (`layer1`, `layer2`), global average
 * pooling and a linear layer with a softmax, named as PyTorch's exporter names them.
 */
export async function writeTinyModel(file: string): Promise<void> {
  const identity = [1, 0, 0, 0, 1, 0, 0, 0, 1];
  const node = (name: string, opType: string, input: string[], attributes: Record<string, number> = {}) =>
    create(NodeProtoSchema, {
      name,
      opType,
      input,
      output: [`${name}_output_0`],
      attribute: Object.entries(attributes).map(([key, value]) => makeAttribute(key, value)),
    });
  const model = create(ModelProtoSchema, {
    irVersion: 8n,
    opsetImport: [{ domain: '', version: 13n }],
    graph: {
      name: 'tiny',
      node: [
        node('/layer1/Conv', 'Conv', ['image', 'first']),
        node('/layer1/Relu', 'Relu', ['/layer1/Conv_output_0']),
        node('/layer2/Conv', 'Conv', ['/layer1/Relu_output_0', 'second']),
        node('/pool/GlobalAveragePool', 'GlobalAveragePool', ['/layer2/Conv_output_0']),
        node('/Flatten', 'Flatten', ['/pool/GlobalAveragePool_output_0'], { axis: 1 }),
        node('/fc/Gemm', 'Gemm', ['/Flatten_output_0', 'weight'], { transB: 1 }),
        node('/Softmax', 'Softmax', ['/fc/Gemm_output_0'], { axis: 1 }),
      ],
      initializer: [
        float32Tensor('first', identity, [3, 3, 1, 1]),
        float32Tensor('second', identity, [3, 3, 1, 1]),
        float32Tensor('weight', identity, [3, 3]),
      ],
      input: [tensor('image', [null, 3, 8, 8])],
      output: [tensor('/Softmax_output_0', [null, 3])],
    },
  });
  await writeFile(file, toBinary(ModelProtoSchema, model));
}

/** @param shape sizes; null for the free batch */
function tensor(name: string, shape: (number | null)[]) {
  return create(ValueInfoProtoSchema, {
    name,
    type: {
      tensorType: {
        elemType: float,
        shape: {
          dim: shape.map((size) => ({
            value:
              size === null
                ? { case: 'dimParam' as const, value: 'batch' }
                : { case: 'dimValue' as const, value: BigInt(size) },
          })),
        },
      },
    },
  });
}
