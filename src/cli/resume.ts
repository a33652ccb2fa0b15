import type { Command } from 'commander';
import { addRedisOption, type RedisOption, withRedis } from './redis-option.ts';

export function addResumeCommand(program: Command): void {
  const command = program
    .command('resume')
    .summary('go on with a paused or failed run')
    .description('Goes on with a run that was paused or that failed. For a failed one, remove the cause first.')
    .argument('<run>', 'id of the run')
    .option('--json', 'print the result as JSON');
  addRedisOption(command).action(resumeAction);
}

async function resumeAction(run: string, options: RedisOption & { json?: boolean }): Promise<void> {
  await withRedis(options, async (redis) => {
    const { resume } = await import('../control/resume.ts');
    const resumed = await resume(redis, run);
    if (resumed.warning !== null) process.stderr.write(`Warning: ${resumed.warning}\n`);
    if (options.json) {
      process.stdout.write(`${JSON.stringify(resumed)}\n`);
      return;
    }
    const { plural } = await import('./progress.ts');
    const { changed, state, requeued } = resumed;
    const lines = [
      changed ? `Run ${run} goes on` : `Run ${run} was going on already`,
      `, ${plural(requeued, 'shard')} of it in the queue.\n`,
    ];
    if (state === 'planning')
      lines.push('Its input is not listed to the end: start the same gradline enqueue again.\n');
    process.stdout.write(lines.join(''));
  });
}
