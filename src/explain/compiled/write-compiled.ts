/** Writing a compiled model: all in one file, or its weights in a second one beside it. */

import { stat } from 'node:fs/promises';
import { type OnnxModel, writeModel } from '../onnx/model-file.ts';
import type { TensorProto } from '../onnx/onnx_pb.ts';
import { externalLocation } from '../onnx/tensor-data.ts';
import { externalFrom, WeightsFile } from '../onnx/weights-file.ts';
import type { StoredTensors } from './stored-tensors.ts';

/** Value of `TensorProto.data_location` for bytes in the file itself. */
const embeddedLocation = 0;

/** Protobuf reads messages of less than 2 GiB; a little is left for the graph itself. */
const largestFile = 2 ** 31 - 2 ** 25;

/**
 * @param external put the weights into `<file>.data`, which also happens where they are too large for one file
 * @returns the files that were written
 */
export async function writeCompiled(
  model: OnnxModel,
  stored: StoredTensors,
  file: string,
  external: boolean,
): Promise<{ path: string; bytes: number }[]> {
  const { graph } = model;
  const total = graph.initializer.reduce((sum, tensor) => sum + sizeOf(tensor), 0);
  const isSmall = graph.initializer.every((tensor) => sizeOf(tensor) < externalFrom);
  if (isSmall || (!external && total <= largestFile)) {
    graph.initializer = graph.initializer.map((tensor) => embedded(tensor, stored));
    await writeModel(model, file);
    return [await written(file)];
  }
  const data = `${file}.data`;
  graph.initializer = await writeData(graph.initializer, stored, data);
  await writeModel(model, file);
  return [await written(file), await written(data)];
}

async function written(file: string): Promise<{ path: string; bytes: number }> {
  return { path: file, bytes: (await stat(file)).size };
}

function sizeOf(tensor: TensorProto): number {
  if (tensor.dataLocation !== externalLocation) return tensor.rawData.length;
  return Number(tensor.externalData.find(({ key }) => key === 'length')?.value ?? 0);
}

function embedded(tensor: TensorProto, stored: StoredTensors): TensorProto {
  if (tensor.dataLocation !== externalLocation) return tensor;
  const rawData = stored.bytes(tensor) ?? new Uint8Array();
  return { ...tensor, rawData, dataLocation: embeddedLocation, externalData: [] };
}

/** Writes large weights into `data`, one at a time. @returns all, the large ones with their places */
async function writeData(tensors: readonly TensorProto[], stored: StoredTensors, data: string): Promise<TensorProto[]> {
  await using file = await WeightsFile.create(data);
  const placed: TensorProto[] = [];
  for (const tensor of tensors) {
    const bytes = sizeOf(tensor) < externalFrom ? undefined : stored.bytes(tensor);
    placed.push(bytes === undefined ? embedded(tensor, stored) : await file.add(tensor, bytes));
  }
  return placed;
}
