/** Operators against the gradients of torch.autograd (test/oracle/operators.py and operator_nodes.py). */

import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { create } from '@bufbuild/protobuf';
import { Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { supportedOperators } from '../../../src/explain/gradients/rules.ts';
import { differentiate } from '../../../src/explain/gradients/sweep.ts';
import { Builder, type GateForm } from '../../../src/explain/onnx/builder.ts';
import { decodeModel, writeModel } from '../../../src/explain/onnx/model-file.ts';
import { ValueInfoProtoSchema } from '../../../src/explain/onnx/onnx_pb.ts';
import { operatorName } from '../../../src/explain/onnx/operator-name.ts';
import { openSession } from '../../../src/explain/onnx/session.ts';
import { simplify } from '../../../src/explain/onnx/simplify.ts';
import { spellOut } from '../../../src/explain/onnx/spell-out.ts';
import { upgradeOpset } from '../../../src/explain/onnx/upgrade.ts';
import { expectClose } from './finite-differences.ts';

/** Values are little-endian float32 in base64, the model is an ONNX file in base64. */
const Golden = z.strictObject({
  name: z.string(),
  model: z.base64(),
  shape: z.array(z.int()),
  input: z.base64(),
  seed: z.base64(),
  gradient: z.base64(),
});

const folder = path.join(import.meta.dirname, '../../goldens/operators');
const read = async (file: string) => z.array(Golden).parse(JSON.parse(await readFile(path.join(folder, file), 'utf8')));
const exported = await read('gradients.json');
const written = await read('nodes.json');

const floats = (base64: string) => new Float32Array(new Uint8Array(Buffer.from(base64, 'base64')).buffer);

async function gradientOf(golden: z.infer<typeof Golden>, folder: string, gates: GateForm) {
  const source = decodeModel(Buffer.from(golden.model, 'base64'), golden.name);
  upgradeOpset(source);
  spellOut(source);
  const { model, graph, folder: simplified } = await simplify(source, [], folder);
  const build = new Builder({ gates });
  const seed = build.floats([...floats(golden.seed)], graph.type('output')?.shape ?? []);
  const gradient = differentiate(graph, build, 'output', seed, ['input']).get('input');
  if (gradient === undefined) throw new Error('the output does not depend on the input');
  model.graph.node.push(...build.nodes);
  model.graph.initializer.push(...build.initializers);
  model.graph.output = [create(ValueInfoProtoSchema, { name: gradient })];
  const opened = path.join(simplified, 'gradient.onnx');
  await writeModel(model, opened);
  const session = await openSession(opened, 'open the golden', { graphOptimizationLevel: 'all' });
  try {
    const result = (await session.run({ input: new Tensor('float32', floats(golden.input), golden.shape) }))[gradient];
    expect(result?.dims).toEqual(golden.shape);
    if (!(result?.data instanceof Float32Array)) throw new TypeError('the gradient is not of float32');
    return result.data;
  } finally {
    await session.release();
  }
}

describe.each([
  ['of an operator as PyTorch exports it', exported],
  ['of a node written by hand', written],
])('the gradient of torch.autograd %s', (_, goldens) => {
  it.each(goldens)('$name', async (golden) => {
    const expected = [...floats(golden.gradient)];
    const margin = 1e-5 * (1 + Math.max(...expected.map(Math.abs)));
    for (const gates of ['multiplied', 'blocked', 'selected'] as const) {
      const folder = await mkdtemp(path.join(tmpdir(), 'gradline-goldens-'));
      try {
        expectClose(await gradientOf(golden, folder, gates), expected, margin, 'gradient');
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    }
  });
});

it('every operator with a rule is compared', () => {
  const models = [...exported, ...written].map(({ model, name }) => decodeModel(Buffer.from(model, 'base64'), name));
  const compared = new Set(models.flatMap(({ graph }) => graph.node.map(operatorName)));
  expect(supportedOperators().filter((operator) => !compared.has(operator))).toEqual([]);
});
