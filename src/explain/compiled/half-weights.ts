/** Storing the weights of a halved model in half precision: half the file, and no casts when it is opened. */

import { create } from '@bufbuild/protobuf';
import { Float16Array } from '@petamoriken/float16';
import { intAttribute, makeAttribute } from '../onnx/attributes.ts';
import { ElementType } from '../onnx/element-type.ts';
import { Graph } from '../onnx/graph.ts';
import type { OnnxModel } from '../onnx/model-file.ts';
import { NodeProtoSchema, type TensorProto } from '../onnx/onnx_pb.ts';
import { renameTensors } from './rename-tensors.ts';
import type { StoredTensors } from './stored-tensors.ts';

/**
 * Makes casts of float32 weights to float16 weights themselves. Whatever else reads such a weight gets it from these, so that it is stored once.
 * Changes the model in place; the float32 weights are unused then.
 */
export function storeHalves({ graph }: OnnxModel, stored: StoredTensors): void {
  const weights = new Map(graph.initializer.map((tensor) => [tensor.name, tensor]));
  /** Names of halves by those of their float32 weights. */
  const halves = new Map<string, string>();
  graph.node = graph.node.filter((node) => {
    const weight = weights.get(node.input[0] ?? '');
    const isCast = node.opType === 'Cast' && intAttribute(node, 'to', 0) === ElementType.float16;
    if (!isCast || weight?.dataType !== ElementType.float32) return true;
    const bytes = stored.bytes(weight);
    const [name] = node.output;
    if (bytes === undefined || name === undefined) return true;
    graph.initializer.push(halfOf(weight, bytes, name));
    halves.set(weight.name, name);
    return false;
  });
  const whole = new Graph(graph);
  const read = new Set(graph.node.flatMap((node) => whole.reads(node)));
  const restored = [...halves].filter(([name]) => read.has(name));
  const names = new Map(restored.map(([name, half]) => [name, `${half}/whole`]));
  graph.initializer = graph.initializer.filter(({ name }) => !names.has(name));
  renameTensors(graph, names);
  const attribute = [makeAttribute('to', ElementType.float32)];
  const casts = restored.map(([name, half]) => {
    const output = [names.get(name) ?? name];
    return create(NodeProtoSchema, { name: `${half}/Cast`, opType: 'Cast', input: [half], output, attribute });
  });
  graph.node = [...casts, ...graph.node];
}

function halfOf(weight: TensorProto, bytes: Uint8Array, name: string): TensorProto {
  const halves = new Float16Array(new Float32Array(new Uint8Array(bytes).buffer));
  return {
    ...weight,
    name,
    dataType: ElementType.float16,
    rawData: new Uint8Array(halves.buffer),
    floatData: [],
    dataLocation: 0,
    externalData: [],
  };
}
