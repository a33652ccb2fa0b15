import type { Command } from 'commander';
import { wholeNumber } from './whole-number.ts';

const notes = `
The files are served on 127.0.0.1 alone, for reading. Ctrl-C ends it, with exit code 0.

Example:
  gradline serve s3://results/nightly
`;

const portNumber = wholeNumber('It must be a number from 0 to 65535.', 0, 65_535);

export function addServeCommand(program: Command): void {
  program
    .command('serve')
    .summary("open a run's report in a browser")
    .description("Serves a run's output, a folder or an s3:// address, to browsers on this machine.")
    .argument('<output>', "the run's output")
    .option('--port <number>', 'port to listen on (default: a free one)', portNumber, 0)
    .addHelpText('after', notes)
    .action(serveAction);
}

async function serveAction(location: string, { port }: { port: number }): Promise<void> {
  const [{ openStore }, { serveOutput }, { pagePath }, { readRunDescription }] = await Promise.all([
    import('../shared/store/open-store.ts'),
    import('../report/serve/serve-output.ts'),
    import('../report/serve/answer-request.ts'),
    import('../report/read/run-description.ts'),
  ]);
  await using output = await openStore(location);
  await readRunDescription(output);
  const hasPage = await output.exists(pagePath.slice(1));
  const ended = new Promise<void>((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
  });
  const server = await serveOutput(output, port);
  if (!hasPage) process.stderr.write(`There is no report yet: gradline report ${location} makes it.\n`);
  process.stdout.write(`Serving ${output.location} at ${server.address}${pagePath}\nCtrl-C ends it.\n`);
  await ended;
  await server.close();
}
