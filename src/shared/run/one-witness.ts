/** Runs of which a report cannot tell apart why mistakes were made: one layer, or the predicted class alone. */

import type { HookedLayer } from '../../explain/explanation.ts';
import { inputLayer, lastLayer } from '../../explain/layers/hooked-layers.ts';
import type { RunConfiguration } from './configuration.ts';

type Hooks = Pick<RunConfiguration, 'layers' | 'targets'>;

/**
 * What to add to a run so that a report can tell causes of mistakes apart, a sentence with the options; null where it can, or has no map to make clusters of.
 * @param earlier what `gradline layers` suggests before the layer; null: not known
 */
export function witnessAdvice({ layers, targets }: Hooks, earlier: string | null): string | null {
  const hooked = [...new Set(layers.filter((layer) => layer !== inputLayer))];
  const [only = lastLayer] = hooked;
  const isOne = hooked.length < 2;
  const isPredicted = !targets.includes('label');
  if (!targets.includes('predicted') || (!isOne && !isPredicted)) return null;
  const seen = [...(isOne ? [`one layer ('${only}')`] : []), ...(isPredicted ? ['the predicted class alone'] : [])];
  const options = [
    ...(isOne ? [`--layers ${earlier ?? '<an earlier layer>'},${only}`] : []),
    ...(isPredicted ? [`--target ${[...targets, 'label'].join(',')}`] : []),
  ];
  const where = isOne && earlier === null ? ` 'gradline layers' suggests layers.` : '';
  return (
    `The report sees ${seen.join(' and ')}, so it cannot tell mistakes with a cause in common from classes that look alike to the network. ` +
    `To tell them apart, run with ${options.join(' ')}.${where}`
  );
}

/** The same at a run's start, for whoever can still change it; null where no report of single labels is to come. */
export function adviceAtStart(
  configuration: RunConfiguration,
  layers: readonly Pick<HookedLayer, 'earlierLayer'>[],
): string | null {
  const { labels, evidence, report, multiLabel, threshold } = configuration;
  if (labels === null || !evidence || !report || multiLabel === true || threshold !== undefined) return null;
  return witnessAdvice(configuration, layers[0]?.earlierLayer ?? null);
}
