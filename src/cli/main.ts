#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import { exitCode } from './exit-code.ts';
import { addLayersCommand } from './layers.ts';
import { packageFacts } from './package-facts.ts';
import { addRunCommand } from './run.ts';

// Commands load what they need when they run, so that --help answers at once.
const program = new Command('gradline')
  .description('Explains image classifiers over whole validation sets: CAM and Grad-CAM at any layers of an ONNX file.')
  .version(packageFacts().version)
  .exitOverride()
  .configureHelp({ helpWidth: Math.min(process.stdout.columns || 100, 120) })
  .configureOutput({ outputError: (text, write) => write(`gradline: ${text.replace(/^error: /, '')}`) })
  .showHelpAfterError('See gradline --help, or gradline <command> --help.');
addRunCommand(program);
addLayersCommand(program);

process.on('uncaughtException', async (error) => {
  // A reader that closes early, such as head, is no error.
  if (!('code' in error && error.code === 'EPIPE')) await reportError(error);
  process.exit();
});

try {
  await program.parseAsync();
} catch (error) {
  // Commander has printed its own already.
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? exitCode.done : exitCode.usage;
  else await reportError(error);
}

async function reportError(error: unknown): Promise<void> {
  const { errorText, errorEvent, exitCodeOf } = await import('./print-error.ts');
  if (process.argv.includes('--json')) process.stdout.write(`${JSON.stringify(errorEvent(error))}\n`);
  process.stderr.write(errorText(error));
  process.exitCode = exitCodeOf(error);
}
