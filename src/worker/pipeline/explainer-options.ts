import type { ExplainerOptions } from '../../explain/options.ts';
import type { RunConfiguration } from '../../shared/run/configuration.ts';
import { pixelScaling } from './decode/preprocessing.ts';

/** The pipeline hands pictures over as bytes. */
export type PipelineExplainerOptions = ExplainerOptions & Required<Pick<ExplainerOptions, 'pixels'>>;

/**
 * How a run's model is opened.
 * @param classNames by class index; null when unknown
 * @throws UserError `wrong-preprocessing`
 */
export function explainerOptions(
  configuration: RunConfiguration,
  classNames: string[] | null,
): PipelineExplainerOptions {
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
    pixels: pixelScaling(configuration.preprocess),
    ...(classNames === null ? {} : { classNames }),
    ...(inputSize === undefined ? {} : { inputSize }),
    ...(fuse === undefined ? {} : { fuse }),
    ...(threads === null ? {} : { threads }),
  };
}
