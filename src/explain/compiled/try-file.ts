/** Running a compiled file as anybody would, against what the engine's own session gives. */

import type { InferenceSession } from 'onnxruntime-node';
import type { CompiledOutputs } from '../compile.ts';
import { optimizerSettings } from '../onnx/optimizers.ts';
import { openSession } from '../onnx/session.ts';
import type { BuiltModel } from '../open-model.ts';
import { UserError } from '../user-error.ts';
import { FixedBatch } from './free-batch.ts';
import { type Answers, answersOf, largestDifference, type TrialInputs } from './trial.ts';

/**
 * Runs the file as anybody would.
 * @returns what to know of running it, in words
 * @throws FixedBatch where another number of pictures gives something else; UserError `compiled-differs`
 */
export async function tryFile(
  file: string,
  { model, optimizers }: BuiltModel<CompiledOutputs>,
  trial: TrialInputs,
  expected: { answers: Answers; count: number },
  counts: readonly number[],
  allowed: number,
): Promise<string[]> {
  const differs = async (settings: InferenceSession.SessionOptions) => {
    const session = await openSession(file, 'open the compiled file', settings);
    try {
      for (const count of counts) {
        const answers = await answersOf(session, trial, count);
        const difference = largestDifference(expected, { answers, count }, allowed);
        if (difference !== null) return { ...difference, count };
      }
      return null;
    } finally {
      await session.release();
    }
  };
  const asUsual = await differs({});
  if (asUsual === null) return [];
  const settings = optimizerSettings(model.graph, optimizers);
  const found = await differs({ extra: { ...settings } });
  if (found !== null) {
    const what = `'${found.output}' differs by ${percent(found.share)} of its largest magnitude for a batch of ${found.count}`;
    if (counts.length > 1) throw new FixedBatch(`with a free batch ${what}`);
    throw new UserError(
      'compiled-differs',
      `The compiled file does not give what the model gives: ${what}. Please report this model.`,
    );
  }
  const off = settings.optimization?.disable_specified_optimizers;
  const advice = off === undefined ? 'session.x64quantprecision=1' : `optimization.disable_specified_optimizers=${off}`;
  return [
    `ONNX Runtime's optimiser computes something else than the file says here: '${asUsual.output}' differs by ${percent(asUsual.share)} of its largest magnitude. ` +
      `Open sessions with the configuration entry ${advice}, or with graph optimisation off.`,
  ];
}

const percent = (share: number) => `${Number((share * 100).toPrecision(2))}%`;
