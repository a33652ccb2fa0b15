import type { Command } from 'commander';
import { addRedisOption, type RedisOption, withRedis } from './redis-option.ts';

export function addRunsCommand(program: Command): void {
  const command = program
    .command('runs')
    .summary('list the runs of the fleet')
    .description('Lists the runs that Redis knows, the newest first.')
    .option('--limit <n>', 'how many at most', '100')
    .option('--json', 'print them as JSON');
  addRedisOption(command).action(runsAction);
}

async function runsAction(options: RedisOption & { limit: string; json?: boolean }): Promise<void> {
  const { wholeNumberOf } = await import('./option-values.ts');
  const limit = wholeNumberOf('--limit', options.limit, 1);
  await withRedis(options, async (redis) => {
    const { listRuns } = await import('../shared/ledger/runs.ts');
    const { runTable } = await import('./status-text.ts');
    const runs = await listRuns(redis, limit);
    if (options.json) process.stdout.write(`${JSON.stringify(runs, null, 2)}\n`);
    else process.stdout.write(runs.length === 0 ? 'Redis knows no runs.\n' : runTable(runs));
  });
}
