/** What a report says of the harbour: numbers are counted from its scenes, groups and claims are as a report might have them. */

import type { MultiLabelClass, PairScores } from '../../../src/report/contract.ts';
import type { PageCluster, PageFindings, PageGap, PageMultiLabel } from '../../../src/report/page/page-data.ts';
import { auroc, averagePrecision, bestF1, operatingPoints } from '../../../src/shared/run/ranking-metrics.ts';
import { harbourClasses, harbourThresholds, places, type Scene } from './harbour-scenes.ts';

const [boat, buoy, gull, , lighthouse] = [0, 1, 2, 3, 4];

const analysed = { layer: 'layer4', method: 'grad-cam', target: 'predicted+label#1' };

export function harbourFindings(scenes: readonly Scene[]): PageFindings {
  const labelled = scenes.filter(({ truth }) => truth !== null).length;
  const multiLabel = pageMultiLabel(scenes);
  const cluster = gullCluster(scenes);
  return {
    run: '20260102-020000-abc123',
    model: 'harbour.onnx',
    input: 'photos',
    classNames: [...harbourClasses],
    counts: {
      images: scenes.length + 1,
      done: scenes.length,
      quarantined: 1,
      labelled,
      correct: multiLabel.exact.right,
    },
    accuracy: multiLabel.exact.share,
    maps: [analysed],
    lastLayer: null,
    analysed,
    classes: multiLabel.classes.map((one) => ({
      class: one.class,
      name: one.name,
      support: one.positives,
      predicted: one.truePositives + one.falsePositives,
      truePositives: one.truePositives,
      falsePositives: one.falsePositives,
      falseNegatives: one.falseNegatives,
      precision: one.precision,
      recall: one.recall,
      f1: one.f1,
    })),
    confusion: [],
    calibration: null,
    labelErrors: [],
    clusters: [cluster],
    gaps: [lighthouseGap(scenes)],
    collect: [
      {
        rank: 1,
        class: boat,
        mistakes: cluster.size,
        sentence: cluster.sentence,
        from: cluster.id,
        alsoFrom: [],
        images: cluster.images,
      },
    ],
    warnings: [],
    notes: ['These findings were made for a test.'],
    multiLabel,
  };
}

function pageMultiLabel(scenes: readonly Scene[]): PageMultiLabel {
  const classes = harbourClasses.map((_, index) => classOf(scenes, index));
  const sum = (of: (one: MultiLabelClass) => number) => classes.reduce((total, one) => total + of(one), 0);
  const pairs = {
    truePositives: sum((one) => one.truePositives),
    falsePositives: sum((one) => one.falsePositives),
    falseNegatives: sum((one) => one.falseNegatives),
    trueNegatives: sum((one) => one.trueNegatives),
    unknown: sum((one) => one.unknown),
  };
  const labelled = scenes.filter(({ truth }) => truth !== null);
  const right = labelled.filter((scene) => harbourClasses.every((_, index) => !isWrong(scene, index))).length;
  const everyPair = labelled.flatMap((scene) => harbourClasses.flatMap((_, index) => pairOf(scene, index)));
  return {
    threshold: 'file',
    pairs,
    exact: { images: labelled.length, right, share: right / labelled.length },
    micro: { ...rates(pairs), ...ranking(everyPair) },
    macro: {
      precision: mean(classes.map(({ precision }) => precision)),
      recall: mean(classes.map(({ recall }) => recall)),
      f1: mean(classes.map(({ f1 }) => f1)),
      averagePrecision: mean(classes.map((one) => one.averagePrecision)),
      auroc: mean(classes.map((one) => one.auroc)),
    },
    classes,
    coOccurrence: coOccurrence(scenes),
    missingLabels: scenes.flatMap(({ shown, truth, scores }, row) =>
      shown[buoy] && truth?.[buoy] === 0 && (scores[buoy] ?? 0) >= 0.6
        ? [
            {
              row,
              class: buoy,
              score: scores[buoy] ?? 0,
              likeness: { own: 0.91, usual: 0.84 },
              reason: 'The network is sure of it, and its map lies where the maps of labelled buoys lie.',
            },
          ]
        : [],
    ),
  };
}

