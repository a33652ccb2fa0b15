/** Which maps of an image are shown beside each other, from the address's parameters. */

import type { Report } from '../report.ts';

export interface MapChoice {
  layers: string[];
  methods: string[];
  targets: string[];
  /** What a reader calls a target. */
  nameOf: (target: string) => string;
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
  const { layers, layer, methods, method, found, nextLayer, nextMethod } = layerChoice(report, params);
  const targets = distinct(found.map(({ target }) => target));
  const wanted = (params.get('targets') ?? '').split(',').filter((target) => targets.includes(target));
  const shown = wanted.length > 0 ? wanted : usualTargets(targets, report.isMistake(row));
  const shownTargets = targets.filter((target) => shown.includes(target));
  return {
    layers,
    methods,
    targets,
    nameOf: targetName,
    layer,
    method,
    shownTargets,
    maps: shownTargets.map((target) => report.mapIndex({ layer, method, target })),
    nextLayer,
    nextMethod,
    nextTargets: nextTargets(targets, shownTargets),
  };
}

/** The layer and method of the address, else of the findings, and the maps that they have. */
export function layerChoice({ maps, findings }: Report, params: URLSearchParams) {
  const layers = distinct(maps.map(({ layer }) => layer));
  const layer = known(layers, params.get('layer')) ?? findings.analysed?.layer ?? layers.at(-1) ?? '';
  const ofLayer = maps.filter((map) => map.layer === layer);
  const methods = distinct(ofLayer.map(({ method }) => method));
  const method = known(methods, params.get('method')) ?? known(methods, findings.analysed?.method) ?? methods[0] ?? '';
  const found = ofLayer.filter((map) => map.method === method);
  return { layers, layer, methods, method, found, nextLayer: after(layers, layer), nextMethod: after(methods, method) };
}

function usualTargets(targets: readonly string[], mistake: boolean): string[] {
  const pair = ['predicted', 'label'].filter((target) => targets.includes(target));
  if (mistake && pair.length === 2) return pair;
  return targets.slice(targets.includes('predicted') ? targets.indexOf('predicted') : 0).slice(0, 1);
}

/** Each target alone, then the first two together, then from the start. */
export function nextTargets(targets: readonly string[], shown: readonly string[]): string[] {
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

/** `label` is a word of the command line; a reader looks for the true class. */
function targetName(target: string): string {
  if (target === 'label') return 'true class';
  return target === 'predicted' ? 'predicted class' : target;
}
