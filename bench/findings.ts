/**
 * Seconds and memory that the findings of a large run take: `npm run bench:findings`.
 *
 *     npm run bench:findings -- --images 1000000 --classes 100 --channels 64
 *
 * Writes records and evidence of images that never were into the folder for temporary files (2 GB for a million), then makes their findings
 * in a process of its own. Prints; judges nothing.
 */

import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { z } from 'zod';
import { FileStore } from '../src/shared/store/file-store.ts';
import { writeSyntheticRun } from './findings/synthetic-run.ts';
import { printMachine } from './machine.ts';
import { wholeNumber } from './options.ts';
import { printTable } from './table.ts';
import { temporaryFolder } from './temporary-folder.ts';

const { values } = parseArgs({
  options: {
    images: { type: 'string', default: '1000000' },
    classes: { type: 'string', default: '100' },
    /** Length of an evidence vector. */
    channels: { type: 'string', default: '64' },
    'shard-size': { type: 'string', default: '64' },
    /** An output that is there already, in place of one that is written. */
    output: { type: 'string' },
  },
});
const figures = z.object({
  seconds: z.number(),
  mebibytes: z.number(),
  mistakes: z.number(),
  clusters: z.number(),
  gaps: z.number(),
});

printMachine();
const location = values.output ?? (await writeRun());
const table = await measure('table');
const findings = await measure('findings');
printTable(
  ['', 'seconds', 'peak, MiB'],
  [
    ['all records as columns', table.seconds.toFixed(1), table.mebibytes.toFixed(0)],
    ['findings, those columns included', findings.seconds.toFixed(1), findings.mebibytes.toFixed(0)],
    ['target for 1,000,000 images', '<= 120', '<= 2048'],
  ],
);
console.log(`  ${findings.mistakes} mistakes, ${findings.clusters} clusters, ${findings.gaps} gaps`);

async function writeRun(): Promise<string> {
  const folder = join(temporaryFolder(), 'output');
  const begin = performance.now();
  await writeSyntheticRun(new FileStore(folder), {
    images: wholeNumber('images', values.images),
    classes: wholeNumber('classes', values.classes),
    channels: wholeNumber('channels', values.channels),
    shardSize: wholeNumber('shard-size', values['shard-size']),
  });
  console.log(`Written   ${values.images} images in ${((performance.now() - begin) / 1000).toFixed(0)} s`);
  return folder;
}

async function measure(what: 'table' | 'findings') {
  const program = fileURLToPath(new URL('./findings/make-once.js', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [program, location, what]);
  return figures.parse(JSON.parse(stdout));
}
