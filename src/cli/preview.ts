import type { Command } from 'commander';
import { recipeText } from './recipe-text.ts';
import { addPreviewOptions, givenSettings } from './run-options.ts';

const notes = `
Look at the sheet before a long run: are the pictures the right way up, whole, in their colours, and are the answers sensible? Then give gradline run the
same options.

Example:
  gradline preview model.onnx photos --preprocess auto --classes classes.json
`;

/** Images on a sheet where nothing else is said. */
const usualCount = '24';

export function addPreviewCommand(program: Command): void {
  const command = program
    .command('preview')
    .summary('show what the model sees of some images, and its answers')
    .description('Writes a page with some images as the model sees them and the five classes with the highest scores.')
    .argument('<model>', 'ONNX file of the classifier')
    .argument('<input>', 'folder, s3://bucket/prefix, or a list (.csv, .tsv, .jsonl)')
    .option('--output <file>', 'the page', 'preview.html');
  addPreviewOptions(command);
  command.addHelpText('after', notes).action(previewAction);
}

async function previewAction(
  model: string,
  input: string,
  options: { output: string } & Record<string, unknown>,
): Promise<void> {
  const { readConfiguration } = await import('../shared/run/read-configuration.ts');
  const given = givenSettings(options);
  const chosen = given.sample === undefined && given.limit === undefined ? { sample: usualCount } : {};
  const configuration = await readConfiguration({ ...given, ...chosen, model, input });
  const [{ previewImages }, { previewPage }, { writeFile }] = await Promise.all([
    import('../worker/local/preview.ts'),
    import('./preview-page.ts'),
    import('node:fs/promises'),
  ]);
  const preview = await previewImages(configuration);
  await writeFile(options.output, await previewPage(configuration, preview));
  const recipe = recipeText(configuration.preprocess);
  for (const notice of [...(recipe === null ? [] : [recipe]), ...preview.notices]) process.stdout.write(`${notice}\n`);
  process.stdout.write(`${options.output} shows ${preview.images.length} images as the model sees them.\n`);
}
