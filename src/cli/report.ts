import type { Command } from 'commander';

const notes = `
Writes report/ beside the results: a page (report/index.html) that opens from disk or a bucket, findings.json, the collection
list (collect.csv), and the mistakes (mistakes.jsonl, mistakes.parquet). Doing it again replaces it.

Example:
  gradline report explained --reference explained-training-set
`;

export function addReportCommand(program: Command): void {
  program
    .command('report')
    .summary("make a run's report: what to collect, clusters of mistakes, a page")
    .description("Makes the report of a run's output, a folder or an s3:// address.")
    .argument('<output>', "the run's output")
    .option('--reference <output>', 'output of a run over the training set, to see what it lacks')
    .option('--json', 'print the findings as JSON')
    .addHelpText('after', notes)
    .action(reportAction);
}

async function reportAction(output: string, options: { reference?: string; json?: boolean }): Promise<void> {
  const [{ runReport }, { reportText }] = await Promise.all([
    import('../report/run-report.ts'),
    import('./report-text.ts'),
  ]);
  const made = await runReport({ output, reference: options.reference ?? null });
  process.stdout.write(options.json ? `${JSON.stringify(made.findings)}\n` : reportText(made, output));
}
