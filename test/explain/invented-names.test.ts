/** ONNX Runtime's fusions make up names for constants, which must not be taken when its fusions run again. */

import { expect, test } from 'vitest';
import { namePrefix } from '../../src/explain/onnx/builder.ts';
import { simplify } from '../../src/explain/onnx/simplify.ts';
import { temporaryFolder } from '../shared/temporary-folder.ts';
import { TinyModel } from './tiny-model.ts';

test('constants that simplification adds are renamed, and those of the author keep their names', async () => {
  const model = new TinyModel();
  const tokens = model.input([2, 3, 4]);
  const product = model.node('MatMul', [tokens, model.weight('weight', [4, 5])]);
  const sum = model.node('Add', [product, model.weight('bias', [5])]);
  model.output(sum);
  const { graph } = await simplify(model.build(), [], await temporaryFolder());
  // The fusion that makes the names has taken place.
  expect(graph.nodes.map((node) => node.opType)).toEqual(['Reshape', 'Gemm', 'Reshape']);
  const names = graph.proto.initializer.map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(['weight', 'bias']));
  const added = names.filter((name) => !['weight', 'bias'].includes(name));
  expect(added).toHaveLength(2);
  expect(added.every((name) => name.startsWith(namePrefix))).toBe(true);
  const read = graph.nodes.flatMap((node) => node.input);
  expect(added.every((name) => read.includes(name))).toBe(true);
});
