import type { Command } from 'commander';
import { addRedisOption, type RedisOption, withRedis } from './redis-option.ts';

export function addCancelCommand(program: Command): void {
  const command = program
    .command('cancel')
    .summary('end a run for good')
    .description('Ends a run for good: its shards leave the queue. What it has written stays. See also gradline pause.')
    .argument('<run>', 'id of the run')
    .option('--json', 'print the result as JSON');
  addRedisOption(command).action(cancelAction);
}

async function cancelAction(run: string, options: RedisOption & { json?: boolean }): Promise<void> {
  await withRedis(options, async (redis) => {
    const { cancel } = await import('../control/cancel.ts');
    const moved = await cancel(redis, run);
    if (moved.warning !== null) process.stderr.write(`Warning: ${moved.warning}\n`);
    if (options.json) process.stdout.write(`${JSON.stringify(moved)}\n`);
    else process.stdout.write(`Run ${run} ${moved.changed ? 'is' : 'was already'} cancelled.\n`);
  });
}
