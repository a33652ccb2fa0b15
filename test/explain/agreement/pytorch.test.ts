import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { Explainer } from '../../../src/explain/explainer.ts';
import { deviations } from './compare.ts';
import { goldenNames, readGolden, withModel } from './golden.ts';

// GRADLINE_ORACLE names a folder of further goldens, made by `python3 test/oracle/generate.py full <folder>`.
const folders = [path.join(import.meta.dirname, '../../goldens/thin')];
if (process.env.GRADLINE_ORACLE !== undefined) folders.push(path.resolve(process.env.GRADLINE_ORACLE));

for (const folder of folders) {
  describe(`explanations agree with PyTorch's hooks: ${path.basename(folder)}`, async () => {
    for (const name of await goldenNames(folder)) {
      const golden = await readGolden(folder, name);

      it(`${name}: logits, activations, gradients, Grad-CAM and CAM maps, evidence`, { timeout: 300_000 }, async () => {
        const found = await withModel(folder, golden, (model) => deviations(model, golden));
        const apart = found
          .filter(({ share }) => !(share <= golden.tolerance))
          .map(({ what, layer, target, share }) =>
            [name, what, layer, target, share.toExponential(1)].filter((part) => part !== '').join(', '),
          );
        expect(apart).toEqual([]);
      });

      if (golden.camRefused !== null) {
        const layer = golden.camRefused;
        it(`${name}: CAM at ${layer} is refused and Grad-CAM suggested`, async () => {
          const opened = withModel(folder, golden, (model) =>
            Explainer.open({ model, layers: [layer], methods: ['cam'], batchSize: 1 }),
          );
          await expect(opened).rejects.toMatchObject({
            code: 'no-cam-head',
            message: expect.stringContaining('grad-cam'),
          });
        });
      }
    }
  });
}
