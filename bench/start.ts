/** How soon the command answers: `npm run bench:start`. Prints the median time of `gradline --help`; judges nothing. */

import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { builtCommand, printMachine } from './machine.ts';
import { wholeNumber } from './options.ts';
import { median, quantile } from './statistics.ts';
import { printTable } from './table.ts';

const { values } = parseArgs({ options: { times: { type: 'string', default: '20' } } });
const times = wholeNumber('times', values.times);
const programs = [
  { name: 'node, an empty program', args: ['--eval', ''], target: '' },
  { name: 'gradline --help', args: [builtCommand(), '--help'], target: '< 0.3' },
  { name: 'gradline run --help', args: [builtCommand(), 'run', '--help'], target: '' },
];

printMachine();
const seconds = programs.map((): number[] => []);
for (let time = 0; time < times; time++) {
  for (const [i, { args }] of programs.entries()) seconds[i]?.push(start(args));
}
console.log(`\nSeconds from start to end, over ${times} starts`);
printTable(
  ['', 'median', 'middle half', 'target'],
  programs.map(({ name, target }, i) => {
    const taken = seconds[i] ?? [];
    const [low, high] = [quantile(taken, 0.25), quantile(taken, 0.75)];
    return [name, median(taken).toFixed(3), `${low.toFixed(2)} to ${high.toFixed(2)}`, target];
  }),
);

function start(args: string[]): number {
  const begin = performance.now();
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`node ${args.join(' ')} ended with exit code ${status}: ${stderr}`);
  return (performance.now() - begin) / 1000;
}
