import { describe, expect, it } from 'vitest';
import { smallestGroup } from '../../../src/report/clusters/class-groups.ts';
import type { UnrankedCluster } from '../../../src/report/clusters/describe-cluster.ts';
import { type FoundClusters, findClusters, joinClusters } from '../../../src/report/clusters/find-clusters.ts';
import { highMargins } from '../../../src/report/clusters/high-margin.ts';
import { type SeenMaps, sampleOf } from '../../../src/report/clusters/sample.ts';
import { type ClusterTests, testedClusters, untested } from '../../../src/report/gaps/tested-clusters.ts';
import { scattered } from '../clusters/scattered-points.ts';

/** A group of mistakes for class 0 and another one far from it, and correct images. */
function found() {
  const counts = [24, 24, 30];
  const count = counts.reduce((sum, n) => sum + n, 0);
  const run = {
    label: Int32Array.from({ length: count }, (_, row) => (row < 48 ? 1 : 0)),
    predicted: new Int32Array(count),
    margin: new Float64Array(count).fill(0.9),
    keys: Array.from({ length: count }, (_, row) => `${row}.png`),
  };
  const places = [0, 12, 24];
  const evidence = Float32Array.from(counts.flatMap((n, i) => scattered(n, [0, places[i] ?? 0], i).flat()));
  const map = { channels: 6, evidence, height: 1, width: 1, heatmaps: new Float32Array(count).fill(1) };
  const maps = { predicted: [map], label: [map] };
  return { maps, found: findClusters(sampleOf(run, Int32Array.from(run.keys.keys())), maps, highMargins(run)) };
}

/** Both groups in one cluster. */
function joinedOf({ clusters, ...rest }: FoundClusters, maps: SeenMaps): UnrankedCluster {
  const [first, ...others] = clusters;
  if (first === undefined) throw new Error('Nothing was found.');
  return others.reduce((whole, one) => joinClusters({ clusters, ...rest }, maps, whole, one) ?? whole, first);
}

/** What the network would say where every second image has the cause. */
const hasMark = (row: number) => row % 2 === 0;
const tests: ClusterTests = {
  ...untested,
  test: async (clusters) =>
    clusters.map((cluster) => ({ ...cluster, grounds: 'interventions', claimed: cluster.rows.every(hasMark) })),
  marked: async ({ rows }) => rows.filter(hasMark),
};

