import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { planImageSet } from '../../demo/draw/image-set.ts';
import { developJpeg, drawPicture } from '../../demo/draw/picture.ts';
import { classNames, drawScene } from '../../demo/draw/scene.ts';
import { side } from '../../demo/draw/svg.ts';
import { writeImageSet } from '../../demo/draw/write-image-set.ts';

describe('a drawn picture', () => {
  test.each(classNames)('of a %s has the same bytes for the same seed, and others for another', async (name) => {
    const [first, again, other] = await Promise.all(
      ['a', 'a', 'b'].map(async (seed) => developJpeg(await drawPicture(name, true, seed))),
    );
    expect(again?.equals(first ?? Buffer.of())).toBe(true);
    expect(other?.equals(first ?? Buffer.of())).toBe(false);
  });

  test('differs from its twin without a date only at the date', async () => {
    const stamped = await drawPicture('windmill', true, 'twin');
    const plain = await drawPicture('windmill', false, 'twin');
    expect(plain.stamp).toBeNull();
    const box = stamped.stamp ?? { x: 0, y: 0, width: 0, height: 0 };
    // The faintest part of the glow.
    const glow = 4;
    let inside = 0;
    let outside = 0;
    for (let i = 0; i < stamped.pixels.length; i++) {
      if (stamped.pixels[i] === plain.pixels[i]) continue;
      const x = Math.floor(i / 3) % side;
      const y = Math.floor(i / 3 / side);
      const near =
        x >= box.x - glow && x <= box.x + box.width + glow && y >= box.y - glow && y <= box.y + box.height + glow;
      if (near) inside++;
      else outside++;
    }
    expect(outside).toBe(0);
    expect(inside).toBeGreaterThan(1000);
  });

  test('keeps the date inside the part that the model sees', () => {
    const cropped = (side - (side * 160) / 183) / 2;
    for (let seed = 0; seed < 100; seed++) {
      const { stamp } = drawScene('sailboat', true, String(seed));
      expect(stamp?.x).toBeGreaterThan(cropped);
      expect((stamp?.x ?? side) + (stamp?.width ?? side)).toBeLessThan(side - cropped);
      expect((stamp?.y ?? side) + (stamp?.height ?? side)).toBeLessThan(side - cropped);
    }
  });
});

describe('a written set', () => {
  let root = '';
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'gradline-demo-'));
  });
  afterAll(() => rm(root, { recursive: true }));

  test('is a folder of JPEGs by class, with the truth beside it', async () => {
    const folder = join(root, 'set');
    const plan = planImageSet('validation', 8, 5);
    const truth = await writeImageSet(plan, folder);
    const files = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.jpg')).sort();
    expect(files).toEqual(plan.map((picture) => picture.key));
    const { format, width, height } = await sharp(join(folder, 'balloon/0001.jpg')).metadata();
    expect({ format, width, height }).toEqual({ format: 'jpeg', width: side, height: side });
    expect(JSON.parse(await readFile(`${folder}.json`, 'utf8'))).toEqual(truth);
    expect(truth.filter((picture) => picture.stamp !== null).map((picture) => picture.key)).toEqual(
      plan.filter((picture) => picture.stamped).map((picture) => picture.key),
    );
  });

  test('leaves nothing of an earlier, larger set', async () => {
    const folder = join(root, 'again');
    await writeImageSet(planImageSet('validation', 5, 1), folder);
    await writeImageSet(planImageSet('validation', 4, 1), folder);
    expect(await readdir(join(folder, 'balloon'))).toEqual(['0001.jpg']);
  });
});
