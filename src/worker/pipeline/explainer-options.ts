import type { ExplainerOptions } from '../../explain/options.ts';
import type { RunConfiguration } from '../../shared/run/configuration.ts';
import { inputSizeOf } from '../../shared/run/input-size.ts';
import type { PlanClasses } from '../../shared/run/plan-files.ts';
import { explainerInputs } from '../../shared/run/read-inputs.ts';
import { thresholdsByNames } from '../../shared/run/thresholds.ts';
import { pixelScaling } from './decode/preprocessing.ts';
import type { Provider } from './provider.ts';

/** The pipeline hands pictures over as bytes. */
export type PipelineExplainerOptions = ExplainerOptions & Required<Pick<ExplainerOptions, 'pixels'>>;

/** How the model is opened on all cards of a provider. */
export interface LaneOptions extends Omit<PipelineExplainerOptions, 'providers'> {
  provider: Pick<Provider, 'name' | 'devices'>;
  batchSize: number;
}

/**
 * Images explained together: a GPU has more to do at once than it has images in a small batch, and among more images a CPU finds more
 * with as many classes (`explain/sweep-groups.ts`).
 */
const batchSizes = { cpu: 8, cpuMultiLabel: 32, others: 64 };

/**
 * How a run's model is opened.
 * @param classes by class index; null when unknown
 * @throws UserError `wrong-preprocessing`, `bad-thresholds`
 */
export function explainerOptions(
  configuration: RunConfiguration,
  classes: PlanClasses | null,
  provider: Provider,
): LaneOptions {
  const { model, layers, methods, targets, scoreActivation, statistics, threads, fuse, precision, outputName } =
    configuration;
  const onCpu = configuration.multiLabel === true ? batchSizes.cpuMultiLabel : batchSizes.cpu;
  const batchSize = configuration.batchSize ?? (provider.name === 'cpu' ? onCpu : batchSizes.others);
  const thresholds = explainerThresholds(configuration, classes);
  return {
    model,
    layers,
    methods,
    targets,
    batchSize,
    scoreActivation,
    statistics,
    provider: { name: provider.name, devices: provider.devices },
    busyWaiting: false,
    pixels: pixelScaling(configuration.preprocess),
    ...(classes === null ? {} : { classNames: [...classes.names] }),
    ...(classes?.ids == null ? {} : { classIds: [...classes.ids] }),
    ...inputSizeOf(configuration.preprocess),
    ...(outputName === undefined ? {} : { outputName }),
    ...explainerInputs(configuration.inputs),
    ...(thresholds === undefined ? {} : { thresholds }),
    ...(fuse === undefined ? {} : { fuse }),
    ...(precision === undefined ? {} : { precision }),
    ...(threads === null ? {} : { threads }),
  };
}

/** Undefined where each image has one label. */
function explainerThresholds(
  { multiLabel, threshold }: RunConfiguration,
  classes: PlanClasses | null,
): number | number[] | undefined {
  return multiLabel === true ? thresholdsByNames(threshold, classes) : undefined;
}
