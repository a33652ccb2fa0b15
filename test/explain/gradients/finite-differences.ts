/**
 * Compares gradients that `differentiate` builds with central differences of ONNX Runtime's own forward pass.
 * A row of a table is a case; see cases/ for the tables.
 */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { create } from '@bufbuild/protobuf';
import { type InferenceSession, Tensor } from 'onnxruntime-node';
import { expect } from 'vitest';
import { differentiate } from '../../../src/explain/gradients/sweep.ts';
import { Builder, type GateForm } from '../../../src/explain/onnx/builder.ts';
import { Graph } from '../../../src/explain/onnx/graph.ts';
import { type OnnxModel, writeModel } from '../../../src/explain/onnx/model-file.ts';
import { ValueInfoProtoSchema } from '../../../src/explain/onnx/onnx_pb.ts';
import { openSession } from '../../../src/explain/onnx/session.ts';
import { inferTypes, simplify } from '../../../src/explain/onnx/simplify.ts';
import { upcastToFloat32 } from '../../../src/explain/onnx/upcast.ts';
import { upgradeOpset } from '../../../src/explain/onnx/upgrade.ts';
import { buildNetwork, type Network, sizeOf } from './network.ts';
import { seededRandom, uniform } from './samples.ts';

interface Accuracy {
  /** Distance between the points of a difference; kinks must be more than twice as far away. */
  step?: number;
  /** Largest error, relative to 1 + the largest gradient. */
  tolerance?: number;
}

export interface Comparison extends Accuracy {
  /** Whether an input without influence is no mistake of the case. */
  mayVanish?: boolean;
}

export interface Gradients {
  /** Random gradient of the score that they start from. */
  seed: number[];
  /** By name of the input. */
  values: Map<string, Float32Array>;
  /** Operators of the reverse sweep that the gradients depend on, in order. */
  operators: string[];
}

/**
 * Asserts that for every varying input of `network` the gradient has the input's shape and that each element agrees with
 * the differences of sum(seed * output), with a random seed gradient.
 * @param reference another network over the same inputs whose differences are taken; for gradients that are straight
 *   through steps on purpose
 */
export async function expectGradients(network: Network, how: Comparison = {}, reference = network): Promise<void> {
  const step = how.step ?? 2 ** -5;
  const tolerance = how.tolerance ?? 1e-3;
  const plain = await analyticGradients(network);
  const explained = await analyticGradients(network, { simplified: true, gates: 'blocked' });
  await using forward = await openForward(reference);
  for (const [name, gradient] of plain.values) {
    const numeric = await differences(forward, network, name, plain.seed, step);
    const largest = Math.max(...numeric.map(Math.abs));
    if (!how.mayVanish) expect(largest, `the case tells nothing: '${name}' has no influence`).toBeGreaterThan(0);
    expectClose(gradient, numeric, tolerance * (1 + largest), `gradient of '${name}'`);
    const simplified = explained.values.get(name);
    expectClose(simplified, numeric, tolerance * (1 + largest), `gradient of '${name}' in the simplified graph`);
  }
}

/** Asserts equality within `margin` and names the first element that is off. */
export function expectClose(
  actual: ArrayLike<number> | undefined,
  expected: readonly number[],
  margin: number,
  what: string,
): void {
  expect(actual?.length, `size of the ${what}`).toBe(expected.length);
  const wrong = expected.findIndex((value, i) => !(Math.abs(value - (actual?.[i] ?? Number.NaN)) <= margin));
  expect(wrong, `${what} at ${wrong} is ${actual?.[wrong]}, not ${expected[wrong]}`).toBe(-1);
}

export interface Preparation {
  /** Whether ONNX Runtime first folds and inlines what it can, as for every model that is explained. */
  simplified: boolean;
  gates: GateForm;
}

