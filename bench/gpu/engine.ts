/** Explaining sessions against bare ones on one device, and PyTorch beside them. */

import { z } from 'zod';
import { Explainer } from '../../src/explain/explainer.ts';
import type { Precision } from '../../src/explain/options.ts';
import { randomBatch, scatteredPictures } from '../batch.ts';
import { type Contender, interleave, ratioText, ratioTo } from '../interleave.ts';
import type { BenchModel } from '../models/models.ts';
import { imageSide } from '../models/network.ts';
import { median } from '../statistics.ts';
import { printTable } from '../table.ts';
import { BareForward } from '../throughput/forward.ts';
import { runPython } from './run-python.ts';
import { usualScaling } from './usual-scaling.ts';

export interface WrittenModel {
  model: BenchModel;
  file: string;
}

export interface EngineSettings {
  provider: string;
  precision: Precision;
  batchSize: number;
  rounds: number;
  /** Seconds of the bare session in each round. */
  turn: number;
  /** Null: no PyTorch. */
  python: string | null;
}

const torchRow = z.object({ mode: z.string(), bare: z.number(), last: z.number(), four: z.number() });

export async function compareEngine(models: readonly WrittenModel[], settings: EngineSettings): Promise<void> {
  const { provider, precision, batchSize, rounds, python } = settings;
  console.log(
    `\nEngine on ${provider} in ${precision}, batch ${batchSize}, ${imageSide} x ${imageSide}, ${rounds} rounds`,
  );
  for (const written of models) {
    const rows = await engineRows(written, settings);
    if (python !== null) rows.push(...(await torchRows(written, python, batchSize, provider)));
    printTable([written.model.name, 'images/s', 'to bare (middle half)'], rows);
  }
}

async function engineRows({ model, file }: WrittenModel, settings: EngineSettings): Promise<string[][]> {
  const { provider, precision, batchSize, rounds, turn } = settings;
  const floats = randomBatch(batchSize, 1);
  const bytes = scatteredPictures(batchSize);
  const [last] = model.layers;
  const bare = await BareForward.open(file, floats, batchSize, provider);
  const opened: AsyncDisposable[] = [bare];
  const explained = async (name: string, layers: string[], asBytes: boolean): Promise<Contender> => {
    const pixels = asBytes ? { pixels: usualScaling } : {};
    const options = { model: file, layers, batchSize, providers: [provider], precision, ...pixels };
    const explainer = await Explainer.open(options);
    opened.push(explainer);
    return { name, work: () => explainer.explain(asBytes ? bytes : floats, { count: batchSize }) };
  };
  const contenders = [
    bare,
    await explained('last layer', [last], false),
    await explained('last layer, pictures as bytes', [last], true),
    await explained('four layers', model.layers, false),
    await explained('four layers, pictures as bytes', model.layers, true),
  ];
  const seconds = await interleave(contenders, { rounds, turn });
  for (const session of opened) await session[Symbol.asyncDispose]();
  const [reference = []] = seconds;
  return contenders.map(({ name }, i) => {
    const own = seconds[i] ?? [];
    return [name, (batchSize / median(own)).toFixed(1), i === 0 ? '' : ratioText(ratioTo(reference, own))];
  });
}

async function torchRows(
  { model, file }: WrittenModel,
  python: string,
  batchSize: number,
  provider: string,
): Promise<string[][]> {
  const device = provider === 'cpu' ? 'cpu' : 'cuda';
  const args = [file, model.name, model.layers.join(','), String(batchSize), device];
  const rows = z.array(torchRow).parse(await runPython(python, 'torch_bench.py', args));
  return rows.flatMap(({ mode, bare, last, four }) => [
    [`PyTorch ${mode}, bare`, bare.toFixed(1), ''],
    [`PyTorch ${mode}, last layer`, last.toFixed(1), (last / bare).toFixed(3)],
    [`PyTorch ${mode}, four layers`, four.toFixed(1), (four / bare).toFixed(3)],
  ]);
}
