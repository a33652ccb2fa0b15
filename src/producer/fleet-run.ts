/** Opens the run that an output holds, or starts one there. */

import { resolve } from 'node:path';
import { UserError } from '../explain/user-error.ts';
import { readStatus } from '../shared/ledger/read-status.ts';
import { openRunLedger, type RedisClient, type RunLedger } from '../shared/ledger/run-keys.ts';
import { createRun } from '../shared/ledger/runs.ts';
import { readClassNames } from '../shared/run/class-names.ts';
import { isLabelFile, type RunConfiguration } from '../shared/run/configuration.ts';
import {
  newPlanManifest,
  type PlanClasses,
  type PlanManifest,
  readManifest,
  readPlanClasses,
  writePlanClasses,
} from '../shared/run/plan-files.ts';
import { runDigests } from '../shared/run/run-digests.ts';
import {
  checkSameRun,
  type EarlierRun,
  newRunId,
  type RunFile,
  readEarlierRun,
  softwareVersions,
  writeRunFile,
} from '../shared/run/run-file.ts';
import { emptyTally } from '../shared/run/tally.ts';
import { isS3Location } from '../shared/store/location.ts';
import { retryTransient } from '../shared/store/retry.ts';
import type { Store } from '../shared/store/store.ts';
import { chooseEvaluated } from './choose-evaluated.ts';
import { discardRun } from './discard-run.ts';
import { asBefore, asLabelled } from './labelled-configuration.ts';
import { planRun, type RunPlan } from './plan.ts';

export interface FleetRunOptions {
  /** Run id; null: that of the run in the output, else a new one. */
  run: string | null;
  /** What was found wrong with the set-up beforehand, for run.json. */
  warnings?: readonly string[];
}

export interface FleetRun {
  ledger: RunLedger;
  /** Null when planning has ended. The caller closes its store. */
  plan: RunPlan | null;
  manifest: PlanManifest;
  /** As it is to be written when planning ends. */
  runFile: RunFile;
  /** Whether an earlier start had begun it. */
  resumed: boolean;
}

/**
 * In the order run.json, ledger, plan: whatever is missing tells how far an earlier start came.
 *
 * @param configuration with absolute paths
 * @throws UserError for a configuration, input, model or output that cannot be used; StoreError; RedisError
 */
export async function openFleetRun(
  given: RunConfiguration,
  redis: RedisClient,
  output: Store,
  { run: wantedRun, warnings = [] }: FleetRunOptions,
): Promise<FleetRun> {
  const earlier = await readEarlierRun(output);
  const found = await readManifest(output);
  let configuration = asBefore(given, earlier);
  checkOutput(earlier, found, wantedRun, configuration.output);
  const run = earlier?.run ?? wantedRun ?? newRunId();
  const ledger = openRunLedger(redis, run);
  if (earlier?.state === 'planning' && found === null && differs(earlier, configuration)) {
    // Begun and never planned: nothing of it is lost.
    await discardRun(ledger, output);
    return openFleetRun(configuration, redis, output, { run: wantedRun, warnings });
  }
  if (earlier !== null) await checkLedger(ledger, earlier, found, configuration.output);
  const manifest = found ?? newPlanManifest(run, configuration.shardSize, configuration.selection);
  const known = earlier === null ? null : await readPlanClasses(output);
  const plan = manifest.finished
    ? null
    : await planRun(configuration, { survey: false, ...(known === null ? {} : { classes: known }) });
  if (plan !== null) configuration = asLabelled(configuration, plan);
  try {
    const classes = plan?.classes ?? (await finishedClasses(configuration, known));
    const digests = await runDigests(configuration.model, classes?.names ?? null);
    if (earlier !== null) checkSameRun(earlier, configuration, digests, output.location);
    const started = earlier?.started ?? new Date().toISOString();
    const runFile = newRunFile({ run, started, configuration, digests, warnings: [...warnings] });
    if (earlier === null) {
      if (classes !== null) await retryTransient(() => writePlanClasses(output, classes));
      await retryTransient(() => writeRunFile(output, runFile));
    }
    // Before the ledger knows the run: from then on workers read it.
    if (configuration.evaluate !== undefined && plan !== null) {
      await chooseEvaluated(plan, output, configuration.evaluate.sample, earlier !== null);
    }
    await createRun(ledger, {
      shardSize: configuration.shardSize,
      output: configuration.output,
      created: Date.parse(started),
    });
    return { ledger, plan, manifest, runFile, resumed: earlier !== null };
  } catch (error) {
    await plan?.store.close();
    throw error;
  }
}

