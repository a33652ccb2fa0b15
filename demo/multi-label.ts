/** `npm run demo:multi-label`: pictures with any number of labels, a network that takes one for another, and a report that says so. */

import { spawnSync } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Findings } from '../src/report/contract.ts';
import { travelling, writeSeveral } from './draw/several-set.ts';

const pictures = 'demo/out/several';
const output = 'demo/out/several-explained';
const count = 240;
const seed = 7;

console.log(`Drawing ${count} pictures of coasts, with any of balloon, lighthouse, sailboat and windmill:`);
console.log(
  `\n  node dist-tools/demo/make-images.js --multi-label --set validation --count ${count} --seed ${seed} --output ${pictures}\n`,
);
await writeSeveral('validation', count, seed, pictures);

// A run does not write over an earlier one.
await rm(output, { recursive: true, force: true });
console.log('Explaining every class that is decided or true of each:\n');
const flags: [name: string, value: string][] = [
  ['--model', 'demo/model/multi-label.onnx'],
  ['--layers', 'layer3,layer4'],
  ['--labels', `${pictures}.csv`],
  ['--classes', 'demo/classes.json'],
  ['--size', '160'],
  ['--target', 'predicted,label'],
  ['--output', output],
];
const lines = [`npx gradline run ${pictures}`, ...flags.map(([name, value]) => `    ${name} ${value}`)];
console.log(`  ${lines.join(' \\\n  ')}\n`);
const program = ['dist/cli/gradline.cjs', 'run', pictures, ...flags.flat()];
const { status, error } = spawnSync(process.execPath, program, { stdio: 'inherit' });
if (error) throw error;
if (status !== 0) {
  console.error(`\nThe demo stops here: the command above ended with exit code ${status}.`);
  process.exit(status ?? 1);
}

const { multiLabel }: Findings = JSON.parse(await readFile(join(output, 'report/findings.json'), 'utf8'));
console.log('\n                 true   average precision   precision   recall');
for (const { name, positives, averagePrecision, precision, recall } of multiLabel?.classes ?? []) {
  const columns = [averagePrecision, precision, recall].map((value) => (value === null ? '-' : value.toFixed(3)));
  console.log(
    `  ${(name ?? '').padEnd(12)}${String(positives).padStart(7)}${columns.map((text) => text.padStart(15)).join('')}`,
  );
}
console.log(
  `\nIn the pictures that the network's head was fitted on, nearly every ${travelling.class} lies off a ${travelling.with}, and hardly any other picture has one.`,
);
const [first] = multiLabel?.coOccurrence.travelling ?? [];
console.log(
  first === undefined
    ? '\nThe report found nothing that travels with a label.'
    : `The report was told nothing of it. What it found:\n\n  ${first.sentence}`,
);
console.log(`\nOpen it: ${join(output, 'report/index.html')}`);
