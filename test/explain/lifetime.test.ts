/** Explainers that end, fail, run side by side and are asked again. */

import { readdir } from 'node:fs/promises';
import { describe, expect, test, vi } from 'vitest';
import { Explainer } from '../../src/explain/explainer.ts';
import { describeLayers } from '../../src/explain/layers/describe.ts';
import { temporaryFolder } from '../shared/temporary-folder.ts';
import { openTiny } from './open-tiny.ts';
import { pixels, smallClassifier } from './tiny-model.ts';

describe('closing', () => {
  test('twice is harmless, also at once', async () => {
    const explainer = await openTiny(smallClassifier());
    await Promise.all([explainer.close(), explainer.close()]);
    await explainer.close();
  });

  test('ends explaining', async () => {
    const explainer = await openTiny(smallClassifier());
    await explainer.close();
    await expect(explainer.explain(pixels(1), { count: 1 })).rejects.toThrow('closed');
  });

  test('happens at the end of an `await using` block, also when it is left by an error', async () => {
    let kept: Explainer | undefined;
    const block = async () => {
      await using explainer = await openTiny(smallClassifier());
      kept = explainer;
      throw new RangeError('left');
    };
    await expect(block()).rejects.toThrow('left');
    await expect(kept?.explain(pixels(1), { count: 1 })).rejects.toThrow('closed');
  });

  test('waits for the batch under way', async () => {
    const explainer = await openTiny(smallClassifier());
    const running = explainer.explain(pixels(4), { count: 4 });
    await explainer.close();
    expect((await running).maps[0]?.values).toHaveLength(4 * 16);
  });

  test('leaves results as they are', async () => {
    const explainer = await openTiny(smallClassifier());
    const { maps } = await explainer.explain(pixels(4), { count: 4 });
    const before = [...(maps[0]?.values ?? [])];
    await explainer.close();
    const other = await openTiny(smallClassifier());
    await other.explain(pixels(4, 192, 'other'), { count: 4 });
    await other.close();
    expect([...(maps[0]?.values ?? [])]).toEqual(before);
  });
});

describe('side by side', () => {
  test('batches explained at once on one explainer are those explained in turn', async () => {
    await using explainer = await openTiny(smallClassifier(), { layers: ['features.1', 'last'], targets: ['label'] });
    const batches = Array.from({ length: 6 }, (_, i) => pixels(4, 192, `batch ${i}`));
    const options = (i: number) => ({ count: 1 + (i % 4), labels: Int32Array.from([i % 5, 1, 2, 3]) });
    const inTurn: number[][] = [];
    for (const [i, batch] of batches.entries()) {
      inTurn.push((await explainer.explain(batch, options(i))).maps.flatMap((map) => [...map.values]));
    }
    const atOnce = await Promise.all(batches.map((batch, i) => explainer.explain(batch, options(i))));
    expect(atOnce.map(({ maps }) => maps.flatMap((map) => [...map.values]))).toEqual(inTurn);
    expect(new Set(inTurn.map(String)).size).toBe(6);
  });

  test('two explainers of one file do not disturb each other', async () => {
    const model = await smallClassifier().write(await temporaryFolder());
    const base = { model, batchSize: 2 };
    const [early, late] = await Promise.all([
      Explainer.open({ ...base, layers: ['features.1'] }),
      Explainer.open({ ...base, layers: ['last'], methods: ['cam'] }),
    ]);
    const [a, b] = await Promise.all([early.explain(pixels(2), { count: 2 }), late.explain(pixels(2), { count: 2 })]);
    expect(a.maps.map((map) => [map.method, map.height])).toEqual([['grad-cam', 8]]);
    expect(b.maps.map((map) => [map.method, map.height])).toEqual([['cam', 4]]);
    await early.close();
    const again = await late.explain(pixels(2), { count: 2 });
    expect([...(again.maps[0]?.values ?? [])]).toEqual([...(b.maps[0]?.values ?? [])]);
    await late.close();
  });
});

describe('temporary files', () => {
  async function leftBy(act: () => Promise<unknown>): Promise<string[]> {
    const folder = await temporaryFolder();
    vi.stubEnv('TMPDIR', folder);
    try {
      await act();
    } finally {
      vi.unstubAllEnvs();
    }
    return readdir(folder);
  }

  test('are gone while the explainer is still open', async () => {
    const model = await smallClassifier().write(await temporaryFolder());
    const open: Explainer[] = [];
    expect(await leftBy(async () => open.push(await Explainer.open({ model, layers: ['last'] })))).toEqual([]);
    const [explainer] = open;
    expect((await explainer?.explain(pixels(1), { count: 1 }))?.count).toBe(1);
    await explainer?.close();
  });

  test.each([
    ['an unknown layer', { layers: ['nowhere'] }],
    ['a layer without a grid', { layers: ['fc'] }],
    ['an unknown class', { layers: ['last'], targets: ['class:9'] }],
    ['an execution provider that is not there', { layers: ['last'], providers: ['nowhere'] }],
  ])('are gone after %s', async (_, options) => {
    const model = await smallClassifier().write(await temporaryFolder());
    const left = await leftBy(() => expect(Explainer.open({ ...options, model })).rejects.toThrow());
    expect(left).toEqual([]);
  });

  test('are gone after listing layers', async () => {
    const model = await smallClassifier().write(await temporaryFolder());
    expect(await leftBy(() => describeLayers(model))).toEqual([]);
    expect(await leftBy(() => expect(describeLayers(`${model}.missing`)).rejects.toThrow())).toEqual([]);
  });
});
