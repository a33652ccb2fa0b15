/**
 * What a compiled file costs: its size, and a run in ONNX Runtime from Python, beside the bare model.
 *
 *     PYTHON=/usr/bin/python3 npm run bench:compile -- [--rounds 15] [--batch 1]
 *
 * The Python needs onnxruntime and numpy. Files take turns, so that whatever else the machine does slows all of them.
 */

import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { compileModel } from '../src/explain/index.ts';
import { printMachine } from './machine.ts';
import { benchModel, writeBenchModel } from './models/models.ts';
import { wholeNumber } from './options.ts';
import { median } from './statistics.ts';
import { printTable } from './table.ts';
import { temporaryFolder } from './temporary-folder.ts';

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '15' }, batch: { type: 'string', default: '1' } },
});
const rounds = wholeNumber('rounds', values.rounds);
const batch = wholeNumber('batch', values.batch);
const measured = z.object({ version: z.string(), seconds: z.record(z.string(), z.array(z.number())) });

const folder = temporaryFolder();
const network = benchModel('resnet50');
const [last, ...others] = network.layers;
const model = await writeBenchModel(network, folder);
const files = [{ title: 'the model', file: model }];
for (const layers of [[last], [last, ...others]]) {
  const file = join(folder, `${layers.length}-layers.onnx`);
  await compileModel({ model, layers, output: file, probe: false });
  files.push({ title: `with maps of ${layers.join(', ')}`, file });
}
const args = ['bench/compile/cost.py', String(rounds), String(batch), ...files.map(({ file }) => file)];
const text = execFileSync(process.env.PYTHON ?? 'python3', args, { encoding: 'utf8' });
const { version, seconds } = measured.parse(JSON.parse(text));
const bare = median(seconds[model] ?? []);
const size = statSync(model).size;
printMachine();
console.log(`\nResNet-50, ONNX Runtime ${version} in Python, batch ${batch}, ${rounds} rounds`);
printTable(
  ['', 'MB', 'larger by', 'median ms', 'times the model'],
  files.map(({ title, file }) => {
    const taken = median(seconds[file] ?? []);
    const bytes = statSync(file).size;
    const [share, times] = [((bytes / size - 1) * 100).toFixed(2), (taken / bare).toFixed(2)];
    return [title, (bytes / 1e6).toFixed(1), `${share}%`, (taken * 1000).toFixed(0), times];
  }),
);
