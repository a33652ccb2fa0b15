/** Which of a run's maps findings are made from. */

import type { MapId } from '../contract.ts';

/** Methods that weigh a layer's activations by what the score draws from them, the plainest first. */
const gradCamKind = [
  'grad-cam',
  'hirescam',
  'xgrad-cam',
  'layercam',
  'grad-cam++',
  'elementwise-grad-cam',
  'cam',
  'finer-cam',
  'eigen-grad-cam',
];

/** Layers that are not one: maps over the pixels, and fusions. They have no evidence vectors. */
const withoutEvidence = new Set(['input', 'fused']);

/**
 * The map of the deepest layer for the predicted class, by the first method of the grad-cam kind that the run has. Deepest is `last`,
 * else the layer with the smallest grid, else the one whose name has the higher numbers (`layer4` before `layer3`).
 * @param maps of a `RunTable`
 */
export function chooseAnalysedMap<Map extends MapId & { cells: number }>(maps: readonly Map[]): Map | null {
  const fit = maps.filter(
    ({ layer, method, target }) =>
      target === 'predicted' && gradCamKind.includes(method) && !withoutEvidence.has(layer),
  );
  const [first] = fit.sort(
    (a, b) =>
      Number(b.layer === 'last') - Number(a.layer === 'last') ||
      a.cells - b.cells ||
      b.layer.localeCompare(a.layer, 'en', { numeric: true }) ||
      gradCamKind.indexOf(a.method) - gradCamKind.indexOf(b.method),
  );
  return first ?? null;
}
