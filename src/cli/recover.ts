import type { Command } from 'commander';
import { addRedisOption, type RedisOption, withRedis } from './redis-option.ts';

const notes = `
For a Redis that has lost its data. The output says which shards are done: those are counted again, and the others are put back
into the queue. Nothing is done twice, and calling it again changes nothing.
`;

export function addRecoverCommand(program: Command): void {
  const command = program
    .command('recover')
    .summary('rebuild a run that Redis has lost')
    .description("Rebuilds a run's state in Redis from its output, and enqueues what is missing.")
    .argument('<output>', 'folder or s3:// address of the run')
    .option('--json', 'print the result as JSON');
  addRedisOption(command).addHelpText('after', notes).action(recoverAction);
}

async function recoverAction(output: string, options: RedisOption & { json?: boolean }): Promise<void> {
  await withRedis(options, async (redis) => {
    const [{ recover }, { plural }, { closeWithReport }] = await Promise.all([
      import('../control/recover.ts'),
      import('./progress.ts'),
      import('../report/close-with-report.ts'),
    ]);
    const recovered = await recover(redis, output, { closing: closeWithReport });
    for (const warning of recovered.warnings) process.stderr.write(`Warning: ${warning}\n`);
    if (options.json) {
      process.stdout.write(`${JSON.stringify(recovered)}\n`);
      return;
    }
    const { run, state, shards, stored, restored, enqueued } = recovered;
    const lines = [
      `Run ${run} is ${state}: ${plural(stored, 'shard')} stored, ${restored} of them counted again, ${enqueued} in the queue.`,
    ];
    if (shards === null) lines.push('Its input is not listed to the end: start the same gradline enqueue again.');
    process.stdout.write(`${lines.join('\n')}\n`);
  });
}
