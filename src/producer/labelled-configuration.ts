/** Whether images have several labels, as far as the settings leave it to the labels. */

import type { RunConfiguration } from '../shared/run/configuration.ts';
import type { EarlierRun } from '../shared/run/run-file.ts';
import type { RunPlan } from './plan.ts';

/** As an earlier start of the run found it. */
export function asBefore(configuration: RunConfiguration, earlier: EarlierRun | null): RunConfiguration {
  const { multiLabel } = configuration;
  return multiLabel === undefined && earlier?.configuration.multiLabel === true
    ? { ...configuration, multiLabel: true }
    : configuration;
}

/** As the labels say it: run.json keeps that, and workers go by it. */
export function asLabelled(configuration: RunConfiguration, plan: Pick<RunPlan, 'multiLabel'>): RunConfiguration {
  return plan.multiLabel ? { ...configuration, multiLabel: true } : configuration;
}
