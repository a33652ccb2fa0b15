/** Weights in a file of their own, beside the ONNX files that name them. */

import { type FileHandle, mkdir, open } from 'node:fs/promises';
import path from 'node:path';
import { create } from '@bufbuild/protobuf';
import type { OnnxModel, StoredWeights } from './model-file.ts';
import { StringStringEntryProtoSchema, type TensorProto, TensorProtoSchema } from './onnx_pb.ts';
import { externalLocation } from './tensor-data.ts';

/** Weights of at least this many bytes are kept outside: shapes and the like have to be read before the rest. */
export const externalFrom = 1024;

/** Where weights begin in their file, so that runtimes can map them into memory. */
const alignment = 4096;

/** A weights file that is being written, one tensor at a time. To be closed. */
export class WeightsFile implements AsyncDisposable {
  readonly #file: FileHandle;
  readonly #location: string;
  #end = 0;

  private constructor(file: FileHandle, location: string) {
    this.#file = file;
    this.#location = location;
  }

  static async create(file: string): Promise<WeightsFile> {
    return new WeightsFile(await open(file, 'w'), path.basename(file));
  }

  /** @returns the tensor as a file beside this one holds it: without its bytes, but with their place */
  async add({ name, dims, dataType }: TensorProto, bytes: Uint8Array): Promise<TensorProto> {
    const offset = Math.ceil(this.#end / alignment) * alignment;
    for (let done = 0; done < bytes.length; ) {
      done += (await this.#file.write(bytes, done, bytes.length - done, offset + done)).bytesWritten;
    }
    this.#end = offset + bytes.length;
    const place = { location: this.#location, offset: String(offset), length: String(bytes.length) };
    const externalData = Object.entries(place).map(([key, value]) =>
      create(StringStringEntryProtoSchema, { key, value }),
    );
    return create(TensorProtoSchema, { name, dims, dataType, dataLocation: externalLocation, externalData });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file.close();
  }
}

/**
 * Writes the large weights that a model holds itself to a file beside those that will be written of it: encoding and copying them with each
 * costs more than half of the time of opening. The model keeps its own.
 */
export async function storeWeights({ graph }: OnnxModel, folder: string): Promise<StoredWeights> {
  await mkdir(folder, { recursive: true });
  await using file = await WeightsFile.create(path.join(folder, 'gradline.weights.bin'));
  const stored = new Map<TensorProto, TensorProto>();
  for (const tensor of graph.initializer) {
    if (tensor.rawData.length >= externalFrom) stored.set(tensor, await file.add(tensor, tensor.rawData));
  }
  return stored;
}
