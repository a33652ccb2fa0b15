/** Layer fusion: one map from the maps of several layers. */

import { at } from './at.ts';
import type { LayerMaps, MapShape } from './explanation.ts';
import type { Fusion } from './options.ts';
import { resized } from './resize.ts';

/** The layer that fused maps are reported under. */
const fusedLayer = 'fused';

/**
 * A fused map for each method and target that has maps of at least two layers. Each layer's map is clipped below zero,
 * divided by its maximum and brought to the grid with the most cells (bilinear, between cell centres); the fused value is
 * their mean, maximum or product, from 0 to 1. `gradientPeak` is the largest of the layers'. There is no evidence vector:
 * the layers' channels differ.
 */
export function fuseMaps(maps: readonly LayerMaps[], layers: readonly string[], fusion: Fusion): LayerMaps[] {
  return fusedGroups(maps, layers).map((group) => fuse(group, fusion));
}

/** What `fuseMaps` makes of maps of such shapes. */
export function fusedShapes(maps: readonly MapShape[], layers: readonly string[]): MapShape[] {
  return fusedGroups(maps, layers).map((group) => {
    const { method, target } = group[0];
    return { layer: fusedLayer, method, target, ...largestGrid(group), channels: 0 };
  });
}

/** Maps of one method and target each, where there are several. */
function fusedGroups<Shape extends MapShape>(maps: readonly Shape[], layers: readonly string[]): [Shape, ...Shape[]][] {
  const groups = new Map<string, [Shape, ...Shape[]]>();
  for (const map of maps.filter(({ layer }) => layers.includes(layer))) {
    const key = JSON.stringify([map.method, map.target]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [map]);
    else group.push(map);
  }
  return [...groups.values()].filter((group) => group.length > 1);
}

function largestGrid([first, ...others]: readonly [MapShape, ...MapShape[]]): { height: number; width: number } {
  const { height, width } = others.reduce((a, b) => (b.height * b.width > a.height * a.width ? b : a), first);
  return { height, width };
}

function fuse(group: readonly [LayerMaps, ...LayerMaps[]], fusion: Fusion): LayerMaps {
  const [first] = group;
  const { height, width } = largestGrid(group);
  const count = first.classes.length;
  const values = new Float32Array(count * height * width).fill(fusion === 'product' ? 1 : 0);
  const gradientPeak = new Float32Array(count);
  for (const map of group) {
    const cells = map.height * map.width;
    for (let image = 0; image < count; image++) {
      const own = normalised(map.values.subarray(image * cells, (image + 1) * cells));
      const into = values.subarray(image * height * width, (image + 1) * height * width);
      const sized = resized(own, map, { height, width });
      sized.forEach((value, i) => {
        const before = into[i] ?? 0;
        if (fusion === 'mean') into[i] = before + value / group.length;
        else into[i] = fusion === 'max' ? Math.max(before, value) : before * value;
      });
      gradientPeak[image] = Math.max(at(gradientPeak, image), at(map.gradientPeak, image));
    }
  }
  const { method, target, classes } = first;
  const evidence = new Float32Array();
  return { layer: fusedLayer, method, target, classes, height, width, channels: 0, values, evidence, gradientPeak };
}

/** The positive part as shares of its maximum; zeros where nothing is positive. */
function normalised(map: Float32Array): Float32Array {
  const top = map.reduce((a, b) => Math.max(a, b), 0);
  return map.map((value) => (top > 0 ? Math.max(value, 0) / top : 0));
}
