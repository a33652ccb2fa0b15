/** The metadata and operator domains of an ONNX file, without reading its weights. */

import { fromBinary } from '@bufbuild/protobuf';
import { OperatorSetIdProtoSchema, StringStringEntryProtoSchema } from '../../../explain/onnx/onnx_pb.ts';
import { splitLocation } from '../../store/location.ts';
import { openStore } from '../../store/open-store.ts';
import type { Store } from '../../store/store.ts';

/** `ModelProto.opset_import` and `ModelProto.metadata_props` of onnx.proto. */
const operatorSetField = 8;
const metadataField = 14;
/** Protobuf's wire types: https://protobuf.dev/programming-guides/encoding/ */
const wire = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;
/** A tag and a length. */
const mostHeaderBytes = 20;
/** More than any exporter writes into one entry. */
const mostEntryBytes = 1e6;

/** What an ONNX file says beside its graph. */
export interface ModelHead {
  metadata: Map<string, string>;
  /** Of the operators that it may use; '' for ONNX's own. */
  domains: Set<string>;
}

/**
 * Goes from field to field of the file, skipping what the graph holds. Of a file that is no protobuf nothing is found: opening the model says
 * what is wrong with it.
 * @throws StoreError
 */
export async function readModelHead(location: string): Promise<ModelHead> {
  const { folder, name } = splitLocation(location);
  await using store = await openStore(folder);
  const metadata = new Map<string, string>();
  const domains = new Set<string>();
  const found = { metadata, domains };
  const { size } = await store.facts(name);
  let at = 0;
  while (at < size) {
    const header = await readPart(store, name, at, Math.min(at + mostHeaderBytes, size));
    const tag = readVarint(header, 0);
    if (tag === null) return found;
    const kind = tag.value % 8;
    const rest = kind === wire.bytes || kind === wire.varint ? readVarint(header, tag.end) : null;
    if (kind === wire.bytes && rest !== null) {
      const start = at + rest.end;
      const field = Math.floor(tag.value / 8);
      if ((field === metadataField || field === operatorSetField) && rest.value <= mostEntryBytes) {
        const entry = await readPart(store, name, start, Math.min(start + rest.value, size));
        try {
          if (field === operatorSetField) domains.add(fromBinary(OperatorSetIdProtoSchema, entry).domain);
          else {
            const { key, value } = fromBinary(StringStringEntryProtoSchema, entry);
            if (key !== undefined && value !== undefined) metadata.set(key, value);
          }
        } catch {
          return found;
        }
      }
      at = start + rest.value;
    } else if (kind === wire.varint && rest !== null) at += rest.end;
    else if (kind === wire.fixed64) at += tag.end + 8;
    else if (kind === wire.fixed32) at += tag.end + 4;
    else return found;
  }
  return found;
}

async function readPart(store: Store, key: string, start: number, end: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of store.pieces(key, start, end)) pieces.push(piece);
  return Buffer.concat(pieces);
}

function readVarint(bytes: Buffer, start: number): { value: number; end: number } | null {
  let value = 0;
  let factor = 1;
  for (let at = start; at < Math.min(start + 10, bytes.length); at++) {
    const byte = bytes[at] ?? 0;
    value += (byte & 127) * factor;
    if (byte < 128) return { value, end: at + 1 };
    factor *= 128;
  }
  return null;
}
