/** Findings with one cluster for each confused class and one gap for each true class: enough for a page, without evidence. */

import type { ClassFinding, Cluster, ConfusionCell, Findings, Gap } from '../../../src/report/contract.ts';
import type { DoneRecord, ImageRecord } from '../../../src/shared/run/record.ts';
import { corner, frame, proofsOf } from './simple-proofs.ts';

type Labelled = DoneRecord & { label: number };

export function simpleFindings(records: readonly ImageRecord[], classNames: (string | null)[]): Findings {
  const done = records.filter((record) => record.status === 'done');
  const labelled = done.filter((record): record is Labelled => record.label !== null);
  const wrong = labelled.filter(isWrong).sort((a, b) => b.score - a.score);
  const clusters = clustersOf(wrong, labelled, classNames);
  const gaps = gapsOf(wrong, labelled, classNames);
  const [map] = done[0]?.maps ?? [];
  return {
    version: 1,
    run: '20260101-020000-abc123',
    model: 'model.onnx',
    input: 'photos',
    classNames,
    counts: {
      images: records.length,
      done: done.length,
      quarantined: records.length - done.length,
      labelled: labelled.length,
      correct: labelled.length - wrong.length,
    },
    accuracy: labelled.length === 0 ? null : 1 - wrong.length / labelled.length,
    maps: done[0]?.maps.map(({ layer, method, target }) => ({ layer, method, target })) ?? [],
    analysed: map && labelled.length > 0 ? { layer: map.layer, method: map.method, target: map.target } : null,
    classes: classesOf(labelled, classNames),
    confusion: confusionOf(labelled),
    calibration: labelled.length === 0 ? null : calibrationOf(labelled),
    mistakes: wrong.map(({ key, label, predicted, score, margin }) => ({ key, label, predicted, score, margin })),
    labelErrors: wrong
      .filter(({ margin }) => margin > 0.9)
      .slice(0, 40)
      .map(({ key, label, predicted, score, top }) => ({
        key,
        label,
        predicted,
        score,
        selfConfidence: top.find((one) => one.class === label)?.score ?? null,
        reason: 'The model is sure of another class, as it is of few images.',
      })),
    clusters,
    gaps,
    collect: clusters
      .filter(({ claimed }) => claimed)
      .map((cluster, i) => ({
        rank: i + 1,
        class: cluster.labels[0]?.class ?? null,
        mistakes: cluster.size,
        sentence: cluster.sentence,
        from: cluster.id,
        alsoFrom: [],
        images: cluster.images,
      })),
    lastLayer: null,
    warnings: [],
    notes: ['These findings were made for a test.'],
  };
}

function isWrong({ label, predicted }: Labelled): boolean {
  return label !== predicted;
}

function clustersOf(wrong: readonly Labelled[], all: readonly Labelled[], names: (string | null)[]): Cluster[] {
  return groupsBy(wrong, 'predicted')
    .map(([predicted, group]) => ({ predicted, group }))
    .sort((a, b) => b.group.length - a.group.length)
    .map(({ predicted, group }, i): Cluster => {
      const correct = all.filter((record) => record.label === predicted && !isWrong(record)).map(({ key }) => key);
      const images = group.map(({ key }) => key);
      const [wrongOne] = group;
      const rightOne = all.find((record) => record.label !== predicted && !isWrong(record));
      return {
        id: `cluster-${i + 1}`,
        predicted,
        images,
        size: images.length,
        share: 1,
        labels: countsOf(group, 'label'),
        heatmap: spot(22, 24),
        place: 'lower right corner',
        typical: images.slice(0, 8),
        counterExamples: correct.slice(0, 8),
        lookAlikes: { correct: 2, wrong: images.length },
        errorRate: { slice: 0.9, classes: 0.25 },
        spuriousCue: 0.83,
        claimed: i < 3,
        chance: i < 3 ? 1e-6 : 0.2,
        grounds: i === 0 ? 'interventions' : 'margins',
        tests: i === 0 ? [frame, corner] : [],
        proofs: i === 0 && wrongOne && rightOne ? proofsOf('cluster-1', predicted, wrongOne, rightOne) : null,
        evidence: i === 0 ? 'Without it, 10 of 12 images get their true class back.' : 'The network was not asked.',
        setApart: i < 3 ? 3.4 : null,
        embedding: {
          images: images.slice(0, 400).map((_, at) => [Math.cos(at) * 2 + 3, Math.sin(at * 1.7)]),
          correct: correct.slice(0, 100).map((key, at) => ({ key, at: [Math.cos(at * 2.1), Math.sin(at * 1.3) * 2] })),
        },
        sentence: `Other classes taken for ${nameOf(names, predicted)} in ${images.length} images, all looking at the lower right corner; only 2 correct images look like this: collect them with this mark.`,
      };
    });
}

