/**
 * Which runs a worker computes. A run says its precision, so that its output does not depend on who does a shard; a process has one for its life,
 * because NVIDIA's libraries ask once (`explain/precision.ts`).
 */

import type { Precision } from '../../explain/options.ts';
import { chosenPrecision, hasTensorCores } from '../../explain/precision.ts';
import type { RunConfiguration } from '../../shared/run/configuration.ts';
import { LeftToOthers } from './failures.ts';

/**
 * @param provider that the worker computes with
 * @param wanted by its user; left out: float32, and what needs the same of a process
 * @throws UserError `unsupported-precision` where the provider does not have it
 */
export function takenPrecisions(provider: string, wanted?: Precision): readonly Precision[] {
  const own = chosenPrecision({ providers: [provider], ...(wanted === undefined ? {} : { precision: wanted }) });
  if (wanted !== undefined || own === 'tf32') return [own];
  return hasTensorCores(provider) ? ['float32', 'float16'] : ['float32'];
}

/** @throws LeftToOthers where this worker does not compute as the run says */
export function checkPrecision(
  run: string,
  { precision = 'float32' }: Pick<RunConfiguration, 'precision'>,
  taken: readonly Precision[],
): void {
  if (taken.includes(precision)) return;
  throw new LeftToOthers(
    `Run ${run} is to be computed in ${precision}, and this worker computes in ${taken.join(' or ')}. Its shards are left to other workers: ` +
      `start one with ${precision === 'float32' ? '' : '--provider cuda '}--precision ${precision}.`,
  );
}
