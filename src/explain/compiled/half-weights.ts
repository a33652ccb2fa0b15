/** Storing the weights of a halved model in half precision: half the file, and no casts when it is opened. */

import { Float16Array } from '@petamoriken/float16';
import { intAttribute } from '../onnx/attributes.ts';
import { ElementType } from '../onnx/element-type.ts';
import type { OnnxModel } from '../onnx/model-file.ts';
import type { StoredTensors } from './stored-tensors.ts';

/** Makes casts of float32 weights to float16 weights themselves. Changes the model in place; the float32 ones may be unused then. */
export function storeHalves({ graph }: OnnxModel, stored: StoredTensors): void {
  const weights = new Map(graph.initializer.map((tensor) => [tensor.name, tensor]));
  graph.node = graph.node.filter((node) => {
    const weight = weights.get(node.input[0] ?? '');
    const isCast = node.opType === 'Cast' && intAttribute(node, 'to', 0) === ElementType.float16;
    if (!isCast || weight?.dataType !== ElementType.float32) return true;
    const bytes = stored.bytes(weight);
    if (bytes === undefined) return true;
    const floats = new Float32Array(new Uint8Array(bytes).buffer);
    const halves = new Float16Array(floats);
    graph.initializer.push({
      ...weight,
      name: node.output[0] ?? '',
      dataType: ElementType.float16,
      rawData: new Uint8Array(halves.buffer),
      floatData: [],
      dataLocation: 0,
      externalData: [],
    });
    return false;
  });
}
