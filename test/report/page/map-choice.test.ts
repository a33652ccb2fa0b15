import { describe, expect, it } from 'vitest';
import { mapChoice } from '../../../src/report/page/app/image/map-choice.ts';
import { openReport } from '../../../src/report/page/app/report.ts';
import { packFloats, packIntegers } from '../../../src/report/page/packed-array.ts';
import { pageFindings } from '../../../src/report/page/page-findings.ts';
import { simpleFindings } from './simple-findings.ts';

const maps = ['layer3', 'layer4'].flatMap((layer) =>
  ['grad-cam', 'layercam'].flatMap((method) =>
    ['predicted', 'label', 'top:2#2'].map((target) => ({ layer, method, target })),
  ),
);

/** Row 0 is correct, row 1 a mistake. */
const report = openReport({
  findings: pageFindings(simpleFindings([], ['cat', 'dog']), new Map()),
  images: {
    keys: ['right.jpg', 'wrong.jpg'],
    label: packIntegers([0, 0]),
    predicted: packIntegers([0, 1]),
    score: packFloats([0.9, 0.9]),
    margin: packFloats([0.8, 0.8]),
    degenerate: packIntegers([0, 0]),
    files: packIntegers([0, 0]),
    fileSets: [{ seen: null, overlays: [], maps: [] }],
    folders: [],
  },
  maps,
  look: { colormap: 'magma', alpha: 0.6, scale: 'image', on: 'seen' },
  quarantined: { total: 0, listed: [] },
  selection: null,
  changes: null,
  previews: [],
});

const choice = (row: number, query: string) => mapChoice(report, row, new URLSearchParams(query));

describe('the maps of an opened image', () => {
  it('are the predicted class beside the true one for a mistake, the predicted one otherwise', () => {
    expect(choice(0, '').shownTargets).toEqual(['predicted']);
    expect(choice(1, '')).toMatchObject({ layer: 'layer4', method: 'grad-cam', shownTargets: ['predicted', 'label'] });
    expect(choice(1, '').maps.map((map) => maps[map])).toEqual([
      { layer: 'layer4', method: 'grad-cam', target: 'predicted' },
      { layer: 'layer4', method: 'grad-cam', target: 'label' },
    ]);
  });

  it('are those of the address, as far as there are such', () => {
    expect(choice(0, 'layer=layer3&method=layercam&targets=top:2%232,label').maps.map((map) => maps[map])).toEqual([
      { layer: 'layer3', method: 'layercam', target: 'label' },
      { layer: 'layer3', method: 'layercam', target: 'top:2#2' },
    ]);
    expect(choice(0, 'layer=other&method=other&targets=other')).toMatchObject({
      layer: 'layer4',
      method: 'grad-cam',
      shownTargets: ['predicted'],
    });
  });

  it('have a next layer, method and target, round and round', () => {
    expect(choice(0, 'layer=layer4&method=layercam')).toMatchObject({
      nextLayer: 'layer3',
      nextMethod: 'grad-cam',
      nextTargets: ['label'],
    });
    expect(choice(0, 'targets=top:2%232').nextTargets).toEqual(['predicted', 'label']);
    expect(choice(0, 'targets=predicted,label').nextTargets).toEqual(['predicted']);
  });
});
