import { describe, expect, test } from 'vitest';
import { distinctNames } from '../../../src/report/export/distinct-names.ts';
import { heatmapFields } from '../../../src/report/export/heatmap-fields.ts';

test('classes without a name go by their index, those that share one by both', () => {
  expect(distinctNames(['cat', null, 'crane', 'crane', ''])).toEqual(['cat', '1', 'crane (2)', 'crane (3)', '4']);
});

describe('fields for heatmaps', () => {
  const fieldsOf = (...maps: [layer: string, method: string, target: string][]) =>
    heatmapFields(maps.map(([layer, method, target]) => ({ layer, method, target }))).map(({ field }) => field);

  test('are named for their layers', () => {
    expect(fieldsOf(['layer3', 'cam', 'predicted'], ['layer4[-2]', 'cam', 'predicted'])).toEqual([
      'heatmap_layer3',
      'heatmap_layer4_2',
    ]);
  });

  test('name method and target where maps differ in them', () => {
    expect(
      fieldsOf(
        ['last', 'grad-cam++', 'predicted'],
        ['last', 'cam', 'label'],
        ['last', 'cam', 'class:tabby cat'],
        ['last', 'cam', 'top:3#1'],
      ),
    ).toEqual([
      'heatmap_last_grad_cam',
      'heatmap_last_cam_label',
      'heatmap_last_cam_class_tabby_cat',
      'heatmap_last_cam_top_3_1',
    ]);
  });

  test('never share a name, whatever signs or case layers differ in', () => {
    const fields = fieldsOf(
      ['a.b', 'cam', 'predicted'],
      ['a/b', 'cam', 'predicted'],
      ['A_b', 'cam', 'predicted'],
      ['$', 'cam', 'predicted'],
    );
    expect(new Set(fields.map((field) => field.toLowerCase())).size).toBe(4);
    for (const field of fields) expect(field).toMatch(/^heatmap_\w*$/);
  });
});