/** Local paths in full, because workers start elsewhere. */
export function absoluteLocations(configuration: RunConfiguration): RunConfiguration {
  const { input, output, model, classes, labels, regions } = configuration;
  const full = (location: string) => (isS3Location(location) ? location : resolve(location));
  return {
    ...configuration,
    input: full(input),
    // One name for one place, with or without a slash at its end.
    output: full(output).replace(/(?<=[^/])\/+$/, ''),
    model: full(model),
    classes: classes === null ? null : full(classes),
    labels: labels !== null && isLabelFile(labels) ? full(labels) : labels,
    ...(regions === undefined ? {} : { regions: { ...regions, file: full(regions.file) } }),
    // A fleet's run always goes on where it stopped.
    resume: false,
  };
}

function differs(earlier: EarlierRun, configuration: RunConfiguration): boolean {
  try {
    checkSameRun(earlier, configuration, earlier.digests, configuration.output);
    return false;
  } catch {
    return true;
  }
}

function checkOutput(
  earlier: EarlierRun | null,
  manifest: PlanManifest | null,
  wanted: string | null,
  output: string,
): void {
  if (earlier === null) {
    if (manifest === null) return;
    throw new UserError(
      'damaged-output',
      `${output} holds a plan but no run.json, so it is unknown what it was made with. Choose another --output.`,
    );
  }
  if (manifest === null && earlier.state !== 'planning') {
    throw new UserError(
      'output-not-empty',
      `${output} already holds run ${earlier.run}, which \`gradline run\` made. Continue it with \`gradline run --resume\`, or choose another --output.`,
    );
  }
  if (wanted !== null && wanted !== earlier.run) {
    throw new UserError(
      'output-not-empty',
      `${output} already holds run ${earlier.run}. Continue it with --run ${earlier.run}, or choose another --output for run ${wanted}.`,
    );
  }
}

/** A plan is begun only after the ledger: without one, Redis has lost it, and what is done already would be done again. */
async function checkLedger(
  ledger: RunLedger,
  { state }: EarlierRun,
  manifest: PlanManifest | null,
  output: string,
): Promise<void> {
  if (manifest === null || (await readStatus(ledger, 0)) !== null) return;
  if (state === 'complete' || state === 'cancelled') {
    throw new UserError(
      'output-not-empty',
      `${output} holds run ${ledger.run}, which is ${state}. Choose another --output for a new run.`,
    );
  }
  throw new UserError(
    'ledger-lost',
    `Redis knows nothing of run ${ledger.run}, whose plan is in ${output}. Rebuild it with \`gradline recover ${output}\`, then run this command again; or give the --redis where it was started.`,
  );
}

async function finishedClasses(
  { classes }: RunConfiguration,
  planned: PlanClasses | null,
): Promise<PlanClasses | null> {
  return classes === null ? planned : readClassNames(classes);
}

function newRunFile(identity: Pick<RunFile, 'run' | 'started' | 'configuration' | 'digests' | 'warnings'>): RunFile {
  return {
    run: identity.run,
    state: 'planning',
    started: identity.started,
    finished: null,
    counts: { images: null, skipped: 0, ...emptyTally() },
    accuracy: null,
    timings: { seconds: 0, images: 0, imagesPerSecond: 0 },
    warnings: identity.warnings,
    error: null,
    configuration: identity.configuration,
    digests: identity.digests,
    versions: softwareVersions(),
    execution: null,
  };
}
