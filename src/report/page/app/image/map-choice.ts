/** Which maps of an image are shown beside each other, from the address's parameters. */

import type { Report } from '../report.ts';

export interface MapChoice {
  layers: string[];
  methods: string[];
  targets: string[];
  layer: string;
  method: string;
  /** The chosen ones, in the order of `targets`. */
  shownTargets: string[];
  /** Places in the report's maps, one for each shown target. */
  maps: number[];
  /** What the keys for the next one lead to. */
  nextLayer: string;
  nextMethod: string;
  nextTargets: string[];
}

/** The layer of the findings, or the deepest. For a mistake, the predicted class beside the true one. */
export function mapChoice(report: Report, row: number, params: URLSearchParams): MapChoice {
  const { maps, findings } = report;
  const layers = distinct(maps.map(({ layer }) => layer));
  const layer = known(layers, params.get('layer')) ?? findings.analysed?.layer ?? layers.at(-1) ?? '';
  const ofLayer = maps.filter((map) => map.layer === layer);
  const methods = distinct(ofLayer.map(({ method }) => method));
  const method = known(methods, params.get('method')) ?? known(methods, findings.analysed?.method) ?? methods[0] ?? '';
  const targets = distinct(ofLayer.filter((map) => map.method === method).map(({ target }) => target));
  const wanted = (params.get('targets') ?? '').split(',').filter((target) => targets.includes(target));
  const shown = wanted.length > 0 ? wanted : usualTargets(targets, report.isMistake(row));
  const shownTargets = targets.filter((target) => shown.includes(target));
  return {
    layers,
    methods,
    targets,
    layer,
    method,
    shownTargets,
    maps: shownTargets.map((target) => report.mapIndex({ layer, method, target })),
    nextLayer: after(layers, layer),
    nextMethod: after(methods, method),
    nextTargets: nextTargets(targets, shownTargets),
  };
}

function usualTargets(targets: readonly string[], mistake: boolean): string[] {
  const pair = ['predicted', 'label'].filter((target) => targets.includes(target));
  if (mistake && pair.length === 2) return pair;
  return targets.slice(targets.includes('predicted') ? targets.indexOf('predicted') : 0).slice(0, 1);
}

/** Each target alone, then the first two together, then from the start. */
function nextTargets(targets: readonly string[], shown: readonly string[]): string[] {
  const single = targets.map((target) => [target]);
  const steps = targets.length > 1 ? [...single, targets.slice(0, 2)] : single;
  const at = steps.findIndex((step) => step.join() === shown.join());
  return steps[(at + 1) % Math.max(1, steps.length)] ?? [];
}

function known(names: readonly string[], name: string | null | undefined): string | undefined {
  return names.find((one) => one === name);
}

function after(names: readonly string[], name: string): string {
  return names[(names.indexOf(name) + 1) % Math.max(1, names.length)] ?? name;
}

function distinct(names: readonly string[]): string[] {
  return [...new Set(names)];
}
