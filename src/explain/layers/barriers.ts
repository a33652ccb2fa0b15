/** Operators at which gradients stop on their way back from the class score. */

import { ruleFor } from '../gradients/rules.ts';
import type { Graph } from '../onnx/graph.ts';
import { placeOf } from '../onnx/operator-name.ts';

export interface Barrier {
  /** Operator and node, as in `Hardmax '/gate/Hardmax'`. */
  place: string;
  reason: string;
}

/** @param reach as `gradientReach` returns it */
export function barriers(graph: Graph, reach: ReadonlyMap<string, string | null>): Barrier[] {
  const places = new Set(reach.values());
  return graph.nodes.flatMap((node) => {
    const place = placeOf(node);
    const reason = ruleFor(node);
    return places.has(place) && typeof reason === 'string' ? [{ place, reason }] : [];
  });
}
