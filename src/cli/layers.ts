import type { Command } from 'commander';
import { collect } from './run-options.ts';

const notes = `
In the tree, a gradient reaches the layers marked +, so grad-cam can use them; * marks the suggested ones.
Any name in the first column works with --layers of gradline run.
`;

export function addLayersCommand(program: Command): void {
  program
    .command('layers')
    .summary('list the layers of a model that can be hooked')
    .description(
      'Lists what can be hooked in an ONNX file: a tree with shapes, where gradients reach, and suggestions.',
    )
    .argument('<model>', 'ONNX file')
    .option('--output-name <name>', 'the output that holds the scores, where the model has several')
    .option('--input <name=value>', 'for an input beside the picture, as gradline run takes it', collect)
    .option('--all', 'list single nodes too, not only modules')
    .option('--json', 'print all of it as one JSON object')
    .addHelpText('after', notes)
    .action(layersAction);
}

interface LayersFlags {
  outputName?: string;
  input?: string[];
  all?: boolean;
  json?: boolean;
}

async function layersAction(model: string, options: LayersFlags): Promise<void> {
  const { describeLayers } = await import('../explain/layers/describe.ts');
  const { readGivenInputs } = await import('../shared/run/read-inputs.ts');
  const inputs = options.input === undefined ? {} : await readGivenInputs(options.input);
  const description = await describeLayers(model, {
    ...inputs,
    ...(options.outputName === undefined ? {} : { outputName: options.outputName }),
  });
  if (options.json) {
    process.stdout.write(`${JSON.stringify(description, null, 2)}\n`);
    return;
  }
  const { layerTree } = await import('./layer-tree.ts');
  process.stdout.write(layerTree(model, description, options.all ?? false));
}
