/**
 * What each map method costs, in forward passes of the same network: `npm run bench:methods`.
 *
 *     npm run bench:methods -- --model resnet34 --layer layer3 --rounds 15
 *
 * Prints; judges nothing. `--quick` is for seeing that it works.
 */

import { parseArgs } from 'node:util';
import { Explainer } from '../src/explain/explainer.ts';
import { sortMethods } from '../src/explain/methods/methods.ts';
import type { MethodName } from '../src/explain/options.ts';
import { methodNames } from '../src/explain/options.ts';
import { randomBatch } from './batch.ts';
import { interleave, type Ratio, ratioTo } from './interleave.ts';
import { printMachine } from './machine.ts';
import { benchModel, writeBenchModel } from './models/models.ts';
import { wholeNumber } from './options.ts';
import { printTable } from './table.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { BareForward } from './throughput/forward.ts';

const { values } = parseArgs({
  options: {
    model: { type: 'string', default: 'resnet34' },
    /** Default: the last one with a grid. */
    layer: { type: 'string' },
    /** Comma-separated; default: all. */
    methods: { type: 'string' },
    /** Rounds for methods inside the graph. */
    rounds: { type: 'string' },
    /** Rounds for methods that run the network many times. */
    'repeated-rounds': { type: 'string' },
    quick: { type: 'boolean', default: false },
  },
});
const rounds = wholeNumber('rounds', values.rounds ?? (values.quick ? '1' : '9'));
const repeatedRounds = wholeNumber('repeated-rounds', values['repeated-rounds'] ?? (values.quick ? '1' : '3'));
const model = benchModel(values.model);
const layer = values.layer ?? model.layers[0];
const wanted = values.methods?.split(',') ?? methodNames;
const { graph, repeated } = sortMethods(methodNames.filter((name) => wanted.includes(name)));

/** Images per run: as `gradline run` has it, and one for methods that take minutes otherwise. */
const [graphBatch, repeatedBatch] = [8, 1];
/** Bare forward passes that make one piece of work beside a method that runs the network many times. */
const bareRuns = 8;

printMachine();
const file = await writeBenchModel(model, temporaryFolder());
console.log(
  `\n${model.name}, layer ${layer}: cost in forward passes of the bare network, medians of interleaved rounds`,
);
const head = ['', 'forward passes', 'middle half', 'batch', 'rounds'];
if (graph.length > 0) printTable(head, await costInGraph());
if (repeated.length > 0) printTable(head, await costOfRepeated());

/** All in turn, in the same rounds; behind them all of them at once. */
async function costInGraph(): Promise<string[][]> {
  const batch = randomBatch(graphBatch, 1);
  const sets: { name: string; methods: MethodName[] }[] = graph.map((name) => ({ name, methods: [name] }));
  if (graph.length > 1) sets.push({ name: 'all of these in one run', methods: graph });
  await using bare = await BareForward.open(file, batch);
  const explainers = await Promise.all(sets.map(({ methods }) => openExplainer(methods, graphBatch)));
  const contenders = sets.map(({ name }, i) => ({
    name,
    work: async () => explainers[i]?.explain(batch, { count: graphBatch }),
  }));
  const [reference = [], ...others] = await interleave([bare, ...contenders], { rounds, turn: 0 });
  for (const explainer of explainers) await explainer.close();
  return sets.map(({ name }, i) => row(name, ratioTo(others[i] ?? [], reference), graphBatch, rounds));
}

/** One after the other, each in turn with the bare network. */
async function costOfRepeated(): Promise<string[][]> {
  const found: string[][] = [];
  const batch = randomBatch(repeatedBatch, 1);
  for (const name of repeated) {
    await using bare = await BareForward.open(file, batch, repeatedBatch);
    await using explainer = await openExplainer([name], repeatedBatch);
    const several = {
      name: bare.name,
      work: async () => {
        for (let i = 0; i < bareRuns; i++) await bare.work();
      },
    };
    const method = { name, work: () => explainer.explain(batch, { count: repeatedBatch }) };
    const [reference = [], seconds = []] = await interleave([several, method], { rounds: repeatedRounds, turn: 0 });
    const single = reference.map((time) => time / bareRuns);
    found.push(row(name, ratioTo(seconds, single), repeatedBatch, repeatedRounds));
  }
  return found;
}

function openExplainer(methods: MethodName[], batchSize: number): Promise<Explainer> {
  return Explainer.open({ model: file, layers: [layer], methods, batchSize });
}

function row(name: string, { median, middleHalf: [low, high] }: Ratio, batch: number, count: number): string[] {
  const digits = median < 10 ? 2 : 0;
  const text = (value: number) => value.toFixed(digits);
  return [name, text(median), `${text(low)} to ${text(high)}`, String(batch), String(count)];
}
