import { expect, test } from 'vitest';
import {
  middleRegion,
  movedRegion,
  parseRegions,
  regionAroundPeak,
  regionBetween,
  resizedRegion,
  writeRegions,
} from '../../../src/report/page/app/explore/regions.ts';

const size = { width: 160, height: 120 };

test('regions are kept in the address, and what cannot be read is left out', () => {
  const regions = [
    { left: 12, top: 40, width: 60, height: 20 },
    { left: 0, top: 0, width: 2, height: 2 },
  ];
  expect(parseRegions(writeRegions(regions))).toEqual(regions);
  expect(parseRegions('1,2,3,4;a;5,6,0,8;-1,2,3,4;9,9,9')).toEqual([{ left: 1, top: 2, width: 3, height: 4 }]);
  expect([parseRegions(null), parseRegions('')]).toEqual([[], []]);
  expect(parseRegions(Array(40).fill('1,2,3,4').join(';'))).toHaveLength(16);
});

test('a drag in any direction covers what lies between, inside of the picture; a click covers nothing', () => {
  const region = { left: 10, top: 20, width: 150, height: 30 };
  expect(regionBetween({ x: 500, y: 20 }, { x: 10.2, y: 49.8 }, size)).toEqual(region);
  expect(regionBetween({ x: 10, y: 20 }, { x: 11, y: 20 }, size)).toBeNull();
});

test('keys move and resize a region, which stays inside of the picture', () => {
  const region = middleRegion(size);
  expect(region).toEqual({ left: 60, top: 45, width: 40, height: 30 });
  expect(movedRegion(region, { x: 4, y: 0 }, size)).toEqual({ ...region, left: 64 });
  expect(movedRegion(region, { x: 500, y: -500 }, size)).toEqual({ ...region, left: 120, top: 0 });
  expect(resizedRegion(region, { x: -500, y: 500 }, size)).toEqual({ ...region, width: 2, height: 75 });
});

test('the region around the peak holds the cells above half of it that hang together with it', () => {
  const values = [
    [0, 0, 0, 0, 3],
    [0, 1, 4, 2.5, 0],
    [0, 0, 3, 0, 0],
    [3, 0, 0, -9, 0],
  ].flat();
  const map = { height: 4, width: 5, values };
  expect(regionAroundPeak(map, size)).toEqual({ left: 64, top: 30, width: 64, height: 60 });
  expect(regionAroundPeak({ ...map, values: values.map((value) => Math.min(value, 0)) }, size)).toBeNull();
});
