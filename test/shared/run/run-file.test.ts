import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { writeRunState } from '../../../src/control/run-state-file.ts';
import { readOverlayLook } from '../../../src/report/page/run-look.ts';
import { readRunDescription } from '../../../src/report/read/run-description.ts';
import { configurationFields, type RunConfiguration, runSettings } from '../../../src/shared/run/configuration.ts';
import { readConfiguration } from '../../../src/shared/run/read-configuration.ts';
import {
  checkSameRun,
  type RunFile,
  readEarlierRun,
  readRunFile,
  runFileSchema,
  softwareVersions,
  writeRunFile,
} from '../../../src/shared/run/run-file.ts';
import { emptyTally } from '../../../src/shared/run/tally.ts';
import { openStore } from '../../../src/shared/store/open-store.ts';
import type { Store } from '../../../src/shared/store/store.ts';
import { readStoredRun } from '../../../src/worker/fleet/stored-run.ts';
import { writeRunEnd } from '../../../src/worker/pipeline/finish/complete-run-file.ts';
import { temporaryFolder, writeFiles } from '../temporary-folder.ts';

const required = { input: '/photos', model: '/m.onnx', output: '/out' };

/** A value for every setting there is, none of them its default. */
const given: Record<string, string | boolean> = {
  ...required,
  layers: 'layer3,layer4',
  method: 'cam,layercam',
  target: 'label,top:3',
  fuse: 'max',
  classes: '/c.json',
  labels: '/labels.csv',
  'multi-label': true,
  threshold: '0.3',
  'label-separator': ';',
  'label-values': '1,-1,0',
  include: 'a/**',
  exclude: 'b/**',
  suffixes: '.png',
  sample: '50',
  seed: '7',
  limit: '40',
  preprocess: 'tf',
  size: '240x320',
  fit: 'pad',
  resize: '300x400',
  'crop-pct': '0.9',
  'crop-corner': 'down',
  interpolation: 'bicubic',
  antialias: false,
  pillow: '13',
  pad: '114,114,114',
  'pad-at': 'end',
  mean: '0.5',
  std: '0.2,0.3,0.4',
  range: '-1,1',
  channels: 'bgr',
  orientation: 'ignore',
  decode: 'fast',
  levels: '0,4095',
  'pixel-limit': '5000',
  'output-name': 'probabilities',
  inputs: 'training=false',
  'score-activation': 'sigmoid',
  'batch-size': '4',
  'shard-size': '16',
  provider: 'cuda',
  device: '1',
  'pixel-threads': '5',
  precision: 'tf32',
  threads: '3',
  overlays: 'errors',
  colormap: 'jet',
  alpha: '0.25',
  'overlay-scale': '2.5',
  'overlay-bands': '4,3,2',
  'overlay-on': 'original',
  'overlay-format': 'png',
  maps: true,
  evidence: false,
  report: true,
  interventions: '900',
  reference: '/train',
  since: '/yesterday',
  evaluate: true,
  'evaluate-sample': '40',
  regions: '/instances.json',
  'region-categories': 'index-from-1',
  scores: 'both',
  statistics: true,
  'max-failures': '5%',
  notify: 'GRADLINE_WEBHOOK',
  'notify-limit': '1%',
  resume: true,
};
/** Settings without which another one means nothing, or that cannot be another one beside the rest. */
const bound = ['input', 'model', 'output', 'labels', 'multi-label', 'report', 'evaluate', 'regions', 'notify'];

const digests = { model: 'ab', classes: null };
let configuration: RunConfiguration;
let output: Store;

beforeEach(async () => {
  configuration = await readConfiguration(given);
  output = await openStore(await temporaryFolder());
  const file: RunFile = {
    run: 'r1',
    state: 'running',
    started: '2026-11-27T00:00:00.000Z',
    finished: null,
    counts: { images: null, skipped: 0, ...emptyTally() },
    accuracy: null,
    timings: { seconds: 0, images: 0, imagesPerSecond: 0 },
    warnings: [],
    error: null,
    configuration,
    digests,
    versions: softwareVersions(),
    execution: null,
  };
  await writeRunFile(output, file);
});

test('every setting is given here', () => {
  expect(Object.keys(given).toSorted()).toEqual(runSettings.map(({ name }) => name).toSorted());
});

test.each(Object.keys(given).filter((name) => !bound.includes(name)))(
  '--%s changes the configuration',
  async (name) => {
    expect(await readConfiguration({ ...given, [name]: undefined })).not.toEqual(configuration);
  },
);

test('gradline.yaml says the same as flags', async () => {
  const folder = await temporaryFolder();
  await writeFiles(folder, { 'g.yaml': stringify(given) });
  expect(await readConfiguration({}, join(folder, 'g.yaml'))).toEqual(configuration);
});

describe('what run.json keeps', () => {
  test('a worker of a fleet reads whole', async () => {
    expect(await readStoredRun(output)).toEqual({ run: 'r1', configuration, digests });
    expect(JSON.stringify((await readStoredRun(output)).configuration)).toBe(JSON.stringify(configuration));
  });

  test('a report and its page read as it was written', async () => {
    const { model, input, layers, methods, targets, evidence, classes, regions, interventions, preprocess } =
      configuration;
    const found = {
      warnings: [],
      blankMaps: [],
      lastLayer: null,
      earlierLayer: null,
      thresholds: null,
      multiLabel: true,
      threshold: 0.3,
    };
    const kept = { model, input, layers, methods, targets, evidence, classes, regions, interventions, preprocess };
    const read = { ...kept, ...found };
    expect(await readRunDescription(output)).toEqual({ run: 'r1', state: 'running', digests, ...read });
    const { colormap, alpha, scale, on } = configuration.overlays;
    expect(await readOverlayLook(output)).toEqual({ colormap, alpha, scale, on });
  });

  test('a run that goes on agrees with, and differs from in each setting that decides what is written', async () => {
    const earlier = await readEarlierRun(output);
    if (earlier === null) throw new Error('There is a run.');
    checkSameRun(earlier, configuration, digests, 'out');
    for (const { key, setting } of configurationFields) {
      const check = () => checkSameRun(earlier, { ...configuration, [key]: 'other' }, digests, 'out');
      if (setting?.free) check();
      else expect(check, key).toThrow(key);
    }
  });

  test('stays when commands and the end of the run write the file anew, with fields of other versions', async () => {
    const before = JSON.parse((await output.get('run.json')).toString());
    await writeRunFile(output, { ...before, later: 1, configuration: { ...before.configuration, more: [2] } });
    const end = { images: 1, tally: emptyTally(), missing: 0, error: null, finished: new Date() };
    await writeRunEnd(output, { state: 'complete', ...end });
    expect(Object.keys(JSON.parse((await output.get('run.json')).toString()))).toEqual([
      ...Object.keys(before),
      'later',
    ]);
    await writeRunState(output, 'cancelled');
    const after = JSON.parse((await output.get('run.json')).toString());
    expect(after).toMatchObject({ later: 1, configuration: { ...configuration, more: [2] }, state: 'cancelled' });
  });
});

test('a run.json that is not one is named, with its place', async () => {
  const damaged = await openStore(await temporaryFolder());
  await damaged.put('run.json', '{', 'application/json');
  await expect(readRunFile(damaged, runFileSchema)).rejects.toMatchObject({
    code: 'damaged-output',
    message: expect.stringContaining(damaged.location),
  });
});
