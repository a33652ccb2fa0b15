#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import { addCancelCommand } from './cancel.ts';
import { addCompileCommand } from './compile.ts';
import { addDashboardCommand } from './dashboard.ts';
import { addDiffCommand } from './diff.ts';
import { addDoctorCommand } from './doctor.ts';
import { addEnqueueCommand } from './enqueue.ts';
import { exitCode } from './exit-code.ts';
import { addExportCommand } from './export.ts';
import { addLayersCommand } from './layers.ts';
import { packageFacts } from './package-facts.ts';
import { addPageCommand } from './page.ts';
import { addPauseCommand } from './pause.ts';
import { addPreviewCommand } from './preview.ts';
import { addRecoverCommand } from './recover.ts';
import { addReportCommand } from './report.ts';
import { addResumeCommand } from './resume.ts';
import { addRetryFailedCommand } from './retry-failed.ts';
import { addRunCommand } from './run.ts';
import { addRunsCommand } from './runs.ts';
import { addScheduleCommand } from './schedule.ts';
import { addServeCommand } from './serve.ts';
import { addSetupGpuCommand } from './setup-gpu.ts';
import { addStatusCommand } from './status.ts';
import { addTextCommand } from './text.ts';
import { addWatchCommand } from './watch.ts';
import { addWorkerCommand } from './worker.ts';

// Commands load what they need when they run, so that --help answers at once.
const program = new Command('gradline')
  .description('Explains image classifiers over whole validation sets: CAM and Grad-CAM at any layers of an ONNX file.')
  .version(packageFacts().version)
  .exitOverride()
  .configureHelp({ helpWidth: Math.min(process.stdout.columns || 100, 120) })
  .configureOutput({ outputError: (text, write) => write(`gradline: ${text.replace(/^error: /, '')}`) })
  .showHelpAfterError('See gradline --help, or gradline <command> --help.');
addRunCommand(program);
addReportCommand(program);
addDiffCommand(program);
addServeCommand(program);
addExportCommand(program);
addWorkerCommand(program);
addEnqueueCommand(program);
addLayersCommand(program);
addPreviewCommand(program);
addCompileCommand(program);
addPageCommand(program);
addTextCommand(program);
addStatusCommand(program);
addWatchCommand(program);
addRunsCommand(program);
addPauseCommand(program);
addResumeCommand(program);
addCancelCommand(program);
addRetryFailedCommand(program);
addDashboardCommand(program);
addScheduleCommand(program);
addRecoverCommand(program);
addDoctorCommand(program);
addSetupGpuCommand(program);

process.on('uncaughtException', async (error) => {
  // A reader that closes early, such as head, is no error.
  if (!('code' in error && error.code === 'EPIPE')) await reportError(error).catch(() => reportPlainly(error));
  process.exit();
});

try {
  await program.parseAsync();
} catch (error) {
  // Commander has printed its own already.
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? exitCode.done : exitCode.usage;
  else await reportError(error).catch(() => reportPlainly(error));
}

async function reportError(error: unknown): Promise<void> {
  const [{ errorText, errorFields, exitCodeOf }, { argumentsAskForJson, logEntry }] = await Promise.all([
    import('./print-error.ts'),
    import('./log-entry.ts'),
  ]);
  if (argumentsAskForJson(process.argv)) process.stdout.write(logEntry('error', errorFields(error), 'error'));
  process.stderr.write(errorText(error));
  process.exitCode = exitCodeOf(error);
}

/** Where a program's own files are gone, such as during an update, so is what prints errors; telling so must not fail again and again. */
function reportPlainly(error: unknown): void {
  process.stderr.write(`gradline: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = exitCode.stopped;
}
