/** Runs with `--evaluate` and `--regions`, with ONNX Runtime in the test's own thread. */

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { RunConfiguration } from '../../../../src/shared/run/configuration.ts';
import type { FaithfulnessSummary } from '../../../../src/shared/run/faithfulness-summary.ts';
import type { DoneRecord } from '../../../../src/shared/run/record.ts';
import { explainRun } from '../../../../src/worker/local/explain-run.ts';
import {
  configurationIn,
  filesIn,
  recordsIn,
  runFileIn,
  temporaryFolder,
  writePictures,
} from '../../local/run-fixture.ts';
import { side } from '../color-inference.ts';
import { writeColorModel } from '../color-model.ts';
import { openHere } from './open-here.ts';

async function measure(
  folder: string,
  changes: Partial<RunConfiguration> = {},
  { abortAfter = Number.POSITIVE_INFINITY } = {},
) {
  const configuration = await configurationIn(folder, {
    layers: ['last'],
    targets: ['predicted', 'class:2'],
    methods: ['grad-cam', 'eigen-cam'],
    overlays: { write: 'none', colormap: 'magma', alpha: 0.6, scale: 'image', on: 'seen', format: 'png' },
    ...changes,
  });
  await writeColorModel(configuration.model);
  const abort = new AbortController();
  const warnings: string[] = [];
  const summary = await explainRun(
    configuration,
    {
      onProvider: () => {},
      onLayers: () => {},
      onNotice: () => {},
      onPlan: () => {},
      onProgress: ({ done }) => void (done >= abortAfter && abort.abort()),
      onWarning: (message) => warnings.push(message),
    },
    abort.signal,
    openHere,
  );
  const records = (await recordsIn(configuration.output)).filter((record) => record.status === 'done');
  return { summary, warnings, records, output: configuration.output };
}

const evaluated = (records: DoneRecord[]) => records.filter(({ baselines }) => baselines !== undefined);

describe('--evaluate', () => {
  test('measures as many images as it is told, and says so in the record, run.json and the summary', async () => {
    const folder = await temporaryFolder();
    await writePictures(join(folder, 'input'), 20);
    const { summary, records, output } = await measure(folder, { evaluate: { sample: 7 } });
    const measured = evaluated(records);
    expect(records).toHaveLength(20);
    expect(measured).toHaveLength(7);
    for (const { maps, baselines } of measured) {
      expect(maps.every((map) => map.degenerate || map.faithfulness !== undefined)).toBe(true);
      const classes = new Set(maps.filter((map) => map.faithfulness !== undefined).map((map) => map.class));
      expect(baselines).toHaveLength(2 * classes.size);
    }
    // One in eight, rounded up.
    const checked = measured.filter(({ maps }) => maps.some((map) => map.faithfulness?.randomised !== undefined));
    expect(checked).toHaveLength(1);
    const file = await runFileIn(output);
    expect(file).toMatchObject({ state: 'complete', faithfulness: summary.faithfulness });
    const rows = summary.faithfulness?.maps.map(({ method, target, images }) => [method, target, images]);
    expect(rows).toHaveLength(4);
    expect(rows).toContainEqual(['grad-cam', 'predicted', 7]);
  });

  test('is off unless asked for', async () => {
    const folder = await temporaryFolder();
    await writePictures(join(folder, 'input'), 3);
    const { summary, records, output } = await measure(folder);
    expect(summary).not.toHaveProperty('faithfulness');
    expect(JSON.stringify(records)).not.toContain('faithfulness');
    expect([...(await filesIn(output)).keys()].filter((key) => key.startsWith('faithfulness/'))).toEqual([]);
  });

  test('writes the same bytes for other batches, and after an interruption', async () => {
    const folders = [await temporaryFolder(), await temporaryFolder()];
    for (const folder of folders) await writePictures(join(folder, 'input'), 90);
    const [whole = '', cut = ''] = folders;
    const changes = { evaluate: { sample: 12 }, shardSize: 5 };
    const one = await measure(whole, { ...changes, batchSize: 3 });
    const first = await measure(cut, { ...changes, batchSize: 8 }, { abortAfter: 3 });
    expect(first.summary.state).toBe('interrupted');
    expect(first.summary).not.toHaveProperty('faithfulness');
    const rest = await measure(cut, { ...changes, batchSize: 8, resume: true });
    expect(rest.summary.skipped).toBeGreaterThan(0);
    expect(rest.summary.faithfulness).toEqual(one.summary.faithfulness);
    const [a, b] = [await filesIn(one.output), await filesIn(rest.output)];
    for (const [key, body] of a) if (key !== 'run.json') expect(b.get(key)?.equals(body), key).toBe(true);
    expect(b.size).toBe(a.size);
  });

  test('finds the network’s own evidence in what its maps show', async () => {
    const folder = await temporaryFolder();
    await writePictures(join(folder, 'input'), 12);
    const { summary } = await measure(folder, { evaluate: { sample: 12 }, targets: ['predicted'] });
    const { maps, baselines } = summary.faithfulness ?? ({ maps: [], baselines: [] } satisfies FaithfulnessSummary);
    const random = baselines.find(({ baseline }) => baseline === 'random');
    const gradCam = maps.find(({ method }) => method === 'grad-cam');
    // The score of this network is the mean of a colour: taking the brightest of it away first costs most.
    expect(gradCam?.deletion.mean).toBeLessThan(random?.deletion.mean ?? Number.NaN);
    expect(gradCam?.images).toBe(12);
    expect(random?.images).toBe(12);
  });
});

