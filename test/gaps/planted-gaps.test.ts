import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openInference } from '../../src/worker/pipeline/inference/inference.ts';
import { drawSet } from './draw-set.ts';
import { reportOnSet } from './explained-set.ts';
import { planSets } from './plan.ts';

const thread = new URL('../../dist/worker/pipeline/inference/inference-thread.js', import.meta.url);

/** A set explained by its network, and its report held against what was planted. */
async function reportOn(name: string) {
  const set = planSets('test').find((planned) => planned.name === name);
  if (set === undefined) throw new Error(`There is no set ${name}.`);
  const folder = await mkdtemp(join(tmpdir(), 'gradline-gaps-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const network = new URL(`networks/${name}.onnx`, import.meta.url).pathname;
  const explained = await drawSet(set, network, folder);
  const { made, result } = await reportOnSet(explained, (options) => openInference(options, thread));
  return { findings: made.findings, result };
}

test('a planted background is the first line of the collection list', async () => {
  const { findings, result } = await reportOn('test-45');
  const found = result.faults.find(({ fault }) => fault.kind === 'background');
  expect(found).toMatchObject({ rank: 1 });
  expect(found?.claimed.wrong?.precision).toBeGreaterThanOrEqual(0.9);
  expect(found?.claimed.wrong?.recall).toBeGreaterThanOrEqual(0.9);
  expect(findings.collect[0]?.sentence).toContain(`taken for ${found?.fault.subject}`);
});

test('a viewpoint that the training data lacks is a gap', async () => {
  const { result } = await reportOn('test-48');
  const view = result.faults.find(({ fault }) => fault.missing);
  expect(view?.claimed.wrong?.precision).toBeGreaterThanOrEqual(0.8);
  expect(view?.claimed.wrong?.recall).toBeGreaterThanOrEqual(0.9);
});

test('ordinary mistakes alone are claimed to be nothing', async () => {
  const { findings, result } = await reportOn('test-clean-46');
  expect(findings.mistakes.length).toBeGreaterThan(40);
  expect(result.claims).toEqual([]);
  expect(findings.collect).toEqual([]);
});
