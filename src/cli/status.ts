import type { Command } from 'commander';
import { addRedisOption, type RedisOption, withRedis } from './redis-option.ts';

export function addStatusCommand(program: Command): void {
  const command = program
    .command('status')
    .summary('show how far a run is')
    .description('Shows one run of the fleet with its workers and failures, or all runs that have not ended.')
    .argument('[run]', 'id of the run (default: all that have not ended)')
    .option('--json', 'print all of it as JSON');
  addRedisOption(command).action(statusAction);
}

async function statusAction(run: string | undefined, options: RedisOption & { json?: boolean }): Promise<void> {
  await withRedis(options, async (redis) => {
    const { runTable, statusText } = await import('./status-text.ts');
    const print = (value: unknown, text: string) =>
      process.stdout.write(options.json ? `${JSON.stringify(value, null, 2)}\n` : text);
    if (run !== undefined) {
      const { findRun } = await import('../control/find-run.ts');
      const { status } = await findRun(redis, run);
      print(status, statusText(status));
      return;
    }
    const { readRuns } = await import('../shared/ledger/runs.ts');
    const { ongoing: runs } = await readRuns(redis);
    const [only] = runs;
    const none = 'No run is under way. `gradline runs` lists those that have ended.\n';
    print(runs, only === undefined ? none : runs.length === 1 ? statusText(only) : runTable(runs));
  });
}