function classOf(scenes: readonly Scene[], index: number): MultiLabelClass {
  const threshold = harbourThresholds[index] ?? 0.5;
  const pairs = scenes.flatMap((scene) => pairOf(scene, index));
  const count = (isTrue: boolean, isDecided: boolean) =>
    pairs.filter((pair) => pair.isTrue === isTrue && pair.score >= threshold === isDecided).length;
  const counts = {
    truePositives: count(true, true),
    falsePositives: count(false, true),
    falseNegatives: count(true, false),
    trueNegatives: count(false, false),
  };
  const positives = counts.truePositives + counts.falseNegatives;
  const points = pointsOf(pairs);
  return {
    class: index,
    name: harbourClasses[index] ?? null,
    threshold,
    positives,
    negatives: pairs.length - positives,
    unknown: scenes.filter(({ truth }) => truth?.[index] === -1).length,
    ...counts,
    ...rates(counts),
    ...ranking(pairs),
    bestF1: bestF1(points),
    calibration:
      positives === 0
        ? null
        : {
            expectedError: 0.08,
            maximumError: 0.21,
            bins: [0, 0.2, 0.4, 0.6, 0.8].map((from) => {
              const inside = pairs.filter(({ score }) => score >= from && score < from + 0.2);
              return {
                from,
                to: from + 0.2,
                count: inside.length,
                confidence: mean(inside.map(({ score }) => score)) ?? 0,
                accuracy: mean(inside.map(({ isTrue }) => Number(isTrue))) ?? 0,
              };
            }),
          },
    curve:
      positives === 0
        ? []
        : points.map((point) => ({
            threshold: point.threshold,
            precision: point.truePositives / (point.truePositives + point.falsePositives),
            recall: point.truePositives / positives,
          })),
  };
}

interface Pair {
  isTrue: boolean;
  score: number;
}

function pairOf({ truth, scores }: Scene, index: number): Pair[] {
  const own = truth?.[index] ?? -1;
  return own === -1 ? [] : [{ isTrue: own === 1, score: scores[index] ?? 0 }];
}

function pointsOf(pairs: readonly Pair[]) {
  return operatingPoints({ scores: pairs.map(({ score }) => score), truth: pairs.map(({ isTrue }) => Number(isTrue)) });
}

function ranking(pairs: readonly Pair[]): Pick<PairScores, 'averagePrecision' | 'auroc'> {
  const points = pointsOf(pairs);
  return { averagePrecision: averagePrecision(points), auroc: auroc(points) };
}

function rates(counts: { truePositives: number; falsePositives: number; falseNegatives: number }) {
  const { truePositives, falsePositives, falseNegatives } = counts;
  const [decided, positives] = [truePositives + falsePositives, truePositives + falseNegatives];
  return {
    precision: decided === 0 ? null : truePositives / decided,
    recall: positives === 0 ? null : truePositives / positives,
    f1: decided + positives === 0 ? null : (2 * truePositives) / (decided + positives),
  };
}

function mean(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
}

export function isDecided({ scores }: Scene, index: number): boolean {
  return (scores[index] ?? 0) >= (harbourThresholds[index] ?? 0.5);
}

/** False also where the truth is not known. */
export function isWrong(scene: Scene, index: number): boolean {
  const own = scene.truth?.[index] ?? -1;
  return own !== -1 && isDecided(scene, index) !== (own === 1);
}

function isFalsePositive(scene: Scene, index: number): boolean {
  return isWrong(scene, index) && isDecided(scene, index);
}

