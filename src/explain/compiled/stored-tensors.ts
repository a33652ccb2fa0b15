/** The bytes of a model's weights, wherever they lie. */

import { closeSync, openSync, readSync } from 'node:fs';
import path from 'node:path';
import { ElementType } from '../onnx/element-type.ts';
import type { TensorProto } from '../onnx/onnx_pb.ts';
import { constantTensor, externalLocation, tensorValues } from '../onnx/tensor-data.ts';

/** Reads tensors of one model. To be closed. */
export class StoredTensors implements Disposable {
  readonly #folder: string;
  readonly #files = new Map<string, number>();

  /** @param folder where the model's external weights lie */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** In row-major order and ONNX's byte order; undefined for texts. */
  bytes(tensor: TensorProto): Uint8Array | undefined {
    if (tensor.dataLocation === externalLocation) return this.#external(tensor);
    if (tensor.rawData.length > 0 || tensor.dims.some((size) => size === 0n)) return tensor.rawData;
    const values = tensorValues(tensor);
    if (values === undefined || tensor.dataType === ElementType.float64) return undefined;
    return constantTensor('', tensor.dataType, values, tensor.dims.map(Number)).rawData;
  }

  #external(tensor: TensorProto): Uint8Array {
    const noted = (key: string) => tensor.externalData.find((entry) => entry.key === key)?.value;
    const bytes = new Uint8Array(Number(noted('length') ?? 0));
    const file = this.#file(noted('location') ?? '');
    const start = Number(noted('offset') ?? 0);
    for (let done = 0; done < bytes.length; ) {
      const read = readSync(file, bytes, done, bytes.length - done, start + done);
      if (read === 0) throw new Error(`The weights of '${tensor.name}' end too early.`);
      done += read;
    }
    return bytes;
  }

  #file(location: string): number {
    const known = this.#files.get(location) ?? openSync(path.join(this.#folder, location), 'r');
    this.#files.set(location, known);
    return known;
  }

  [Symbol.dispose](): void {
    for (const file of this.#files.values()) closeSync(file);
    this.#files.clear();
  }
}
