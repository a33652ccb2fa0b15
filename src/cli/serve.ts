import type { Command } from 'commander';
import type { Store } from '../shared/store/store.ts';
import { toldToStop } from './stop-signals.ts';
import { wholeNumber } from './whole-number.ts';

const notes = `
The files are served on 127.0.0.1 alone, for reading. Ctrl-C ends it, with exit code 0.

With --explore, the report's page explains images on demand: another class, layer or method, and what the model answers where parts
of the picture are covered. It uses the run's own model and images, where run.json says they are or where --model and --images do,
and nothing but this machine. Explore only outputs that you trust: they say which files are read.

Examples:
  gradline serve s3://results/nightly
  gradline serve explained --explore
`;

const portNumber = wholeNumber('It must be a number from 0 to 65535.', 0, 65_535);

interface ServeFlags {
  port: number;
  explore?: boolean;
  model?: string;
  images?: string;
}

export function addServeCommand(program: Command): void {
  program
    .command('serve')
    .summary("open a run's report in a browser")
    .description(
      "Serves a run's output, or a page of gradline page, to browsers on this machine: a folder or an s3:// address.",
    )
    .argument('<output>', "the run's output, or a page")
    .option('--port <number>', 'port to listen on (default: a free one)', portNumber, 0)
    .option('--explore', 'explain on demand: other classes, layers and methods, covered pictures')
    .option('--model <file>', "where the run's model is now; means --explore")
    .option('--images <place>', "where the run's images are now, a folder, s3:// address or list; means --explore")
    .addHelpText('after', notes)
    .action(serveAction);
}

async function serveAction(location: string, flags: ServeFlags): Promise<void> {
  const { port, explore = false, model = null, images = null } = flags;
  const [{ openStore }, { serveOutput }, { pagePath }, { readRunDescription }, { settingsFile }] = await Promise.all([
    import('../shared/store/open-store.ts'),
    import('../report/serve/serve-output.ts'),
    import('../report/serve/answer-request.ts'),
    import('../report/read/run-description.ts'),
    import('../page/contract.ts'),
  ]);
  await using output = await openStore(location);
  if (await output.exists(settingsFile)) return servePage(output, port);
  await readRunDescription(output);
  const hasPage = await output.exists(pagePath.slice(1));
  const ended = toldToStop();
  const isExploring = explore || model !== null || images !== null;
  const server = isExploring ? await explored() : await serveOutput(output, port);
  if (!hasPage) process.stderr.write(`There is no report yet: gradline report ${location} makes it.\n`);
  const exploring = isExploring ? 'Open an image and choose Explore.\n' : '';
  process.stdout.write(`Serving ${output.location} at ${server.address}${pagePath}\n${exploring}Ctrl-C ends it.\n`);
  await ended;
  await server.close();

  async function explored() {
    const [{ openExploredRun }, { Explorer }, { serveExplorer }, { openInference }, { errorText }] = await Promise.all([
      import('../explore/explored-run.ts'),
      import('../explore/explorer.ts'),
      import('../explore/serve-explorer.ts'),
      import('../worker/pipeline/inference/inference.ts'),
      import('./print-error.ts'),
    ]);
    const explorer = new Explorer(await openExploredRun(output, { model, images }), openInference);
    return serveExplorer(output, explorer, port, (error) => process.stderr.write(errorText(error)));
  }
}

async function servePage(page: Store, port: number): Promise<void> {
  const [{ serveOutput }, { explainingPage }] = await Promise.all([
    import('../report/serve/serve-output.ts'),
    import('../report/serve/answer-request.ts'),
  ]);
  const ended = toldToStop();
  const server = await serveOutput(page, port, explainingPage);
  process.stdout.write(`Serving ${page.location} at ${server.address}${explainingPage.home}\nCtrl-C ends it.\n`);
  await ended;
  await server.close();
}
