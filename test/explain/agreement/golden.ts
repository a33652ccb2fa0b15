/** What test/oracle/generate.py wrote about one network, and its ONNX file laid out for opening. */

import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { ImageBatch } from './images.ts';

/** Float32 values as base64, little endian. */
type Packed = string;

export type GoldenTarget = 'predicted' | 'label';

export interface Golden {
  name: string;
  madeWith: string;
  model: string;
  files: string[];
  /** Largest deviation allowed, as a share of the largest magnitude of what is compared. */
  tolerance: number;
  input: ImageBatch;
  classCount: number;
  logits: Packed;
  scores: Packed;
  predicted: number[];
  labels: number[];
  layers: {
    layer: string;
    /** Channels, rows, columns. */
    shape: [number, number, number];
    targets: Record<GoldenTarget, { maps: Packed; evidence: Packed; gradientPeak: Packed }>;
  }[];
  /** Tensors of the first layer. */
  capture: {
    layer: string;
    shape: number[];
    activations: Packed;
    gradients: Record<GoldenTarget, Packed>;
    statistics: { mean: Packed; standardDeviation: Packed; nearZero: Packed };
  };
  cam: { layer: string; targets: Record<GoldenTarget, { maps: Packed; evidence: Packed }> } | null;
  /** A layer whose CAM does not exist in this network. */
  camRefused: string | null;
}

/** Names of the goldens in a folder. */
export async function goldenNames(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}

export async function readGolden(folder: string, name: string): Promise<Golden> {
  return JSON.parse(await readFile(path.join(folder, name, 'golden.json'), 'utf8'));
}

/** Unpacks a golden's model into a folder of its own, gives its path to `use`, and removes it. */
export async function withModel<T>(folder: string, golden: Golden, use: (model: string) => Promise<T>): Promise<T> {
  const source = path.join(folder, golden.name);
  const isPacked = (await readdir(source)).includes(`${golden.model}.gz`);
  if (!isPacked) return use(path.join(source, golden.model));
  const unpacked = await mkdtemp(path.join(tmpdir(), 'golden-'));
  try {
    for (const file of golden.files) {
      await writeFile(path.join(unpacked, file), gunzipSync(await readFile(path.join(source, `${file}.gz`))));
    }
    return await use(path.join(unpacked, golden.model));
  } finally {
    await rm(unpacked, { recursive: true });
  }
}

export function unpack(packed: Packed): Float32Array {
  const bytes = Buffer.from(packed, 'base64');
  return Float32Array.from({ length: bytes.length / 4 }, (_, i) => bytes.readFloatLE(4 * i));
}
