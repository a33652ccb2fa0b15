import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readEvidence } from '../../../../src/report/read/evidence.ts';
import { FileStore } from '../../../../src/shared/store/file-store.ts';
import { encodeEvidencePart } from '../../../../src/worker/pipeline/evidence/evidence-part.ts';
import { packEvidence } from '../../../../src/worker/pipeline/evidence/packed-evidence.ts';
import { temporaryFolder, writeInto } from '../../local/run-fixture.ts';

const map = { layer: 'layer4[-2]', method: 'grad-cam', target: 'class:tabby cat' };

const shape = { ...map, height: 2, width: 2, channels: 3 };

/** Evidence of one map for images whose numbers are a multiple of the first one's. */
function packedOf(factor: number, more: Partial<{ evidence: Float32Array }> = {}) {
  const layerMaps = {
    ...shape,
    classes: Int32Array.of(1),
    values: Float32Array.of(-1, 0.25, 0.5, 2).map((value) => value * factor),
    evidence: Float32Array.of(0, 0.5, 1).map((value) => value * factor),
    gradientPeak: Float32Array.of(1),
    ...more,
  };
  return packEvidence([layerMaps], 0);
}

async function storeWith(part: Buffer | null): Promise<FileStore> {
  const folder = await temporaryFolder();
  if (part !== null) await writeInto(folder, 'evidence/part-00003.npz', part);
  return new FileStore(folder);
}

test('what was seen comes back for the images asked for, in their order', async () => {
  const store = await storeWith(encodeEvidencePart([shape], [packedOf(1), null, packedOf(3)]));
  const [rows] = (await readEvidence(store, 3, [map], [2, 1, 0])) ?? [];
  expect(rows).toMatchObject({ channels: 3, height: 2, width: 2 });
  expect(rows?.evidence).toEqual(Float32Array.of(0, 1.5, 3, 0, 0, 0, 0, 0.5, 1));
  expect(rows?.heatmaps).toEqual(Float32Array.of(-3, 0.75, 1.5, 6, 0, 0, 0, 0, -1, 0.25, 0.5, 2));
});

test('numbers of any size keep three digits: float16 alone would overflow or lose them', async () => {
  const store = await storeWith(encodeEvidencePart([shape], [packedOf(1e9), packedOf(1e-12)]));
  const [rows] = (await readEvidence(store, 3, [map], [0, 1])) ?? [];
  for (const [at, expected] of [0, 5e8, 1e9, 0, 5e-13, 1e-12].entries()) {
    expect(Math.abs((rows?.evidence[at] ?? 0) - expected)).toBeLessThanOrEqual(expected * 1e-3);
  }
});

test('numbers that are not finite become zeros', async () => {
  const evidence = Float32Array.of(Number.NaN, 0.5, Number.POSITIVE_INFINITY);
  const store = await storeWith(encodeEvidencePart([shape], [packedOf(1, { evidence })]));
  const [rows] = (await readEvidence(store, 3, [map], [0])) ?? [];
  expect(rows?.evidence).toEqual(Float32Array.of(0, 0.5, 0));
});

test('equal rows give equal bytes, whatever the time', async () => {
  const part = encodeEvidencePart([shape], [packedOf(1), null]);
  await new Promise((resolve) => setTimeout(resolve, 2100)); // a zip file's times count in steps of two seconds
  expect(encodeEvidencePart([shape], [packedOf(1), null])?.equals(part ?? Buffer.of())).toBe(true);
});

test('a shard without evidence, and a map that was not made, are said to be so', async () => {
  expect(encodeEvidencePart([shape], [null, null])).toBe(null);
  expect(await readEvidence(await storeWith(null), 3, [map], [0])).toBe(null);
  const store = await storeWith(encodeEvidencePart([shape], [packedOf(1)]));
  expect(await readEvidence(store, 3, [{ ...map, layer: 'layer1' }], [0])).toEqual([null]);
});

test('a damaged file is named', async () => {
  const store = await storeWith(Buffer.from('no zip'));
  await expect(readEvidence(store, 3, [map], [0])).rejects.toMatchObject({ code: 'damaged-output' });
  await writeFile(join(store.location, 'evidence/part-00003.npz'), encodeEvidencePart([shape], [packedOf(1)]) ?? '');
  await expect(readEvidence(store, 3, [map], [1])).rejects.toThrow('part-00003.npz');
});
