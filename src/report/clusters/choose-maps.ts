import type { MapId } from '../contract.ts';
import { chooseAnalysedMap } from '../findings/analysed-map.ts';

export interface ChosenMaps<Map extends MapId> {
  /** For the predicted class, the deepest layer first: what the mistake was made of. An early one is last: colours are there. */
  predicted: Map[];
  /** Earlier layers for the true class, the deepest first: what the picture holds, before the answer has shaped it. */
  label: Map[];
}

/** Layers that a comparison takes in: more add noise. */
const mostLayers = 2;

/**
 * Which maps findings are made from: those of the analysed method, at the deepest layers for the predicted class and at the layers before the
 * deepest for the true class. A run with one layer, or without the target `label`, gives what it has. Null when it has nothing.
 */
export function chooseMaps<Map extends MapId & { cells: number }>(maps: readonly Map[]): ChosenMaps<Map> | null {
  const predicted = deepestFirst(maps.filter(({ target }) => target === 'predicted'));
  const [analysed] = predicted;
  if (analysed === undefined) return null;
  const ofTruth = maps.flatMap((map) => {
    const asPredicted = map.target === 'label' && map.method === analysed.method;
    return asPredicted ? [{ ...map, target: 'predicted', own: map }] : [];
  });
  const label = deepestFirst(ofTruth).map(({ own }) => own);
  const known = label.length > 0 ? label : predicted;
  return {
    predicted: [...predicted.slice(0, mostLayers), ...predicted.slice(mostLayers).slice(-1)],
    label: (known.length > 1 ? known.slice(1) : known).slice(0, mostLayers),
  };
}

function deepestFirst<Map extends MapId & { cells: number }>(maps: readonly Map[]): Map[] {
  const deepest = chooseAnalysedMap(maps);
  if (deepest === null) return [];
  const others = maps.filter(({ layer, method }) => layer !== deepest.layer && method === deepest.method);
  return [deepest, ...deepestFirst(others)];
}
