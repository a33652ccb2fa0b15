import type { Command } from 'commander';
import type { CompiledFile } from '../explain/compiled/compile-model.ts';
import { addCompileOptions, type CompileFlags, readCompileOptions } from './compile-options.ts';

const notes = `
The file is plain ONNX: run it with ONNX Runtime in any language, OpenVINO, Triton, or in a browser. Its metadata say what its inputs and outputs are.
The target any adds an input 'target' with the class to explain of each picture; label does so with an input 'label'.

Examples:
  gradline compile resnet50.onnx --layers layer4 --output explained.onnx
  gradline compile resnet50.onnx --layers layer3,layer4 --target predicted,any --preprocess imagenet --input-pixels --overlay --output explained.onnx
  gradline compile resnet50.onnx --output models/resnet50/1/model.onnx --triton
`;

export function addCompileCommand(program: Command): void {
  const command = program
    .command('compile')
    .summary('write the explained model as an ONNX file that anybody can run')
    .description("Writes an ONNX file of official operators that returns a classifier's scores and its maps.")
    .argument('<model>', 'ONNX file of the classifier')
    .requiredOption('--output <file>', 'the ONNX file to write (required)');
  addCompileOptions(command);
  command
    .option(
      '--triton',
      'write config.pbtxt too, for an output <name>/<version>/model.onnx in a Triton model repository',
    )
    .addHelpText('after', notes)
    .action(compileAction);
}

async function compileAction(model: string, flags: CompileFlags & { triton?: true }): Promise<void> {
  const { tritonConfigFile, writeTritonConfig } = await import('./triton-config.ts');
  const config = flags.triton === true ? tritonConfigFile(flags.output) : undefined;
  const options = await readCompileOptions(model, flags);
  const { compileModel } = await import('../explain/compiled/compile-model.ts');
  const compiled = await compileModel(options);
  if (config !== undefined) await writeTritonConfig(config, compiled.description);
  process.stdout.write(compiledText(compiled));
  if (config !== undefined) process.stdout.write(`${config.path} configures Triton.\n`);
}

function compiledText({ description, files }: CompiledFile): string {
  const { opset, batch, batchReason, inputs, outputs, warnings } = description;
  const pictures = batch === 'free' ? 'any number of pictures in a run' : `${batch} in a run`;
  const list = (heading: string, values: readonly { name: string; type: string; shape: readonly unknown[] }[]) =>
    values.map(
      ({ name, type, shape }, i) =>
        `  ${(i === 0 ? heading : '').padEnd(heading.length)} ${name}  ${type} [${shape.join(', ')}]\n`,
    );
  return [
    ...files.map(({ path, bytes }) => `${path}  ${(bytes / 1e6).toFixed(1)} MB\n`),
    `  ONNX operators of opset ${opset}; ${pictures}${batchReason === undefined ? '' : `, because ${batchReason}`}\n`,
    ...list('inputs ', inputs),
    ...list('outputs', outputs),
    ...warnings.map((warning) => `Note: ${warning}\n`),
  ].join('');
}