function coOccurrence(scenes: readonly Scene[]): PageMultiLabel['coOccurrence'] {
  const indices = harbourClasses.map((_, index) => index);
  const both = (a: number, b: number) => scenes.filter(({ truth }) => truth?.[a] === 1 && truth[b] === 1).length;
  const falsePositives = indices.flatMap((own) =>
    indices.flatMap((other) => {
      const untrue = scenes.filter(({ truth }) => truth?.[own] === 0);
      const beside = untrue.filter(({ truth }) => truth?.[other] === 1);
      const apart = untrue.filter(({ truth }) => truth?.[other] !== 1);
      const wrong = (some: readonly Scene[]) => some.filter((scene) => isFalsePositive(scene, own)).length;
      const count = wrong(beside);
      if (own === other || count === 0) return [];
      const rate = count / beside.length;
      const otherwise = apart.length === 0 ? null : wrong(apart) / apart.length;
      return [{ class: own, with: other, count, rate, otherwise, chance: own === gull && other === boat ? 1e-9 : 0.4 }];
    }),
  );
  const cluster = gullCluster(scenes);
  return {
    together: indices.flatMap((a) =>
      indices.flatMap((b) => (a < b && both(a, b) > 0 ? [{ a, b, count: both(a, b) }] : [])),
    ),
    falsePositives,
    travelling: falsePositives
      .filter(({ class: own, with: other }) => own === gull && other === boat)
      .map((pair) => ({
        id: 'cue-1',
        agreement: 0.83,
        ...pair,
        falsePositives: scenes.filter((scene) => isFalsePositive(scene, gull)).length,
        heatmap: spot(gull),
        place: 'upper right',
        images: cluster.images.slice(0, 12),
        sentence: `gull is decided in ${pair.count} of the images with boat and without gull, and hardly ever elsewhere: what travels with boat is taken for gull. The maps lie in the upper right.`,
      })),
  };
}

function gullCluster(scenes: readonly Scene[]): PageCluster {
  const images = rowsWhere(scenes, (scene) => isFalsePositive(scene, gull));
  const correct = rowsWhere(scenes, (scene) => scene.truth?.[gull] === 1 && isDecided(scene, gull));
  return {
    id: 'cluster-1',
    predicted: gull,
    images,
    size: images.length,
    share: 1,
    labels: [
      {
        class: boat,
        count: rowsWhere(scenes, (scene) => isFalsePositive(scene, gull) && scene.truth?.[boat] === 1).length,
      },
      {
        class: buoy,
        count: rowsWhere(scenes, (scene) => isFalsePositive(scene, gull) && scene.truth?.[buoy] === 1).length,
      },
    ],
    heatmap: spot(gull),
    place: 'upper right',
    typical: images.slice(0, 8),
    counterExamples: correct.slice(0, 8),
    lookAlikes: { correct: 2, wrong: images.length },
    errorRate: { slice: 0.8, classes: 0.3 },
    spuriousCue: 0.71,
    claimed: true,
    chance: 1e-6,
    grounds: 'margins',
    tests: [],
    proofs: null,
    evidence: 'The network was not asked.',
    setApart: 2.9,
    embedding: {
      images: images.map((row, at) => [row, Math.cos(at) * 2 + 3, Math.sin(at * 1.7)]),
      correct: correct.map((row, at) => [row, Math.cos(at * 2.1), Math.sin(at * 1.3) * 2]),
    },
    sentence: `${images.length} images without a gull are decided as gull, all looking at the upper right, and most of them show a boat: collect boats without gulls.`,
  };
}

function lighthouseGap(scenes: readonly Scene[]): PageGap {
  const images = rowsWhere(scenes, (scene) => isWrong(scene, lighthouse) && !isDecided(scene, lighthouse));
  return {
    id: 'gap-1',
    label: lighthouse,
    images,
    size: images.length,
    share: 1,
    predicted: [
      {
        class: boat,
        count: rowsWhere(scenes, (scene) => images.includes(scenes.indexOf(scene)) && isDecided(scene, boat)).length,
      },
    ],
    heatmap: spot(lighthouse),
    place: 'right',
    typical: images.slice(0, 8),
    nearest: rowsWhere(scenes, (scene) => scene.truth?.[lighthouse] === 1 && isDecided(scene, lighthouse)).slice(0, 8),
    distance: 2.8,
    reference: null,
    claimed: true,
    chance: 0.001,
    sentence: `${images.length} images of lighthouse look unlike all that are recognised.`,
  };
}

function rowsWhere(scenes: readonly Scene[], holds: (scene: Scene) => boolean): number[] {
  return scenes.flatMap((scene, row) => (holds(scene) ? [row] : []));
}

/** A round spot at the class's place, as a 32 x 32 heatmap. */
function spot(index: number): number[] {
  const [x, y] = places[index] ?? [0.5, 0.5];
  return Array.from({ length: 1024 }, (_, cell) => {
    const distance = (Math.floor(cell / 32) - y * 32) ** 2 + ((cell % 32) - x * 32) ** 2;
    return Math.exp(-distance / 20);
  });
}
