import type { HookedLayer } from '../explain/explanation.ts';

/** What a layer is in the file where that is not what its name says, a sentence each. */
export function layerNotes(layers: readonly Pick<HookedLayer, 'layer' | 'resolvedLayer' | 'holdsNorm'>[]): string[] {
  return layers.flatMap(({ layer, resolvedLayer, holdsNorm }) => {
    if (holdsNorm !== true) return resolvedLayer === undefined ? [] : [`Layer '${layer}' is ${resolvedLayer}.`];
    const where = resolvedLayer === undefined ? '' : ` It is ${resolvedLayer} in this file.`;
    return [
      `Layer '${layer}' is a convolution and the BatchNormalization behind it in one, as the exporter folded them: its maps are of what leaves the norm.${where}`,
    ];
  });
}
