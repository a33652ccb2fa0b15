import { type Command, Option } from 'commander';
import { addCompiledSettings, givenSettings } from './run-options.ts';

const notes = `
The page is static files: put the folder on any web server, or see it with gradline serve <folder>. The model runs in the visitor's browser; no picture
leaves it, and nothing is loaded from elsewhere. After the first visit it works without a network. Whoever can open the page can download the model.

Example:
  gradline page resnet50.onnx --layers layer3,layer4 --preprocess imagenet --classes imagenet.json --samples photos --output site
  gradline serve site
`;

interface PageFlags extends Record<string, unknown> {
  output: string;
  title?: string;
  samples?: string;
}

export function addPageCommand(program: Command): void {
  const command = program
    .command('page')
    .summary('make a page that explains pictures in the browser')
    .description('Writes a folder of static files: a page that runs the model and its maps on pictures in the browser.')
    .argument('<model>', 'ONNX file of the classifier')
    .requiredOption('--output <folder>', 'folder of the page (required)')
    .addOption(new Option('--title <text>', 'stands above the page (default: the name of the model)'))
    .option('--samples <folder>', 'folder of up to 24 pictures that the page offers');
  addCompiledSettings(command);
  command.addHelpText('after', notes).action(pageAction);
}

async function pageAction(model: string, { title, samples, output, ...flags }: PageFlags): Promise<void> {
  const [{ readCompileOptions }, { readConfiguration }, { resolvePreprocessing }, { writePage }, { basename }] =
    await Promise.all([
      import('./compile-options.ts'),
      import('../shared/run/read-configuration.ts'),
      import('../worker/pipeline/decode/preprocessing.ts'),
      import('../page/write-page.ts'),
      import('node:path'),
    ]);
  const look = { colormap: 'magma', alpha: '0.6' };
  const compile = await readCompileOptions(model, { ...flags, ...look, output, target: 'predicted', inputPixels: true });
  const { preprocess } = await readConfiguration({ ...givenSettings(flags), model, input: '.', output });
  const { settings, bytes } = await writePage({
    compile,
    preprocessing: (size) => resolvePreprocessing(preprocess, size),
    output,
    title: title ?? basename(model, '.onnx'),
    samples: samples ?? null,
  });
  for (const warning of settings.warnings) process.stderr.write(`Warning: ${warning}\n`);
  process.stdout.write(
    `Wrote a page of ${(bytes / 1e6).toFixed(1)} MB to ${output}.\nSee it: gradline serve ${output}\n`,
  );
}
