/** Which classes' maps of an image are shown beside each other, from the address's parameters. */

import type { OpenedImage } from '../details.ts';
import { layerChoice, type MapChoice, nextTargets } from '../image/map-choice.ts';
import type { Report } from '../report.ts';
import { type ClassDecision, decisionsOf } from './decisions.ts';

/** Beside each other at first. */
const mapsShown = 4;

/**
 * Targets are class indices as text: of several labels, maps are of each image's own classes. Where there are more than fit beside each other, the class
 * that is asked about comes first, then those that were decided wrongly.
 * @param opened null while it loads
 */
export function classMapChoice(report: Report, opened: OpenedImage | null, params: URLSearchParams): MapChoice {
  const { found, ...choice } = layerChoice(report, params);
  const places = new Map<string, number>();
  for (const { map, class: index } of opened?.maps ?? []) {
    const id = report.maps[map];
    if (id && found.includes(id) && !places.has(String(index))) places.set(String(index), map);
  }
  const targets = [...places.keys()];
  const wanted = (params.get('targets') ?? '').split(',').filter((target) => places.has(target));
  const decisions = opened ? decisionsOf(report, opened, params) : [];
  const shown = wanted.length > 0 ? wanted : usualClasses(targets, decisions, params.get('class'));
  const shownTargets = targets.filter((target) => shown.includes(target));
  return {
    ...choice,
    targets,
    nameOf: (target) => report.className(Number(target)),
    shownTargets,
    maps: shownTargets.map((target) => places.get(target) ?? -1),
    nextTargets: nextTargets(targets, shownTargets),
  };
}

function usualClasses(targets: readonly string[], decisions: readonly ClassDecision[], asked: string | null): string[] {
  const wrong = new Set(decisions.filter(({ outcome }) => outcome.startsWith('false')).map((one) => String(one.class)));
  const weight = (target: string) => (target === asked ? 2 : Number(wrong.has(target)));
  return [...targets].sort((a, b) => weight(b) - weight(a)).slice(0, mapsShown);
}
