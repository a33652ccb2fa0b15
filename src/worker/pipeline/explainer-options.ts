import type { ExplainerOptions } from '../../explain/options.ts';
import type { RunConfiguration } from '../../shared/run/configuration.ts';

/**
 * How a run's model is opened.
 * @param classNames by class index; null when unknown
 */
export function explainerOptions(configuration: RunConfiguration, classNames: string[] | null): ExplainerOptions {
  const { model, layers, methods, targets, batchSize, scoreActivation, statistics, provider, threads, fuse } =
    configuration;
  const inputSize = configuration.preprocess.size;
  return {
    model,
    layers,
    methods,
    targets,
    batchSize,
    scoreActivation,
    statistics,
    providers: [provider],
    busyWaiting: false,
    ...(classNames === null ? {} : { classNames }),
    ...(inputSize === undefined ? {} : { inputSize }),
    ...(fuse === undefined ? {} : { fuse }),
    ...(threads === null ? {} : { threads }),
  };
}
