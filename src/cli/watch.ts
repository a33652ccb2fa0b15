import type { Command } from 'commander';
import type { RunStatus } from '../shared/ledger/read-status.ts';
import { exitCode } from './exit-code.ts';
import { addRedisOption, type RedisOption, redisAddress } from './redis-option.ts';
import { onStopSignal } from './stop-signals.ts';

const notes = `
Ctrl-C ends the watching, not the run.

Exit codes: 0 all images explained; 1 some failed or are missing; 3 the run failed or was cancelled; 130 interrupted.
`;

export function addWatchCommand(program: Command): void {
  const command = program
    .command('watch')
    .summary('show a run as it goes')
    .description('Shows how a run goes until it has ended: bars on a terminal, a line now and then elsewhere.')
    .argument('<run>', 'id of the run')
    .option('--json', 'print the status as JSON lines');
  addRedisOption(command).addHelpText('after', notes).action(watchAction);
}

/** Milliseconds between two looks. */
const intervals = { screen: 500, lines: 5_000, json: 1_000 };

async function watchAction(run: string, options: RedisOption & { json?: boolean }): Promise<void> {
  const [{ connectRedis }, { watch }] = await Promise.all([
    import('../shared/ledger/connect-redis.ts'),
    import('../control/watch.ts'),
  ]);
  const stop = new AbortController();
  const release = onStopSignal(() => {
    release();
    stop.abort();
  });
  // Waits for a Redis that is away: a run that is watched over night should not end the watching.
  const redis = await connectRedis(redisAddress(options), {
    use: 'worker',
    patience: 5_000,
    onProblem: (error) => process.stderr.write(`gradline: ${error.message} Trying again.\n`),
  });
  const style = options.json ? 'json' : process.stdout.isTTY ? 'screen' : 'lines';
  let last: RunStatus | null = null;
  try {
    const show = await viewOf(style);
    for await (const status of watch(redis, run, intervals[style], stop.signal)) {
      last = status;
      show(status);
    }
  } finally {
    redis.disconnect();
    release();
  }
  process.exitCode = stop.signal.aborted ? exitCode.interrupted : exitCodeOfRun(last);
}

async function viewOf(style: keyof typeof intervals): Promise<(status: RunStatus) => void> {
  if (style === 'json') return (status) => process.stdout.write(`${JSON.stringify(status)}\n`);
  if (style === 'screen') {
    const { createScreen, watchLines } = await import('./watch-screen.ts');
    const screen = createScreen(process.stdout);
    return (status) => {
      const { columns = 80, rows = 24 } = process.stdout;
      screen.draw(watchLines(status, { columns, rows }));
    };
  }
  const { imagesText } = await import('./status-text.ts');
  let latest = '';
  return (status) => {
    const line = `${status.run}  ${status.state}  ${imagesText(status)}`;
    if (line !== latest) process.stdout.write(`${line}\n`);
    latest = line;
  };
}

export function exitCodeOfRun(status: RunStatus | null): number {
  if (status === null || status.state === 'failed' || status.state === 'cancelled') return exitCode.stopped;
  return status.quarantined + status.missing > 0 ? exitCode.someFailed : exitCode.done;
}
