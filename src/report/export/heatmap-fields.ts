/** Names for a run's maps that programs accept as field, column and file names. */

import type { MapId } from '../contract.ts';

export interface HeatmapField extends MapId {
  /** Letters, digits and `_`, begins with `heatmap_`; no two maps share one. */
  field: string;
}

/** `layer4` becomes `heatmap_layer4`; method and target are named where maps differ in them, the target `predicted` never. */
export function heatmapFields(maps: readonly MapId[]): HeatmapField[] {
  const methods = new Set(maps.map(({ method }) => method));
  const taken = new Set<string>();
  return maps.map(({ layer, method, target }) => {
    const parts = [layer, ...(methods.size > 1 ? [method] : []), ...(target === 'predicted' ? [] : [target])];
    const name = `heatmap_${parts.map(plain).join('_')}`;
    let field = name;
    for (let n = 2; taken.has(field.toLowerCase()); n += 1) field = `${name}_${n}`;
    taken.add(field.toLowerCase());
    return { layer, method, target, field };
  });
}

/** Signs become `_`; none is left at an end. */
function plain(text: string): string {
  return text.replace(/[^A-Za-z0-9]+/g, '_').replace(/^_+|_+$/g, '');
}
