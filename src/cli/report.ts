import type { Command } from 'commander';
import { wholeNumber } from './whole-number.ts';

const notes = `
Writes report/ beside the results: a page (report/index.html) that opens from disk or a bucket, findings.json, the collection
list (collect.csv), and the mistakes (mistakes.jsonl, mistakes.parquet). Doing it again replaces it. With --since, the page shows
what changed from the earlier run to this one, with both runs' maps (diff.json has it all).

Example:
  gradline report explained --reference explained-training-set
  gradline report s3://results/tuesday --since s3://results/monday
`;

export function addReportCommand(program: Command): void {
  program
    .command('report')
    .summary("make a run's report: what to collect, clusters of mistakes, a page")
    .description("Makes the report of a run's output, a folder or an s3:// address.")
    .argument('<output>', "the run's output")
    .option('--reference <output>', 'output of a run over the training set, to see what it lacks')
    .option('--since <output>', "an earlier run's output, to show what changed since then")
    .option('--model <file>', "where the run's model is now, to test causes of mistakes on it")
    .option('--images <folder>', "where the run's images are now")
    .option(
      '--interventions <n>',
      'changed pictures that the network may be asked about; 0: none',
      wholeNumber('It must be a whole number, 0 or more.', 0),
    )
    .option('--json', 'print the findings as JSON')
    .addHelpText('after', notes)
    .action(reportAction);
}

interface ReportFlags {
  reference?: string;
  since?: string;
  model?: string;
  images?: string;
  interventions?: number;
  json?: boolean;
}

async function reportAction(output: string, flags: ReportFlags): Promise<void> {
  const [{ runReport }, { reportText }] = await Promise.all([
    import('../report/run-report.ts'),
    import('./report-text.ts'),
  ]);
  const { reference = null, since = null, model = null, images = null, interventions = null } = flags;
  const made = await runReport({ output, reference, since, ask: { model, images, most: interventions } });
  process.stdout.write(flags.json ? `${JSON.stringify(made.findings)}\n` : reportText(made, output));
}
