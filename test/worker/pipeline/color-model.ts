import { create } from '@bufbuild/protobuf';
import { makeAttribute } from '../../../src/explain/onnx/attributes.ts';
import { ElementType } from '../../../src/explain/onnx/element-type.ts';
import { writeModel } from '../../../src/explain/onnx/model-file.ts';
import {
  GraphProtoSchema,
  ModelProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  OperatorSetIdProtoSchema,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from '../../../src/explain/onnx/onnx_pb.ts';
import { float32Tensor } from '../../../src/explain/onnx/tensor-data.ts';
import { side } from './color-inference.ts';

/**
 * The classifier of `ColorInference` as a real ONNX file: a convolution that takes the mean of each channel over a grid of 4 x 4
 * cells, and global average pooling. Its values are those of the inference over 255.
 */
export async function writeColorModel(file: string): Promise<void> {
  const step = side / 4;
  const weights = Array.from({ length: 3 * 3 * step * step }, (_, i) => {
    const [to, from] = [Math.floor(i / (3 * step * step)), Math.floor(i / (step * step)) % 3];
    return to === from ? 1 / (255 * step * step) : 0;
  });
  const conv = node('Conv', ['image', 'kernel'], 'grid');
  conv.attribute.push(makeAttribute('strides', [step, step]));
  const graph = create(GraphProtoSchema, {
    name: 'colors',
    node: [
      conv,
      node('Relu', ['grid'], 'positive'),
      node('GlobalAveragePool', ['positive'], 'pooled'),
      node('Flatten', ['pooled'], 'scores'),
    ],
    initializer: [float32Tensor('kernel', weights, [3, 3, step, step])],
    input: [tensor('image', ['batch', 3, side, side])],
    output: [tensor('scores', ['batch', 3])],
  });
  const opsetImport = [create(OperatorSetIdProtoSchema, { version: 17n })];
  await writeModel({ ...create(ModelProtoSchema, { irVersion: 8n, opsetImport }), graph }, file);
}

function node(opType: string, input: string[], output: string): NodeProto {
  return create(NodeProtoSchema, { name: `/${output}/${opType}`, opType, input, output: [output] });
}

function tensor(name: string, sizes: (number | string)[]): ValueInfoProto {
  const dim = sizes.map((size) => ({
    value:
      typeof size === 'number'
        ? { case: 'dimValue' as const, value: BigInt(size) }
        : { case: 'dimParam' as const, value: size },
  }));
  return create(ValueInfoProtoSchema, {
    name,
    type: { tensorType: { elemType: ElementType.float32, shape: { dim } } },
  });
}