function gapsOf(wrong: readonly Labelled[], all: readonly Labelled[], names: (string | null)[]): Gap[] {
  return groupsBy(wrong, 'label')
    .map(([label, group]) => ({ label, group }))
    .slice(0, 20)
    .map(({ label, group }, i): Gap => {
      const images = group.map(({ key }) => key);
      return {
        id: `gap-${i + 1}`,
        label,
        images,
        size: images.length,
        share: 1,
        predicted: countsOf(group, 'predicted'),
        heatmap: spot(10, 12),
        place: 'centre',
        typical: images.slice(0, 8),
        nearest: all
          .filter((record) => record.label === label && !isWrong(record))
          .slice(0, 8)
          .map(({ key }) => key),
        distance: 3.2,
        reference: null,
        claimed: i === 0,
        chance: i === 0 ? 0.001 : 0.3,
        sentence: `${images.length} images of ${nameOf(names, label)} look unlike all correct ones.`,
      };
    });
}

/** Groups of at least two, by class. */
function groupsBy(records: readonly Labelled[], what: 'label' | 'predicted'): [number, Labelled[]][] {
  const groups = new Map<number, Labelled[]>();
  for (const record of records) groups.set(record[what], [...(groups.get(record[what]) ?? []), record]);
  return [...groups].filter(([, group]) => group.length > 1).sort(([a], [b]) => a - b);
}

function countsOf(group: readonly Labelled[], what: 'label' | 'predicted'): { class: number; count: number }[] {
  const counts = new Map<number, number>();
  for (const record of group) counts.set(record[what], (counts.get(record[what]) ?? 0) + 1);
  return [...counts].map(([index, count]) => ({ class: index, count })).sort((a, b) => b.count - a.count);
}

function classesOf(labelled: readonly Labelled[], names: (string | null)[]): ClassFinding[] {
  return names.map((name, index) => {
    const support = labelled.filter(({ label }) => label === index).length;
    const predicted = labelled.filter((record) => record.predicted === index).length;
    const truePositives = labelled.filter((record) => record.label === index && record.predicted === index).length;
    const precision = predicted === 0 ? null : truePositives / predicted;
    const recall = support === 0 ? null : truePositives / support;
    return {
      class: index,
      name,
      support,
      predicted,
      truePositives,
      falsePositives: predicted - truePositives,
      falseNegatives: support - truePositives,
      precision,
      recall,
      f1: precision === null || recall === null ? null : (2 * truePositives) / Math.max(1, support + predicted),
    };
  });
}

function confusionOf(labelled: readonly Labelled[]): ConfusionCell[] {
  const cells = new Map<string, ConfusionCell>();
  for (const { label, predicted } of labelled) {
    const cell = cells.get(`${label} ${predicted}`) ?? { label, predicted, count: 0 };
    cell.count += 1;
    cells.set(`${label} ${predicted}`, cell);
  }
  return [...cells.values()].sort((a, b) => b.count - a.count);
}

function calibrationOf(labelled: readonly Labelled[]): Findings['calibration'] {
  const bins = Array.from({ length: 10 }, (_, i) => {
    const inside = labelled.filter(({ score }) => Math.min(9, Math.floor(score * 10)) === i);
    const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
    return {
      from: i / 10,
      to: (i + 1) / 10,
      count: inside.length,
      confidence: mean(inside.map(({ score }) => score)),
      accuracy: mean(inside.map((record) => (isWrong(record) ? 0 : 1))),
    };
  });
  const errors = bins.map(({ confidence, accuracy }) => Math.abs(confidence - accuracy));
  const expectedError = bins.reduce((sum, { count }, i) => sum + (count / labelled.length) * (errors[i] ?? 0), 0);
  return { expectedError, maximumError: Math.max(...errors), bins };
}

/** A round spot, as a 32 x 32 heatmap. */
function spot(row: number, column: number): number[] {
  return Array.from({ length: 1024 }, (_, cell) => {
    const distance = (Math.floor(cell / 32) - row) ** 2 + ((cell % 32) - column) ** 2;
    return Math.exp(-distance / 20);
  });
}

function nameOf(names: (string | null)[], index: number): string {
  return names[index] ?? `class ${index}`;
}
