import { type Command, Option } from 'commander';
import type { ExportFormat } from '../report/export/export-run.ts';

const formats = ['fiftyone', 'label-studio', 'coco', 'csv', 'spray'] as const satisfies readonly ExportFormat[];

const notes = `
  fiftyone      load_fiftyone.py and what it reads: predictions, findings, a heatmap field for each map
  label-studio  tasks with predictions, and a labelling interface
  coco          the run's --regions, else boxes made from the maps; results.json: those boxes as detections
  csv           the collection list of the report
  spray         .npy stacks of heatmaps, one for each predicted class

Exit codes: 0 done; 2 usage, or something that the format needs is missing; 3 an output cannot be read or written.

Example:
  gradline export explained --to label-studio --only mistakes --output relabel
`;

export function addExportCommand(program: Command): void {
  program
    .command('export')
    .summary('hand a run over: FiftyOne, Label Studio, COCO, CSV, SpRAy')
    .description("Writes a run's output, a folder or an s3:// address, for other programs.")
    .argument('<output>', "the run's output")
    .addOption(new Option('--to <format>', 'what to write').choices(formats).makeOptionMandatory())
    .requiredOption('--output <place>', 'folder or s3:// address for the files')
    .addOption(new Option('--only <images>', 'which images').choices(['mistakes', 'all']).default('all'))
    .option('--images <root>', "what stands before an image's key instead of the run's input: a folder or address")
    .option('--json', 'print what was written as JSON')
    .addHelpText('after', notes)
    .action(exportAction);
}

interface ExportFlags {
  to: ExportFormat;
  output: string;
  only: 'mistakes' | 'all';
  images?: string;
  json?: boolean;
}

async function exportAction(location: string, { to, output: place, only, images, json }: ExportFlags): Promise<void> {
  const [{ openStore }, { exportRun }, { plural }] = await Promise.all([
    import('../shared/store/open-store.ts'),
    import('../report/export/export-run.ts'),
    import('./progress.ts'),
  ]);
  await using output = await openStore(location);
  await using target = await openStore(place);
  const exported = await exportRun(output, to, target, { only, images: images ?? null });
  if (json) {
    process.stdout.write(`${JSON.stringify({ format: to, output: place, ...exported })}\n`);
    return;
  }
  const [first = '', ...more] = exported.files;
  const others = more.length === 0 ? '' : ` and ${plural(more.length, 'more file')}`;
  const lines = [`Wrote ${plural(exported.images, 'image')} to ${place}: ${first}${others}`, ...exported.notes];
  process.stdout.write(`${lines.join('\n')}\n`);
}
