import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { drawPhoto, drawPhotos, multiplyPhotos } from '../../bench/photos.ts';
import { temporaryFolder } from '../shared/temporary-folder.ts';

test('a drawn photo has the size and about the bytes of a real one, and is the same each time', async () => {
  const [photo, again, other] = await Promise.all([drawPhoto(1), drawPhoto(1), drawPhoto(2)]);
  const { format, width, height, channels } = await sharp(photo).metadata();
  expect({ format, width, height, channels }).toEqual({ format: 'jpeg', width: 500, height: 375, channels: 3 });
  expect(photo.length).toBeGreaterThan(80_000);
  expect(photo.length).toBeLessThan(130_000);
  expect(photo.equals(again)).toBe(true);
  expect(photo.equals(other)).toBe(false);
});

test('many images are links to a few', async () => {
  const folder = await temporaryFolder();
  await drawPhotos(2, join(folder, 'few'));
  await multiplyPhotos(join(folder, 'few'), 1003, join(folder, 'many'));
  const second = await readFile(join(folder, 'few/0001.jpg'));
  expect(await readFile(join(folder, 'many/01/01001.jpg'))).toEqual(second);
  const link = await stat(join(folder, 'many/00/00000.jpg'));
  expect(link.ino).toBe((await stat(join(folder, 'few/0000.jpg'))).ino);
  expect(link.nlink).toBe(1 + 502);
  await expect(stat(join(folder, 'many/01/01003.jpg'))).rejects.toThrow('ENOENT');
});
