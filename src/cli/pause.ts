import type { Command } from 'commander';
import { addRedisOption, type RedisOption, withRedis } from './redis-option.ts';

export function addPauseCommand(program: Command): void {
  const command = program
    .command('pause')
    .summary('stop beginning shards of a run')
    .description('Pauses a run: shards under way are finished and committed, no further one is begun.')
    .argument('<run>', 'id of the run')
    .option('--json', 'print the result as JSON');
  addRedisOption(command).action(pauseAction);
}

async function pauseAction(run: string, options: RedisOption & { json?: boolean }): Promise<void> {
  await withRedis(options, async (redis) => {
    const { pause } = await import('../control/pause.ts');
    const moved = await pause(redis, run);
    if (options.json) process.stdout.write(`${JSON.stringify(moved)}\n`);
    else {
      process.stdout.write(
        moved.changed
          ? `Run ${run} is paused. Go on with gradline resume ${run}.\n`
          : `Run ${run} was paused already.\n`,
      );
    }
  });
}