/** Gradients of sum(seed * score) at the varying inputs, from one run of one session, as the explainer makes it. */
export async function analyticGradients(
  network: Network,
  options: Preparation = { simplified: false, gates: 'multiplied' },
): Promise<Gradients> {
  await using folder = await temporaryFolder();
  const built = buildNetwork(network);
  const { score } = built;
  upgradeOpset(built.model);
  upcastToFloat32(built.model, 'images');
  const { model, graph, ...place } = options.simplified
    ? await simplify(built.model, [], folder.path)
    : {
        model: built.model,
        graph: new Graph(built.model.graph, await inferTypes(built.model, folder.path)),
        folder: folder.path,
      };
  const build = new Builder(options);
  const scoreShape = network.scoreShape ?? graph.type(score)?.shape ?? [];
  const seed = uniform(-1.5, 1.5)(sizeOf(scoreShape), seededRandom(`seed of ${network.title}`));
  const seedTensor = build.floats(seed, scoreShape);
  const names = network.inputs.flatMap((input) => (input.varies ? [input.name] : []));
  const gradients = differentiate(graph, build, score, seedTensor, names);
  expect([...gradients.keys()].sort(), 'inputs with a gradient').toEqual([...names].sort());
  model.graph.node.push(...build.nodes);
  model.graph.initializer.push(...build.initializers);
  model.graph.output = [...new Set(gradients.values())].map((name) => create(ValueInfoProtoSchema, { name }));
  await using session = await openModel(model, place.folder);
  const results = await session.run(feeds(network));
  const values = new Map<string, Float32Array>();
  for (const { name, shape } of network.inputs) {
    const result = results[gradients.get(name) ?? ''];
    if (result === undefined) continue;
    expect(result.dims, `shape of the gradient of '${name}'`).toEqual(shape);
    if (!(result.data instanceof Float32Array)) throw new TypeError(`the gradient of '${name}' is ${result.type}`);
    values.set(name, result.data);
  }
  return { seed, values, operators: neededOperators(build, gradients.values()) };
}

function neededOperators(build: Builder, results: Iterable<string>): string[] {
  const wanted = new Set(results);
  const needed = build.nodes.toReversed().filter((node) => {
    if (!node.output.some((output) => wanted.has(output))) return false;
    for (const input of node.input) wanted.add(input);
    return true;
  });
  return needed.reverse().map((node) => node.opType);
}

/** Fourth-order central differences of sum(seed * score), summed in float64. */
async function differences(
  forward: Forward,
  network: Network,
  name: string,
  seed: readonly number[],
  step: number,
): Promise<number[]> {
  const values = feeds(network);
  const data = values[name]?.data;
  if (!(data instanceof Float32Array)) throw new TypeError(`'${name}' is not an input of float32`);
  const at = async (i: number, value: number) => {
    data[i] = value;
    const score = await forward.run(values);
    return [...score].reduce((sum, y, k) => sum + y * (seed[k] ?? Number.NaN), 0);
  };
  const result: number[] = [];
  for (const [i, x] of [...data].entries()) {
    // Steps of a power of two that float32 holds exactly, whatever x is.
    const [far, near] = [2 * step, step];
    const wide = (await at(i, x + far)) - (await at(i, x - far));
    const narrow = (await at(i, x + near)) - (await at(i, x - near));
    data[i] = x;
    result.push((8 * narrow - wide) / (12 * step));
  }
  return result;
}

interface Forward extends AsyncDisposable {
  run(values: Record<string, Tensor>): Promise<Float32Array>;
}

async function openForward(network: Network): Promise<Forward> {
  await using folder = await temporaryFolder();
  const { model, score } = buildNetwork(network);
  upgradeOpset(model);
  const session = await openModel(model, folder.path, 'disabled');
  return {
    async run(values) {
      const result = (await session.run(values, [score]))[score];
      if (!(result?.data instanceof Float32Array)) throw new TypeError('the score is not of float32');
      return result.data;
    },
    [Symbol.asyncDispose]: () => session.release(),
  };
}

async function openModel(
  model: OnnxModel,
  folder: string,
  graphOptimizationLevel: 'all' | 'disabled' = 'all',
): Promise<InferenceSession & AsyncDisposable> {
  const file = path.join(folder, 'model.onnx');
  await writeModel(model, file);
  const session = await openSession(file, 'open the case', { graphOptimizationLevel, intraOpNumThreads: 1 });
  return Object.assign(session, { [Symbol.asyncDispose]: () => session.release() });
}

function feeds(network: Network): Record<string, Tensor> {
  return Object.fromEntries(
    network.inputs.flatMap(({ name, shape, values, varies }) =>
      varies ? [[name, new Tensor('float32', Float32Array.from(values), shape)]] : [],
    ),
  );
}

async function temporaryFolder(): Promise<AsyncDisposable & { path: string }> {
  const folder = await mkdtemp(path.join(tmpdir(), 'gradline-gradients-'));
  return { path: folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}
