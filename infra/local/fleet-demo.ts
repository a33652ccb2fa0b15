/** `npm run fleet:demo`: what `docker compose up` does, for a machine without Docker. */

import { readFile, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { RunFile } from '../../src/shared/run/run-file.ts';
import type { FleetEvents } from './local-fleet.ts';
import type { LocalCommand } from './local-process.ts';
import { localServers, runComposeFile } from './run-compose-file.ts';

const root = process.cwd();
const folder = resolve('demo/out/fleet');
/** Columns for the name of a process. */
const nameWidth = 12;

const servers = await localServers();
if (servers === null) {
  console.error(
    'The demo needs redis-server, and Go to build its S3 server once. With Docker, use docker compose up instead.',
  );
  process.exit(1);
}
const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => stop.abort());

console.log(
  'The services of docker-compose.yml as plain processes, in the same order. Each line is said by the process before it.\n',
);
await rm(folder, { recursive: true, force: true });
const events: FleetEvents = {
  onCommand: (name, command) => say(name, `$ ${shown(command)}`),
  onLine: say,
  onEnd: (name, code) => say(name, code === 0 ? 'ended' : `ended with ${code}`),
};
try {
  const places = { root, dist: join(root, 'dist'), folder };
  await report(await runComposeFile(places, servers, events, stop.signal));
} catch (error) {
  console.error(`\nThe demo stops here: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = stop.signal.aborted ? 130 : 1;
}

function say(name: string, line: string): void {
  console.log(`${name.padEnd(nameWidth)}| ${line}`);
}

function shown({ program, arguments: words }: LocalCommand): string {
  const text = [program === process.execPath ? 'node' : program, ...words].map(quoted).join(' ');
  return text.replaceAll(`${root}/`, '');
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

async function report(output: string): Promise<void> {
  const file: RunFile = JSON.parse(await readFile(join(output, 'run.json'), 'utf8'));
  const { run, state, counts, accuracy, timings } = file;
  const right = accuracy === null ? '' : `, ${(100 * accuracy).toFixed(1)} % of them classified right`;
  console.log(`\nRun ${run} is ${state}: ${counts.done} of ${counts.images} images explained${right},`);
  console.log(`${counts.quarantined} failed, in ${timings.seconds.toFixed(1)} s.\n`);
  console.log(`Results:  ${output.replace(`${root}/`, '')}`);
  console.log('          run.json, scores/, overlays/, plan/: what the S3 server holds in s3://gradline/runs/demo');
}
