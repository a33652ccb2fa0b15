import { describe, expect, it } from 'vitest';
import { ClassColumnsBuilder } from '../../../src/report/page/class-columns.ts';
import { unpackFloats, unpackIntegers } from '../../../src/report/page/packed-array.ts';
import type { DoneRecord, MapRecord } from '../../../src/shared/run/record.ts';

const point = { x: 1, y: 1 };

function map(layer: string, slot: number, explained: number): MapRecord {
  return {
    layer,
    method: 'grad-cam',
    target: `predicted+label#${slot}`,
    class: explained,
    className: null,
    shape: [7, 7],
    overlay: null,
    map: null,
    min: 0,
    max: 1,
    mean: 0.5,
    peak: point,
    centre: point,
    areaAboveHalf: 0.1,
    borderShare: 0.1,
    degenerate: false,
    degenerateReason: null,
  };
}

function record(labels: number[] | null, scores: number[], maps: MapRecord[]): DoneRecord {
  return {
    key: 'a.jpg',
    status: 'done',
    label: null,
    labelName: null,
    labels,
    unknown: labels === null ? [] : [2],
    predicted: 0,
    predictedName: null,
    score: 0.9,
    margin: 0.1,
    top: [],
    scores,
    maps,
    image: { width: 8, height: 8 },
  };
}

describe('the columns of classes on a page', () => {
  it('hold scores, truth, and the map of the analysed layer that explains the class in each image', () => {
    const names = ['layer3', 'layer4'].flatMap((layer) => [1, 2].map((slot) => `${layer} predicted+label#${slot}`));
    const mapIndex = ({ layer, target }: { layer: string; target: string }) => names.indexOf(`${layer} ${target}`);
    const columns = new ClassColumnsBuilder([0.5, 0.5, 0.5], {
      layer: 'layer4',
      method: 'grad-cam',
      target: 'predicted+label',
    });
    const both = (first: number, second: number) =>
      ['layer3', 'layer4'].flatMap((layer) => [map(layer, 1, first), map(layer, 2, second)]);
    columns.add(record([0], [0.9, 0.6, 0.1], both(0, 1)), mapIndex);
    columns.add(record(null, [0.2, 0.8, 0.7], both(1, 2)), mapIndex);
    const files = [...columns.files()];
    expect(files.map(({ name }) => name)).toEqual(['class-00000', 'class-00001', 'class-00002']);
    expect(files.map(({ content }) => [...unpackIntegers(content.maps)])).toEqual([
      [2, -1],
      [3, 2],
      [-1, 3],
    ]);
    expect(files.map(({ content }) => [...unpackIntegers(content.truth)])).toEqual([
      [1, -1],
      [0, -1],
      [-1, -1],
    ]);
    expect([...unpackFloats(files[1]?.content.scores ?? '')]).toEqual([Math.fround(0.6), Math.fround(0.8)]);
    const packed = columns.pack();
    expect([...unpackIntegers(packed.falsePositives)]).toEqual([1, 0]);
    expect([...unpackIntegers(packed.decided)]).toEqual([2, 2]);
  });
});
