import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { travelling, writeSeveral } from '../../demo/draw/several-set.ts';
import type { Findings } from '../../src/report/contract.ts';
import type { ImageRecord } from '../../src/shared/run/record.ts';
import { gradline } from '../cli/gradline.ts';
import { temporaryFolder } from '../shared/temporary-folder.ts';

const demo = fileURLToPath(new URL('../../demo', import.meta.url));

test('the report names the label that another one travels with, and exports and the next night follow', async () => {
  const folder = await temporaryFolder();
  const [photos, out, night] = ['photos', 'out', 'night'].map((name) => join(folder, name)) as [string, string, string];
  const truth = await writeSeveral('validation', 96, 7, photos);
  const run = (output: string, ...more: string[]) =>
    gradline([
      ...['run', photos, '--model', join(demo, 'model/multi-label.onnx'), '--classes', join(demo, 'classes.json')],
      ...['--labels', `${photos}.csv`, '--layers', 'layer3,layer4', '--size', '160', '--target', 'predicted,label'],
      ...['--overlays', 'none', '--output', output, ...more],
    ]);
  const { code, stdout, stderr } = await run(out);
  expect(code).toBe(0);
  expect(stderr).toContain('each class is decided by itself (multi-label)');

  const findings: Findings = JSON.parse(await readFile(join(out, 'report/findings.json'), 'utf8'));
  const [first] = findings.collect;
  expect(first?.sentence).toMatch(
    new RegExp(
      `false positives of ${travelling.class} come with ${travelling.with}: .* lie where ${travelling.with} is seen`,
    ),
  );
  expect(stdout).toContain(`1. ${first?.sentence}`);
  const [cue] = findings.multiLabel?.coOccurrence.travelling ?? [];
  expect(cue?.count).toBeGreaterThanOrEqual(0.9 * (cue?.falsePositives ?? Number.NaN));

  const text = await readFile(join(out, 'scores/part-00000.jsonl'), 'utf8');
  const records = text
    .trim()
    .split('\n')
    .map((line): ImageRecord => JSON.parse(line));
  for (const [i, record] of records.entries()) {
    expect(record.labelNames).toEqual(truth[i]?.subjects);
    if (record.status !== 'done') throw new Error(record.error.message);
    const wanted = [...new Set([...(record.labels ?? []), ...(record.decided ?? [])])].sort((a, b) => a - b);
    const deepest = record.maps.filter(({ layer }) => layer === 'layer4');
    expect(deepest.map((map) => map.class).sort((a, b) => a - b)).toEqual(wanted);
  }

  // Another night, with thresholds of its own, is compared pair by pair.
  expect((await run(night, '--threshold', 'best-f1', '--since', out, '--no-evidence')).code).toBe(0);
  const chosen: Record<string, number> = JSON.parse(await readFile(join(night, 'thresholds.json'), 'utf8'));
  expect(Object.keys(chosen)).toEqual(['balloon', 'lighthouse', 'sailboat', 'windmill']);
  const diff = JSON.parse(await readFile(join(night, 'report/diff.json'), 'utf8'));
  expect(diff.paired.images).toBe(96);
  expect(diff.paired.correctBefore).toBe(findings.counts.correct);
  expect(diff.pairs).toMatchObject({
    known: 4 * 96,
    maps: { layer: 'layer4', moved: { stillRight: { compared: 0 } } },
  });
  expect(diff.pairs.newlyBroken.count + diff.pairs.fixed.count).toBeGreaterThan(0);
  expect(diff.classes.map((move: { name: string }) => move.name)).toContain(travelling.class);

  // Gaps are compared with a reference run; one without evidence is said to say nothing.
  const compared = async (reference: string): Promise<Findings> => {
    expect((await gradline(['report', out, '--reference', reference])).code).toBe(0);
    return JSON.parse(await readFile(join(out, 'report/findings.json'), 'utf8'));
  };
  expect((await compared(night)).notes.join(' ')).toContain(
    `The reference ${night} has no evidence of the same layers`,
  );
  const [gap] = (await compared(out)).gaps;
  expect(gap?.reference?.distance).toBeCloseTo(gap?.distance ?? Number.NaN, 1);
  // Nothing is missing from a set that is held against itself.
  expect(gap).toMatchObject({ claimed: false });
  expect(gap?.reference?.rarer).toBeLessThan(1.5);

  for (const [format, file, held] of [
    ['fiftyone', 'samples.jsonl', '"false_positives":["sailboat"]'],
    ['label-studio', 'labeling-config.xml', 'choice="multiple"'],
    ['coco', 'results.json', '"category_id":3'],
    ['spray', 'index.jsonl', '"outcome":"false-positive"'],
  ] as const) {
    const target = join(folder, format);
    expect((await gradline(['export', out, '--to', format, '--output', target])).code).toBe(0);
    expect(await readFile(join(target, file), 'utf8')).toContain(held);
  }
});