describe('images that the network is asked about', () => {
  it('are a cluster of their own where only those with the same marks have a cause, and the others are left without', async () => {
    const { found: clusters, maps } = found();
    const large = clusters.clusters.filter(({ rows }) => rows.filter(hasMark).length >= smallestGroup);
    expect(large.length).toBeGreaterThan(0);
    const tested = await testedClusters(clusters, maps, tests);
    const marked = tested.filter(({ claimed }) => claimed);
    const inOrder = (rows: readonly number[]) => [...rows].sort((a, b) => a - b);
    expect(marked.map(({ rows }) => inOrder(rows))).toEqual(large.map(({ rows }) => inOrder(rows.filter(hasMark))));
    const left = large.map(({ rows }) => inOrder(rows.filter((row) => !hasMark(row))));
    for (const { rows } of tested.filter(({ claimed }) => !claimed))
      expect([...left, ...clusters.clusters.map((one) => inOrder(one.rows))]).toContainEqual(inOrder(rows));
  });

  it('stay together where their marks are no cause', async () => {
    const { found: clusters, maps } = found();
    const none: ClusterTests = { ...tests, test: async (all) => all.map((one) => ({ ...one, claimed: false })) };
    expect(await testedClusters(clusters, maps, none)).toEqual(
      clusters.clusters.map((one) => ({ ...one, claimed: false })),
    );
  });

  it('leave a cluster of which marks are claimed that they do not have', async () => {
    const { found: clusters, maps } = found();
    const cause = { kind: 'marks', words: 'the same mark', isRemovable: true, images: 7, margin: 4, fall: 4 } as const;
    const answers = { ordinaryFall: 0, returned: 1, returnedElsewhere: 0, ordinaryReturned: null, chance: 1e-4 };
    const marks = [{ ...cause, ...answers, transplanted: null, inRun: null }];
    const claiming: ClusterTests = {
      ...tests,
      test: async (all) =>
        all.map((one) => ({ ...one, grounds: 'interventions', claimed: one.rows.some(hasMark), tests: marks })),
    };
    const tested = await testedClusters(clusters, maps, claiming);
    const whole = clusters.clusters.filter(({ rows }) => rows.filter(hasMark).length < smallestGroup);
    expect(tested.filter(({ claimed }) => claimed).length).toBeGreaterThan(whole.length);
    for (const { claimed, rows, images } of tested)
      if (claimed && !whole.some((one) => one.images.join() === images.join())) expect(rows.every(hasMark)).toBe(true);
  });

  it('are two clusters where a mark lies beside what surrounds others, and one where the same is claimed of both', async () => {
    const { found: clusters, maps } = found();
    const whole = { ...clusters, clusters: [joinedOf(clusters, maps)] };
    const answers = { ordinaryFall: 0, returned: 1, returnedElsewhere: 0, ordinaryReturned: null, chance: 1e-4 };
    const cause = {
      words: 'it',
      isRemovable: true,
      images: 7,
      margin: 4,
      fall: 4,
      ...answers,
      transplanted: null,
      inRun: null,
    };
    const claiming = (without: 'surroundings' | 'place'): ClusterTests => ({
      ...tests,
      test: async (all) =>
        all.map((one) => {
          const kind = one.rows.every(hasMark) ? 'place' : one.rows.some(hasMark) ? 'surroundings' : without;
          return { ...one, grounds: 'interventions', claimed: true, tests: [{ kind, ...cause }] };
        }),
    });
    const two = await testedClusters(whole, maps, claiming('surroundings'));
    expect(two.map(({ rows }) => rows.every(hasMark)).sort()).toEqual([false, true]);
    expect(two.every(({ claimed }) => claimed)).toBe(true);
    expect(await testedClusters(whole, maps, claiming('place'))).toHaveLength(1);
  });

  it('are two so where no more may be asked about those without the mark, and one where what surrounds them is a cause of both', async () => {
    const { found: clusters, maps } = found();
    const whole = { ...clusters, clusters: [joinedOf(clusters, maps)] };
    const answers = { ordinaryFall: 0, returned: 1, returnedElsewhere: 0, ordinaryReturned: null, chance: 1e-5 };
    const cause = {
      words: 'it',
      isRemovable: true,
      images: 7,
      margin: 4,
      fall: 4,
      ...answers,
      transplanted: null,
      inRun: null,
    };
    const claiming = (ofMarked: number): ClusterTests => ({
      ...tests,
      test: async (all) =>
        all.map((one) => {
          if (!one.rows.some(hasMark)) return one;
          const around = { kind: 'surroundings' as const, ...cause };
          const ownTests = [
            { kind: 'place' as const, ...cause },
            { ...around, fall: ofMarked, returned: ofMarked / 4 },
          ];
          const kinds = one.rows.every(hasMark) ? ownTests : [around];
          return { ...one, grounds: 'interventions', claimed: true, chance: 1e-3, tests: kinds };
        }),
    });
    const two = await testedClusters(whole, maps, claiming(0));
    expect(two.map(({ tests: [strongest] }) => strongest?.kind).sort()).toEqual(['place', 'surroundings']);
    expect(await testedClusters(whole, maps, claiming(4))).toHaveLength(1);
  });

  it('are two clusters where only one half has a cause, unless nothing can be hidden there', async () => {
    const { found: clusters, maps } = found();
    const halved = { clusters: [joinedOf(clusters, maps)], classes: clusters.classes, nullModel: clusters.nullModel };
    const isEarly = (row: number) => row < 24;
    const hiding: ClusterTests = {
      ...untested,
      test: async (all) =>
        all.map((one) => ({ ...one, grounds: 'interventions', claimed: one.rows.every(isEarly), tests: [] })),
      mayHide: () => true,
    };
    const tested = await testedClusters(halved, maps, hiding);
    expect(tested.map(({ claimed, rows }) => ({ claimed, early: rows.every(isEarly) }))).toEqual(
      expect.arrayContaining([
        { claimed: true, early: true },
        { claimed: false, early: false },
      ]),
    );
    expect(await testedClusters(halved, maps, { ...hiding, mayHide: () => false })).toHaveLength(1);
  });

  it('of one cause are one cluster, also where nothing may be asked of both together', async () => {
    const { found: clusters, maps } = found();
    const names = new Set(clusters.clusters.map(({ images }) => images.join()));
    const exhausted: ClusterTests = {
      ...untested,
      test: async (all) =>
        all.map((one) =>
          names.has(one.images.join()) ? { ...one, grounds: 'interventions', claimed: true, tests: [] } : one,
        ),
      haveOneCause: async () => true,
    };
    const [whole, ...others] = await testedClusters(clusters, maps, exhausted);
    expect(others).toEqual([]);
    expect(whole).toMatchObject({ claimed: true, grounds: 'interventions' });
  });

  it('belong to a claimed cluster whose marks they have, though they were found elsewhere', async () => {
    const { found: clusters, maps } = found();
    const [first] = clusters.clusters;
    const rows = new Set(first?.rows);
    const own: ClusterTests = {
      ...untested,
      test: async (all) =>
        all.map((one) => ({ ...one, grounds: 'interventions', claimed: one.rows.every((row) => rows.has(row)) })),
      furtherMarked: async (_, others) => others.filter(hasMark),
    };
    const tested = await testedClusters(clusters, maps, own);
    const claimed = tested.filter((one) => one.claimed).flatMap((one) => one.rows);
    const further = clusters.clusters.slice(1).flatMap((one) => one.rows.filter(hasMark));
    expect(further.length).toBeGreaterThan(0);
    for (const row of [...rows, ...further]) expect(claimed).toContain(row);
    for (const { rows: left, claimed: isClaimed } of tested) if (!isClaimed) expect(left.some(hasMark)).toBe(false);
  });

  it('are in the cluster whose look they have, and those of its images that do not have it are in none', async () => {
    const { found: clusters, maps } = found();
    const [first] = clusters.clusters;
    const alike: ClusterTests = {
      ...untested,
      test: async (all) => all.map((one) => ({ ...one, grounds: 'interventions', claimed: one.rows === first?.rows })),
      lookingAlike: async (_, own, others) => [...own, ...others].filter(hasMark),
    };
    const tested = await testedClusters(clusters, maps, alike);
    const [claimed, ...more] = tested.filter((one) => one.claimed);
    const all = clusters.clusters.flatMap((one) => one.rows).filter(hasMark);
    expect(more).toEqual([]);
    expect(new Set(claimed?.rows)).toEqual(new Set(all));
    const tooFew: ClusterTests = { ...alike, lookingAlike: async (_, own) => own.slice(0, 2) };
    expect(await testedClusters(clusters, maps, tooFew)).toEqual(await alike.test(clusters.clusters));
  });
});
