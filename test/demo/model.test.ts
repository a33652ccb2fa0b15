import { readFile, stat } from 'node:fs/promises';
import { InferenceSession } from 'onnxruntime-node';
import { expect, test } from 'vitest';
import { classNames } from '../../demo/draw/scene.ts';
import { seenSide } from '../../demo/findings.ts';

const model = 'demo/model/demo.onnx';

test('the model that ships is under 2 MB', async () => {
  expect((await stat(model)).size).toBeLessThan(2e6);
});

test('the model takes batches of the size that the demo assumes and scores its classes', async () => {
  const session = await InferenceSession.create(model);
  expect(session.inputMetadata).toMatchObject([{ isTensor: true, shape: ['batch', 3, seenSide, seenSide] }]);
  expect(session.outputMetadata).toMatchObject([{ isTensor: true, shape: ['batch', classNames.length] }]);
  await session.release();
});

test('classes.json lists the classes in the order that the model was trained on', async () => {
  expect(JSON.parse(await readFile('demo/classes.json', 'utf8'))).toEqual([...classNames]);
});
