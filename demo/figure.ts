/** Composes docs/images/demo.jpg from the demo's output: two false positives, each with its two maps. */

import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import sharp from 'sharp';

const pictures = 'demo/out/validation';
const overlays = 'demo/out/explained/overlays';
const figure = 'docs/images/demo.jpg';
const side = 256;
const gap = 6;
const rows = ['windmill/0005.jpg', 'balloon/0018.jpg'].map((key) => [
  `${pictures}/${key}`,
  `${overlays}/${key}/layer4.grad-cam.predicted.jpg`,
  `${overlays}/${key}/layer4.grad-cam.label.jpg`,
]);

const tiles = rows.flatMap((row, y) =>
  row.map(async (file, x) => ({
    input: await sharp(file).resize(side, side).toBuffer(),
    left: x * (side + gap),
    top: y * (side + gap),
  })),
);
await mkdir(dirname(figure), { recursive: true });
await sharp({
  create: { width: 3 * side + 2 * gap, height: 2 * side + gap, channels: 3, background: 'white' },
})
  .composite(await Promise.all(tiles))
  .jpeg({ quality: 88 })
  .toFile(figure);
console.log(`Wrote ${figure}`);
