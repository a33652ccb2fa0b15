import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { gradline, tinyProject } from './gradline.ts';

test('preview writes a page with what the model sees of the images, and its answers', async () => {
  const folder = await tinyProject(3);
  await writeFile(join(folder, 'photos', 'broken.jpg'), 'Not Found');
  const page = join(folder, 'sheet.html');
  const { code, stdout, stderr } = await gradline([
    ...['preview', join(folder, 'model.onnx'), join(folder, 'photos')],
    ...['--classes', join(folder, 'classes.txt'), '--fit', 'squish', '--output', page],
  ]);
  expect(stderr).toBe('');
  expect(code).toBe(0);
  expect(stdout).toBe(`${page} shows 4 images as the model sees them.\n`);
  const html = await readFile(page, 'utf8');
  expect(html.match(/src="data:image\/png;base64,/g)).toHaveLength(3);
  expect(html).toContain('squish to 8 x 8');
  expect(html).toContain('<span>red</span>');
  expect(html).toContain('The content is not an image');
});

test('preview says which recipe it read', async () => {
  const folder = await tinyProject(1);
  const recipe = join(folder, 'transforms.txt');
  await writeFile(recipe, 'Compose(\n Resize(size=(8, 8), interpolation=bicubic)\n ToTensor()\n)\n');
  const { stdout } = await gradline([
    ...['preview', join(folder, 'model.onnx'), join(folder, 'photos')],
    ...['--preprocess', recipe, '--output', join(folder, 'sheet.html')],
  ]);
  expect(stdout).toContain('Preprocessing as transforms.txt (torchvision) says: size 8 x 8; fit squish; bicubic;');
});
