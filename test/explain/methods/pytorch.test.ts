import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { Explainer } from '../../../src/explain/explainer.ts';
import type { Explanation, LayerMaps } from '../../../src/explain/explanation.ts';
import type { MethodName } from '../../../src/explain/options.ts';
import { methodNames } from '../../../src/explain/options.ts';
import { deviation, explainGolden } from '../agreement/compare.ts';
import { readGolden, unpack, withModel } from '../agreement/golden.ts';

/** What test/oracle/methods.py wrote: float32 maps as base64, those over pixels as means over blocks. */
interface MethodGolden {
  network: string;
  layers: string[];
  block: number;
  maps: Record<string, Record<string, string>>;
  contrast: { target: string; maps: Record<string, string> };
}

const thin = path.join(import.meta.dirname, '../../goldens/thin');
const folder = path.join(import.meta.dirname, '../../goldens/methods');
const goldens: MethodGolden[] = await Promise.all(
  (await readdir(folder)).map(async (file) => JSON.parse(await readFile(path.join(folder, file), 'utf8'))),
);
/** As in the thin goldens: rounding alone stays below a third of it. */
const tolerance = 1e-3;
/** `cam` is compared by the thin goldens. */
const comparedElsewhere = ['cam'];

/** A map's means over blocks of pixels, image by image. */
function blockMeans({ values, height, width }: LayerMaps, block: number): Float32Array {
  const [rows, columns] = [height / block, width / block];
  const means = new Float32Array(values.length / block ** 2);
  values.forEach((value, i) => {
    const image = Math.floor(i / (height * width));
    const row = Math.floor((i % (height * width)) / width / block);
    const column = Math.floor((i % width) / block);
    const place = (image * rows + row) * columns + column;
    means[place] = (means[place] ?? 0) + value / block ** 2;
  });
  return means;
}

async function explainedWith(golden: MethodGolden, methods: MethodName[], target: string): Promise<Explanation> {
  const reference = await readGolden(thin, golden.network);
  const { count, height, width } = reference.input;
  return withModel(thin, reference, async (model) => {
    await using explainer = await Explainer.open({
      model,
      methods,
      layers: golden.layers,
      targets: [target],
      batchSize: count,
      inputSize: { height, width },
    });
    const [explanation] = await explainGolden(explainer, reference);
    if (explanation === undefined) throw new Error('nothing was explained');
    return explanation;
  });
}

function deviationOf({ maps, count }: Explanation, method: string, layer: string, theirs: string, block: number) {
  const map = maps.find((entry) => entry.layer === layer && entry.method === method);
  const expected = unpack(theirs);
  const ours = map && (map.values.length === expected.length ? map.values : blockMeans(map, block));
  return deviation(ours, expected, count);
}

describe.each(goldens)('on $network', (golden) => {
  const methods = methodNames.filter((name) => golden.maps[name] !== undefined);

  test(`maps agree with PyTorch's: ${methods.join(', ')}`, { timeout: 120_000 }, async () => {
    const explanation = await explainedWith(golden, methods, 'predicted');
    const apart = methods.flatMap((method) =>
      Object.entries(golden.maps[method] ?? {})
        .map(([layer, theirs]) => ({
          method,
          layer,
          share: deviationOf(explanation, method, layer, theirs, golden.block),
        }))
        .filter(({ share }) => !(share <= tolerance)),
    );
    expect(apart).toEqual([]);
  });

  test("a class against another agrees with PyTorch's gradient of the difference", async () => {
    const { target, maps } = golden.contrast;
    const explanation = await explainedWith(golden, ['grad-cam'], target);
    for (const [layer, theirs] of Object.entries(maps)) {
      expect(deviationOf(explanation, 'grad-cam', layer, theirs, golden.block), layer).toBeLessThan(tolerance);
    }
  });
});

test('every method has a reference', () => {
  const covered = goldens.flatMap(({ maps }) => Object.keys(maps));
  expect([...new Set([...covered, ...comparedElsewhere])].toSorted()).toEqual(methodNames.toSorted());
});
