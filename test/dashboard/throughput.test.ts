import { expect, test } from 'vitest';
import { Throughput } from '../../src/dashboard/live/throughput.ts';

const start = 1_800_000_000_000;

test('images are spread over the time in which they were done, and a span is shown once it is over', () => {
  const throughput = new Throughput();
  throughput.see('a', 100, start);
  throughput.see('a', 400, start + 30_000);
  throughput.see('b', 0, start);
  throughput.see('b', 100, start + 10_000);
  expect(throughput.ofRun('a', start + 29_000)).toEqual([
    [start, 10],
    [start + 10_000, 10],
  ]);
  expect(throughput.ofFleet(start + 30_000)).toEqual([
    [start, 20],
    [start + 10_000, 10],
    [start + 20_000, 10],
  ]);
});

test('images that are done again are no loss', () => {
  const throughput = new Throughput();
  throughput.see('a', 100, start);
  throughput.see('a', 40, start + 10_000);
  throughput.see('a', 140, start + 20_000);
  expect(throughput.ofRun('a', start + 20_000)).toEqual([
    [start, 0],
    [start + 10_000, 10],
  ]);
});

test('of a run all of its time is kept, of the fleet the last hour', () => {
  const throughput = new Throughput();
  const day = 86_400_000;
  for (let time = 0; time <= day; time += 5_000) throughput.see('a', time / 1000, start + time);
  expect(throughput.ofFleet(start + day + 20_000).at(-1)).toEqual([start + day + 10_000, 0]);
  const ofRun = throughput.ofRun('a', start + day);
  expect(ofRun.length).toBeLessThanOrEqual(360);
  expect(ofRun.length).toBeGreaterThan(150);
  expect(ofRun.slice(1, -1).every(([, rate]) => Math.abs(rate - 1) < 1e-6)).toBe(true);
  const [first] = throughput.ofFleet(start + day);
  expect(first?.[0]).toBeGreaterThanOrEqual(start + day - 3_610_000);
});

test('a run that is not known has no points', () => {
  expect(new Throughput().ofRun('a', start)).toEqual([]);
});

test('what is kept goes on elsewhere, also after days in which nobody looked', () => {
  const throughput = new Throughput();
  for (let time = 0; time <= 100_000; time += 10_000) throughput.see('a', time / 100, start + time);
  const kept = () => JSON.parse(JSON.stringify(throughput.kept()));
  const again = new Throughput(kept());
  expect(again.ofRun('a', start + 100_000)).toEqual(throughput.ofRun('a', start + 100_000));
  expect(again.ofFleet(start + 100_000)).toEqual(throughput.ofFleet(start + 100_000));
  again.see('a', 2_000, start + 200_000);
  expect(again.ofRun('a', start + 200_000).at(-1)).toEqual([start + 190_000, 10]);
  const week = 7 * 86_400_000;
  const later = new Throughput(kept());
  later.see('b', 0, start + week);
  later.see('b', 100, start + week + 10_000);
  expect(later.ofFleet(start + week + 20_000).slice(-2)).toEqual([
    [start + week, 10],
    [start + week + 10_000, 0],
  ]);
});
