import { describe, expect, test } from 'vitest';
import { outputOf } from '../hand-made.ts';
import { exported, hostile, madeOutput, occurring, records, seen } from './handed-over.ts';

describe('FiftyOne', () => {
  test('samples have predictions, findings and where the model looked at', async () => {
    const { lines, images } = await exported('fiftyone', await madeOutput(), { images: '/mnt/photos' });
    expect(images).toBe(4);
    const samples = await lines('samples.jsonl');
    expect(samples).toHaveLength(4);
    expect(samples[1]).toEqual({
      filepath: `/mnt/photos/${hostile}`,
      key: hostile,
      label: 'dog',
      predicted: 'cat',
      confidence: 0.75,
      margin: 0.5,
      correct: false,
      top: expect.arrayContaining([{ label: 'cat', confidence: 0.75 }]),
      suspectedLabel: false,
      clusters: ['cluster-1'],
      gaps: ['gap-1'],
      collect: 1,
      width: 64,
      height: 48,
      seen,
    });
    expect(samples[2]).toMatchObject({ label: null, correct: null, predicted: 'fox' });
    expect(samples[3]).toMatchObject({ suspectedLabel: true, clusters: [], gaps: ['gap-1'], collect: null });
  });

  test('each map is a field whose stack has a row for each sample', async () => {
    const { json, array, text } = await exported('fiftyone', await madeOutput());
    const file = 'heatmaps/heatmap_layer4.npy';
    expect(await json('dataset.json')).toEqual({
      name: 'gradline-run-of-model.onnx',
      model: 'model.onnx',
      classes: occurring,
      images: 4,
      fields: [{ layer: 'layer4', method: 'grad-cam', target: 'predicted', field: 'heatmap_layer4', file }],
    });
    const { shape, values } = await array(file);
    expect(shape).toEqual([4, 2, 2]);
    expect([...values]).toEqual([4, -1, -1, -1, -1, 4, -1, -1, -1, -1, 4, -1, -1, -1, -1, 4]);
    expect(await text('load_fiftyone.py')).not.toContain('run-of-model');
  });

  test('says what is missing without a report and without evidence', async () => {
    const { notes, json } = await exported('fiftyone', await outputOf({ shards: [records] }));
    expect(notes.join(' ')).toMatch(/no evidence.*no report/s);
    expect(await json('dataset.json')).toMatchObject({ fields: [] });
  });
});
