import { join } from 'node:path';
import { expect, test } from 'vitest';
import { gradline, tinyProject } from './gradline.ts';

test('layers prints the modules as a tree with shapes, reach and suggestions', async () => {
  const folder = await tinyProject(0);
  const { code, stdout, stderr } = await gradline(['layers', join(folder, 'model.onnx')]);
  expect(stderr).toBe('');
  expect(code).toBe(0);
  expect(stdout).toContain('input   image: NCHW, 3 x 8 x 8\n');
  expect(stdout).toMatch(/^output {2}.*: 3 classes, softmax$/m);
  expect(stdout).toMatch(/^\+[ *] {2}layer1 +Relu +1 x 3 x 8 x 8 +grid 8 x 8$/m);
  expect(stdout).toMatch(/^\+[ *] {2}layer2 +Conv +1 x 3 x 8 x 8 +grid 8 x 8$/m);
  expect(stdout).toMatch(/^Try --layers \S+$/m);
  expect(stdout).toMatch(/^\d+ nodes are not shown/m);
  const all = await gradline(['layers', join(folder, 'model.onnx'), '--all']);
  expect(all.stdout).toContain('/layer1/Conv');
  expect(stdout).not.toContain('/layer1/Conv');
});

test('layers --json prints one object', async () => {
  const folder = await tinyProject(0);
  const { code, stdout } = await gradline(['layers', join(folder, 'model.onnx'), '--json']);
  expect(code).toBe(0);
  const description = JSON.parse(stdout);
  expect(description.input).toMatchObject({ name: 'image', layout: 'NCHW', channels: 3, height: 8, width: 8 });
  expect(description.layers).toContainEqual(
    expect.objectContaining({ name: 'layer1', kind: 'module', shape: [1, 3, 8, 8], differentiable: true }),
  );
});