describe('--regions', () => {
  /** The left half of each picture belongs to class 2. */
  async function regionsFile(folder: string, keys: string[]): Promise<string> {
    const file = join(folder, 'regions.json');
    const images = keys.map((file_name, id) => ({ id, file_name, width: side, height: side }));
    const annotations = keys.map((_, image_id) => ({ image_id, category_id: 1, bbox: [0, 0, side / 2, side] }));
    const categories = [
      { id: 1, name: 'Blue' },
      { id: 2, name: 'violet' },
    ];
    await writeFile(file, JSON.stringify({ images, annotations, categories }));
    return file;
  }

  test('measures the maps of the region’s class, and no others', async () => {
    const folder = await temporaryFolder();
    const keys = await writePictures(join(folder, 'input'), 9);
    const file = await regionsFile(folder, keys.slice(0, 6));
    const { summary, warnings, records, output } = await measure(folder, {
      labels: 'folder',
      regions: { file, categories: 'name' },
      ...(await namesIn(folder)),
    });
    for (const [at, record] of records.entries()) {
      for (const map of record.maps) {
        expect(map.region !== undefined, `${record.key} ${map.target}`).toBe(
          at < 6 && map.class === 2 && !map.degenerate,
        );
        if (map.region === undefined) continue;
        expect(map.region.area).toBe(0.5);
        expect(map.region.inside).toBeGreaterThan(0.3);
        expect(map.region.inside).toBeLessThan(0.7);
      }
    }
    const row = summary.regions?.find(({ method, target }) => method === 'grad-cam' && target === 'class:2');
    expect(row).toMatchObject({ images: 6, area: { mean: 0.5, error: 0 } });
    expect(await runFileIn(output)).toMatchObject({ regions: summary.regions });
    expect(warnings).toContainEqual(expect.stringMatching(/categories of .*, 1 are no class.*'violet'/));
  });

  async function namesIn(folder: string): Promise<{ classes: string }> {
    const classes = join(folder, 'names.txt');
    await writeFile(classes, 'red\ngreen\nblue\n');
    return { classes };
  }

  test('a file that cannot be used stops the run before it starts', async () => {
    const folder = await temporaryFolder();
    await writePictures(join(folder, 'input'), 3);
    const attempt = measure(folder, { regions: { file: join(folder, 'none.json'), categories: 'index' } });
    await expect(attempt).rejects.toMatchObject({ code: 'bad-regions' });
  });
});
