/**
 * How far explanations are from PyTorch's hooks, network by network.
 *
 *     GRADLINE_ORACLE=<folder> npm run oracle
 *
 * The folder holds goldens made by `python3 test/oracle/generate.py full <folder>`; without it the committed thin ones are read.
 * Prints a row per network, layer and target with the largest deviation as a share of the image's largest magnitude, and exits with 1
 * where one is above the golden's tolerance.
 */

import path from 'node:path';
import { type Deviation, deviations } from '../test/explain/agreement/compare.ts';
import { goldenNames, readGolden, withModel } from '../test/explain/agreement/golden.ts';

const folder = path.resolve(process.env.GRADLINE_ORACLE ?? 'test/goldens/thin');
const columns = [42, 26, 11, 10, 10, 10, 10] as const;
const print = (...cells: string[]) => console.log(cells.map((cell, i) => cell.padEnd(columns[i] ?? 0)).join(''));

function largest(found: Deviation[], what: string, layer: string, target: string): string {
  const shares = found.filter((d) => d.what === what && d.layer === layer && d.target === target).map((d) => d.share);
  return shares.length === 0 ? '-' : Math.max(...shares).toExponential(1);
}

print('network', 'layer', 'target', 'logits', 'map', 'evidence', 'CAM');
for (const name of await goldenNames(folder)) {
  const golden = await readGolden(folder, name);
  const found = await withModel(folder, golden, (model) => deviations(model, golden)).catch((error: unknown) => {
    console.log(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
    return [];
  });
  if (found.length === 0) continue;
  for (const { layer, targets } of golden.layers) {
    for (const target of Object.keys(targets)) {
      const shares = ['map', 'evidence', 'cam'].map((what) => largest(found, what, layer, target));
      print(name, layer, target, largest(found, 'logits', '', ''), ...shares);
    }
  }
  for (const { what, layer, target, share } of found) {
    if (share <= golden.tolerance) continue;
    console.log(
      `  above ${golden.tolerance}: ${[what, layer, target].filter(Boolean).join(', ')}: ${share.toExponential(1)}`,
    );
    process.exitCode = 1;
  }
}
