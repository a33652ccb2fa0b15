import { expect, test } from 'vitest';
import { makeFindings } from '../../src/report/make-findings.ts';
import type { DoneRecord } from '../../src/shared/run/record.ts';
import { FileStore } from '../../src/shared/store/file-store.ts';
import { temporaryFolder } from '../shared/temporary-folder.ts';
import { calibrated, mislabelled } from './findings/calibrated-images.ts';
import { answered, image, outputOf, quarantined } from './hand-made.ts';

/** Cats and dogs that are recognised with 0.9 on average. */
function ordinary(): DoneRecord[] {
  return Array.from({ length: 40 }, (_, i) => image(`${i}.jpg`, i % 2, i % 2 === 0 ? [0.9, 0.1] : [0.1, 0.9]));
}

test('what the run was, its counts and its accuracy', async () => {
  const shards = [
    [answered('a.jpg', 0, 0), answered('b.jpg', 0, 1)],
    [answered('c.jpg', null, 2), quarantined('d.jpg')],
  ];
  const { findings, table } = await makeFindings(await outputOf({ shards }));
  expect(findings).toMatchObject({
    version: 1,
    run: 'run-of-model.onnx',
    model: 'model.onnx',
    input: 'photos',
    counts: { images: 4, done: 3, quarantined: 1, labelled: 2, correct: 1 },
    accuracy: 0.5,
    maps: [{ layer: 'layer4', method: 'grad-cam', target: 'predicted' }],
  });
  expect(findings.notes).toContain('1 image could not be explained (quarantined: decode-failed 1).');
  expect(findings.notes).toContain('1 image without a label is not counted as right or wrong.');
  expect(table.rows).toBe(4);
});

test('mistakes come most confident first; suspected labels are kept apart from them, and a note says how many are wrong', async () => {
  const { records, wrong } = mislabelled(calibrated(500, 7), 0.05);
  const { findings } = await makeFindings(await outputOf({ shards: [records] }));
  const scores = findings.mistakes.map(({ score }) => score);
  expect(scores).toEqual([...scores].sort((a, b) => b - a));
  const suspected = findings.labelErrors.map(({ key }) => key);
  expect(suspected.slice(0, 10).filter((key) => !wrong.has(key))).toEqual([]);
  expect(findings.mistakes.filter(({ key }) => suspected.includes(key))).toEqual([]);
  expect(findings.mistakes.length + suspected.length).toBe(findings.counts.labelled - findings.counts.correct);
  expect(findings.notes.join(' ')).toMatch(/About \d\.\d% of the labels seem to be wrong/);
});

test('lists are cut where asked, and a note says so', async () => {
  const mistakes = [0.8, 0.7, 0.6].map((score) => answered(`${score}.jpg`, 0, 3, score));
  const { findings } = await makeFindings(await outputOf({ shards: [mistakes] }), { mistakesKept: 2 });
  expect(findings.mistakes.map(({ key }) => key)).toEqual(['0.8.jpg', '0.7.jpg']);
  expect(findings.notes).toContain('Of 3 mistakes, the first 2 are listed.');
});

test('a run without labels has no mistakes, and says what to do', async () => {
  const { findings } = await makeFindings(await outputOf({ shards: [[answered('a.jpg', null, 0)]] }));
  expect(findings).toMatchObject({ accuracy: null, mistakes: [], labelErrors: [], classes: [], calibration: null });
  expect(findings.notes.join(' ')).toContain('Run again with --labels');
});

test('a run that is not complete is reported as far as it is', async () => {
  const { findings } = await makeFindings(
    await outputOf({ shards: [[answered('a.jpg', 0, 0)]], state: 'interrupted' }),
  );
  expect(findings.notes[0]).toBe(
    'The run is not complete (its state is "interrupted"): these findings are of the 1 image that it has a record of.',
  );
});

test('scores that are no probabilities are not calibrated, and no label is suspected from them', async () => {
  const records = [...ordinary(), image('logits.jpg', 0, [-3, 12])];
  const { findings } = await makeFindings(await outputOf({ shards: [records] }));
  expect(findings.calibration).toBeNull();
  expect(findings.labelErrors).toEqual([]);
  expect(findings.notes.join(' ')).toContain('Scores are not between 0 and 1');
});

test('the same output gives the same findings, byte for byte', async () => {
  const records = [...ordinary(), ...Array.from({ length: 30 }, (_, i) => answered(`wrong/${i}.jpg`, i % 3, 3, 0.5))];
  const output = await outputOf({ shards: [records.slice(0, 20), records.slice(20)], heatmap: () => [0, 1, 2, 3] });
  const [first, second] = [await makeFindings(output), await makeFindings(output)];
  expect(JSON.stringify(second.findings)).toBe(JSON.stringify(first.findings));
});

test('a folder that is no output is refused, as is one without a record', async () => {
  const empty = new FileStore(await temporaryFolder());
  await expect(makeFindings(empty)).rejects.toMatchObject({ code: 'no-run' });
  await expect(makeFindings(await outputOf({ shards: [] }))).rejects.toMatchObject({ code: 'no-records' });
});

test('a run.json that is not a run is named', async () => {
  const output = await outputOf({ shards: [[answered('a.jpg', 0, 0)]] });
  await output.put('run.json', '{"state": 3}', 'application/json');
  await expect(makeFindings(output)).rejects.toMatchObject({ code: 'damaged-output' });
});
