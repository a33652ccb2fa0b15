/** The pictures that prove a cause: what is in them, and that a later report leaves none of them behind. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, onTestFinished, test } from 'vitest';
import { maskOf } from '../../../src/interventions/mask.ts';
import type { Network } from '../../../src/interventions/network.ts';
import { drawProofs } from '../../../src/report/interventions/draw-proofs.ts';
import { PictureChanger } from '../../../src/report/interventions/picture-changer.ts';
import { keyedProofs, writeProofs } from '../../../src/report/interventions/proof-files.ts';
import type { TriedImage } from '../../../src/report/interventions/tried-image.ts';
import { FileStore } from '../../../src/shared/store/file-store.ts';

const size = { width: 32, height: 32 };
const [grey, white] = [90, 255];
const mark = maskOf(size, (x, y) => x >= 22 && x < 30 && y >= 20 && y < 28);

/** Grey, with a white mark where `isMarked`. */
function imageOf(row: number, label: number, predicted: number, isMarked: boolean): TriedImage {
  const pixels = Uint8Array.from({ length: 32 * 32 * 3 }, (_, at) =>
    isMarked && mark.inside[Math.floor(at / 3)] === 1 ? white : grey,
  );
  const picture = { key: `${row}.png`, ...size, pixels };
  const heatmap = { height: 1, width: 1, values: [1] };
  return { row, key: picture.key, label, predicted, margin: 0.9, weight: 1, picture, heatmap };
}

/** Takes whatever carries a white mark for class 1, and everything else for class 0. */
const network: Network = {
  size,
  asked: 0,
  see: async () => [],
  ask: async (pictures) => {
    const answers: Float32Array[] = [];
    for await (const { pixels } of pictures) {
      const isMarked =
        mark.inside.reduce((sum, inside, at) => sum + inside * (pixels[at * 3] ?? 0), 0) > 200 * mark.count;
      answers.push(Float32Array.from(isMarked ? [0.1, 0.9] : [0.8, 0.2], Math.log));
    }
    return answers;
  },
};
const changer = new PictureChanger();

const fooled = [0, 1, 2, 3].map((row) => imageOf(row, 0, 1, true));
const others = [4, 5].map((row) => imageOf(row, 0, 0, false));

test('show the cause taken out and put into others, with both answers and what the images share', async () => {
  const drawn = await drawProofs({ kind: 'place', mask: mark }, fooled, others, 1, { network, changer });
  expect(drawn.removed).toHaveLength(3);
  expect(drawn.removed[0]).toMatchObject({
    key: '0.png',
    label: 0,
    box: { left: 0.6875, top: 0.625, width: 0.25, height: 0.25 },
    before: { predicted: 1, score: 0.9 },
    after: { predicted: 0, score: 0.8 },
  });
  expect(drawn.transplanted.map(({ key, before, after }) => [key, before.predicted, after.predicted])).toEqual([
    ['4.png', 0, 1],
    ['5.png', 0, 1],
  ]);
  const { data, info } = await sharp(drawn.shared ?? undefined)
    .raw()
    .toBuffer({ resolveWithObject: true });
  expect([info.width, info.height]).toEqual([8, 8]);
  expect(data[0]).toBeGreaterThan(245);
});

test('that a later report does not name are deleted', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'gradline-proofs-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const output = new FileStore(folder);
  const drawn = await drawProofs({ kind: 'place', mask: mark }, fooled, others, 1, { network, changer });
  const listed = async () => {
    const keys: string[] = [];
    for await (const { key } of output.list('report/proofs/')) keys.push(key);
    return keys.sort();
  };
  await writeProofs(output, [...keyedProofs('cluster-1', drawn).files, ...keyedProofs('cluster-2', drawn).files]);
  expect(await listed()).toHaveLength(22);
  const { proofs, files } = keyedProofs('cluster-1', drawn);
  await writeProofs(output, files);
  const named = [...proofs.removed, ...proofs.transplanted].flatMap(({ before, after }) => [
    before.picture,
    after.picture,
  ]);
  expect(await listed()).toEqual([...named, proofs.shared].sort());
});
