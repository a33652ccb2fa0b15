import type { Command } from 'commander';
import type { RunConfiguration } from '../shared/run/configuration.ts';
import { exitCode } from './exit-code.ts';
import { type LogOption, logEntry, logsJson } from './log-entry.ts';
import { recipeText } from './recipe-text.ts';
import { addRunOptions, givenSettings } from './run-options.ts';

const notes = `
Lists are separated by commas; a flag given again adds to its list. Write \\, for a comma inside a name:
  --target 'class:tench\\, Tinca tinca'

Exit codes: 0 all images explained; 1 some images failed; 2 usage or configuration; 3 the run could not go on;
130 interrupted (Ctrl-C finishes the shard at hand; a second one stops at once; --resume goes on).

Example:
  gradline run photos --model model.onnx --layers layer3,layer4 --classes classes.json --output out
`;

export function addRunCommand(program: Command): void {
  const command = program
    .command('run')
    .summary('explain the images of a folder, a bucket or a list')
    .description('Explains every image of a folder, an s3:// prefix, or a .csv, .tsv or .jsonl list, on this machine.')
    .argument('[input]', 'folder, s3://bucket/prefix, or a list (.csv, .tsv, .jsonl)');
  addRunOptions(command);
  command.addHelpText('after', notes).action(runAction);
}

interface TerminalOptions extends LogOption {
  config?: string;
  quiet?: boolean;
}

async function runAction(input: string | undefined, options: TerminalOptions & Record<string, unknown>): Promise<void> {
  const { readConfiguration } = await import('../shared/run/read-configuration.ts');
  const configuration = await readConfiguration({ ...givenSettings(options), input }, options.config ?? null);
  const [{ explainRun }, { RunStopped }, { createProgress }, { summaryText }, { catchInterrupt }] = await Promise.all([
    import('../worker/local/explain-run.ts'),
    import('../worker/pipeline/run-stopped.ts'),
    import('./progress.ts'),
    import('./summary.ts'),
    import('./interrupt.ts'),
  ]);
  if (configuration.notify !== undefined) await checkWebhook(configuration.notify);
  const progress = createProgress(progressStyle(options), logsJson(options) ? process.stdout : process.stderr);
  const interrupt = catchInterrupt((message) => progress.say(message));
  const recipe = recipeText(configuration.preprocess);
  if (recipe !== null) progress.say(recipe);
  try {
    const summary = await explainRun(configuration, progress, interrupt.signal);
    progress.end();
    if (logsJson(options)) process.stdout.write(logEntry('summary', summary));
    else if (!options.quiet) process.stdout.write(summaryText(summary));
    if (configuration.report && summary.state === 'complete')
      await endWithReport(configuration, options, interrupt.signal);
    if (summary.state === 'complete') await notify(configuration);
    if (summary.state === 'interrupted') process.exitCode = exitCode.interrupted;
    else if (summary.quarantined > 0) process.exitCode = exitCode.someFailed;
  } catch (error) {
    progress.end();
    if (error instanceof RunStopped) await notify(configuration);
    throw error;
  } finally {
    interrupt.release();
  }
}

/** Before a night's work, not after it. @throws UserError `no-webhook` */
async function checkWebhook(variable: string): Promise<void> {
  const { webhookIn } = await import('../shared/notify/webhook.ts');
  webhookIn(variable);
}

async function notify({ notify: variable, output }: RunConfiguration): Promise<void> {
  if (variable === undefined) return;
  const { notifyOfEnd } = await import('../shared/notify/notify-of-end.ts');
  const problem = await notifyOfEnd(output);
  if (problem !== null) process.stderr.write(`Warning: ${problem}\n`);
}

/** A run whose report cannot be made is complete all the same. */
async function endWithReport(
  configuration: RunConfiguration,
  options: TerminalOptions,
  signal: AbortSignal,
): Promise<void> {
  const { output } = configuration;
  const [{ comparedReport }, { reportText }] = await Promise.all([
    import('../report/compared-report.ts'),
    import('./report-text.ts'),
  ]);
  try {
    const { made, warning } = await comparedReport(configuration, signal);
    if (warning !== null) process.stderr.write(`Warning: ${warning}\n`);
    if (!logsJson(options) && !options.quiet) process.stdout.write(`\n${reportText(made, output)}`);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    process.stderr.write(`Warning: the report could not be made: ${reason} Make it with: gradline report ${output}\n`);
  }
}

function progressStyle(options: TerminalOptions) {
  if (logsJson(options)) return 'json';
  if (options.quiet) return 'none';
  return process.stderr.isTTY ? 'bar' : 'lines';
}
