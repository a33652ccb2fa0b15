import type { Command } from 'commander';
import { addRedisOption, type RedisOption, withRedis } from './redis-option.ts';

const notes = `
Without --code, images are tried again whose failure lies outside the file: not found, not readable, a crash. A file that is
damaged fails again unless it is replaced; then name the reason: --code corrupt,truncated.

The shards of these images are done again as a whole, and so are shards that were given up. A paused run goes on.
`;

export function addRetryFailedCommand(program: Command): void {
  const command = program
    .command('retry-failed')
    .summary('do failed images of a run again')
    .description('Puts the shards that hold failed images back into the queue, also after the run has ended.')
    .argument('<run>', 'id of the run')
    .option('--code <codes>', 'reasons to try again, as gradline status shows them, separated by commas')
    .option('--json', 'print the result as JSON');
  addRedisOption(command).addHelpText('after', notes).action(retryFailedAction);
}

async function retryFailedAction(run: string, options: RedisOption & { code?: string; json?: boolean }): Promise<void> {
  await withRedis(options, async (redis) => {
    const [{ retryFailed }, { splitList }, { plural }, { failureReasons }] = await Promise.all([
      import('../control/retry-failed.ts'),
      import('../shared/run/setting-values.ts'),
      import('./progress.ts'),
      import('./status-text.ts'),
    ]);
    const retried = await retryFailed(redis, run, options.code === undefined ? null : splitList(options.code));
    if (options.json) {
      process.stdout.write(`${JSON.stringify(retried)}\n`);
      return;
    }
    const { shards, images, givenUp, left } = retried;
    const lines: string[] = [];
    if (shards === 0) lines.push(`Run ${run} has no failed images that can be done again.`);
    else {
      const held = `${plural(images, 'failed image')}${givenUp > 0 ? `, ${givenUp} given up` : ''}`;
      lines.push(`Run ${run} goes on with ${plural(shards, 'shard')} (${held}).`);
    }
    const codes = Object.keys(left);
    if (codes.length > 0) {
      lines.push(`Left as they are: ${failureReasons(left)}. Once the files are replaced: --code ${codes.join(',')}`);
    }
    process.stdout.write(`${lines.join('\n')}\n`);
  });
}
