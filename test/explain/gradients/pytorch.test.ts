/** Operators as PyTorch exports them against the gradients of torch.autograd (test/oracle/operators.py). */

import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { create } from '@bufbuild/protobuf';
import { Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { differentiate } from '../../../src/explain/gradients/sweep.ts';
import { Builder } from '../../../src/explain/onnx/builder.ts';
import { decodeModel, writeModel } from '../../../src/explain/onnx/model-file.ts';
import { ValueInfoProtoSchema } from '../../../src/explain/onnx/onnx_pb.ts';
import { openSession } from '../../../src/explain/onnx/session.ts';
import { simplify } from '../../../src/explain/onnx/simplify.ts';
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

const file = path.join(import.meta.dirname, '../../goldens/operators/gradients.json');
const goldens = z.array(Golden).parse(JSON.parse(await readFile(file, 'utf8')));

const floats = (base64: string) => new Float32Array(new Uint8Array(Buffer.from(base64, 'base64')).buffer);

async function gradientOf(golden: z.infer<typeof Golden>, folder: string, blockedLayout: boolean) {
  const source = decodeModel(Buffer.from(golden.model, 'base64'), golden.name);
  upgradeOpset(source);
  const { model, graph, folder: simplified } = await simplify(source, [], folder);
  const build = new Builder({ blockedLayout });
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

describe('the gradient of torch.autograd', () => {
  it.each(goldens)('$name', async (golden) => {
    const expected = [...floats(golden.gradient)];
    const margin = 1e-5 * (1 + Math.max(...expected.map(Math.abs)));
    for (const blockedLayout of [false, true]) {
      const folder = await mkdtemp(path.join(tmpdir(), 'gradline-goldens-'));
      try {
        expectClose(await gradientOf(golden, folder, blockedLayout), expected, margin, 'gradient');
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    }
  });
});
