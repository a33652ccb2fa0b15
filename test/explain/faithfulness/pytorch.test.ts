import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { Evaluator } from '../../../src/explain/faithfulness/evaluator.ts';
import { readGolden, unpack, withModel } from '../agreement/golden.ts';
import { images } from '../agreement/images.ts';

/** What test/oracle/faithfulness.py wrote. */
interface FaithfulnessGolden {
  network: string;
  class: number;
  layers: Record<
    string,
    {
      deletion: number;
      insertion: number;
      drop: number;
      increase: boolean;
      mostImportantFirst: number;
      leastImportantFirst: number;
    }
  >;
}

const goldens = path.join(import.meta.dirname, '../../goldens');
const golden: FaithfulnessGolden = JSON.parse(await readFile(path.join(goldens, 'faithfulness/resnet34.json'), 'utf8'));
const methods: { maps: Record<string, Record<string, string>> } = JSON.parse(
  await readFile(path.join(goldens, 'methods/resnet34.json'), 'utf8'),
);

test('agrees with PyTorch and a dense solution of ROAD’s equations', { timeout: 120_000 }, async () => {
  const thin = path.join(goldens, 'thin');
  const reference = await readGolden(thin, golden.network);
  const { height, width, count } = reference.input;
  const layers = Object.keys(golden.layers);
  const pictures = images(reference.input);
  await withModel(thin, reference, async (model) => {
    await using evaluator = await Evaluator.open({ model, layers, inputSize: { height, width } });
    const maps = layers.map((layer) => {
      const values = unpack(methods.maps['grad-cam']?.[layer] ?? '');
      const cells = values.length / count;
      const side = Math.sqrt(cells);
      const id = { layer, method: 'grad-cam', target: 'predicted', class: golden.class };
      return { ...id, height: side, width: side, values: values.slice(0, cells) };
    });
    const picture = pictures.subarray(0, pictures.length / count);
    const found = await evaluator.evaluate(picture, maps, { seed: 1, randomise: false });
    for (const [at, layer] of layers.entries()) {
      const ours = found.maps[at];
      const theirs = golden.layers[layer];
      const { mostImportantFirst, leastImportantFirst } = ours?.road ?? {};
      const numbers = { ...ours, mostImportantFirst, leastImportantFirst };
      for (const name of ['deletion', 'insertion', 'drop'] as const) {
        expect(
          Math.abs((numbers[name] ?? Number.NaN) - (theirs?.[name] ?? Number.NaN)),
          `${layer} ${name}`,
        ).toBeLessThan(1e-4);
      }
      // With ROAD's equations solved exactly the two agree to 1e-6; they are solved to within 1e-3 of the picture's range.
      for (const name of ['mostImportantFirst', 'leastImportantFirst'] as const) {
        expect(
          Math.abs((numbers[name] ?? Number.NaN) - (theirs?.[name] ?? Number.NaN)),
          `${layer} ${name}`,
        ).toBeLessThan(5e-3);
      }
      expect(ours?.increase).toBe(theirs?.increase);
    }
  });
});
