import { describe, expect, it } from 'vitest';
import { findImages, readQuery } from '../../../src/report/page/app/image-query.ts';
import { countOutcomes, ratesOf } from '../../../src/report/page/app/multi-label/outcome.ts';
import { nearestPoint, thresholdSteps } from '../../../src/report/page/app/multi-label/thresholds.ts';
import { openReport } from '../../../src/report/page/app/report.ts';
import { harbourClassFile, harbourPage } from './harbour-report.ts';
import { harbourScenes } from './harbour-scenes.ts';

const gull = 2;
const scenes = harbourScenes(120);

function opened() {
  const report = openReport(harbourPage(scenes));
  const { multi } = report;
  if (!multi) throw new Error('The page does not know that there are several labels.');
  const load = (index: number) => multi.receive(index, harbourClassFile(scenes, index));
  const one = multi.classes[gull];
  if (!one) throw new Error('There is no such class.');
  return { report, multi, load, one };
}

describe('a report of images with several labels', () => {
  it('counts at any threshold what the run counted, from scores of half the digits', () => {
    const { multi, load, one } = opened();
    load(gull);
    const columns = multi.columnsOf(gull);
    if (!columns) throw new Error('The class was not received.');
    const counts = countOutcomes(columns, one.threshold);
    expect(counts).toMatchObject({
      'true-positive': one.truePositives,
      'false-positive': one.falsePositives,
      'false-negative': one.falseNegatives,
      'true-negative': one.trueNegatives,
    });
    expect(one.curve.length).toBeGreaterThan(50);
    for (const { threshold, precision, recall } of one.curve) {
      expect(ratesOf(countOutcomes(columns, threshold))).toMatchObject({ precision, recall });
    }
  });

  it('stops the slider at what changes something, and the pointer at the nearest point of the curve', () => {
    const { one } = opened();
    const steps = thresholdSteps(one);
    expect(steps).toEqual([...new Set(steps)].sort((a, b) => a - b));
    expect(steps).toContain(one.threshold);
    for (const point of one.curve.slice(0, 5)) expect(nearestPoint(one, point)).toEqual(point);
    expect(thresholdSteps({ ...one, curve: [], bestF1: null })).toHaveLength(101);
  });

  it('finds the images of a question about a class once the class is loaded', () => {
    const { report, load } = opened();
    const found = (query: string) => findImages(report, readQuery(new URLSearchParams(query)));
    expect(found('class=2&which=false-positive')).toEqual([]);
    load(gull);
    load(0);
    const rows = (holds: (truth: number[], score: number) => boolean) =>
      scenes.flatMap(({ truth, scores }, row) => (truth && holds(truth, scores[gull] ?? 0) ? [row] : []));
    const ascending = (some: number[]) => [...some].sort((a, b) => a - b);
    expect(ascending(found('class=2&which=false-positive'))).toEqual(
      rows((truth, score) => truth[gull] === 0 && score >= 0.4),
    );
    expect(ascending(found('class=2&which=false-negative&threshold=0.8'))).toEqual(
      rows((truth, score) => truth[gull] === 1 && score < 0.8),
    );
    expect(ascending(found('class=2&which=false-positive&label=0'))).toEqual(
      rows((truth, score) => truth[gull] === 0 && truth[0] === 1 && score >= 0.4),
    );
    const scores = found('class=2').map((row) => scenes[row]?.scores[gull] ?? Number.NaN);
    expect(scores).toEqual([...scores].sort((a, b) => b - a));
    expect(found('show=unlabelled&sort=key')).toEqual(
      scenes.flatMap(({ truth }, row) => (truth === null ? [row] : [])),
    );
  });
});
