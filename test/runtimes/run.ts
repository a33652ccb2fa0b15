/**
 * Compiles networks and runs the files in other runtimes: do they give what Gradline gives? Prints the table of docs/reference/runtimes.md and
 * writes it there. `npm run test:runtimes -- --models <folder>`: exported by `export_models.py`; without, they are exported into a temporary folder,
 * by the Python that PYTHON names (torch, torchvision, timm, onnx).
 */

import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { tritonConfig } from '../../src/cli/triton-config.ts';
import { deviation } from '../../src/explain/deviation.ts';
import { type CompiledFile, compileModel, Explainer, type PixelScaling } from '../../src/explain/index.ts';
import { testPicture } from '../../src/explain/probe/test-picture.ts';
import { browserRuntimes } from './browser.ts';
import { firmPictures } from './firm-pictures.ts';
import { output, run } from './run-program.ts';
import { pythonWith, type Runtime, runtimes } from './runtimes.ts';

const networks = [
  { name: 'squeezenet1_1', title: 'SqueezeNet', layer: 'last' },
  { name: 'mobilenet_v2', title: 'MobileNetV2', layer: 'features.6' },
  { name: 'efficientnet_b0', title: 'EfficientNet-B0', layer: 'features.4' },
  { name: 'resnet50', title: 'ResNet-50', layer: 'layer3' },
  { name: 'vit_tiny', title: 'ViT', layer: 'blocks.11.norm1' },
  { name: 'book', title: "the book's", layer: '0.7' },
];

const notes = `- **OpenVINO.** The example asks for \`INFERENCE_PRECISION_HINT: f32\`; some processors get half precision otherwise. Its CPU plugin (2026.4.1) gives wrong products where a graph reads one square constant both as it is and
  transposed: in \`a = MatMul(x, w)\`, \`b = MatMul(x, Transpose(w))\` with \`w\` of \`[2, 2]\`, \`b\` is what \`a\` is. A network and its gradient do just that, so maps of transformers were wrong (by 1.5
  of their maximum). Compiled files have gradients read square weights from a turned copy, which runtimes make while they load the file; files of before should be compiled anew.
- **Units at zero.** A ReLU whose input is within rounding of zero is on in one runtime and off in another, and its gradient with it. Maps then differ by up to 4e-4 without either being wrong: noise of a millionth in the
  input does the same to \`gradline run\` itself. Of the first six pictures of the series that is so for four with ResNet-50, three with MobileNetV2 and none with the others.
- **WebGPU** was run on a software GPU (SwiftShader), which takes minutes for two pictures, so not with every network. onnxruntime-web 1.30 has no MaxPool with \`ceil_mode\` in WebGPU (SqueezeNet 1.1 has one) and says so; WASM runs it.
- **ORT format** is what reduced builds of ONNX Runtime for phones read. The converter lists the operators that the file needs, those of the gradients among them.
`;

const side = 224;
const pictureCount = 2;
/** The largest difference of a map that does not fail the script, as a share of its largest magnitude. */
const limit = 1e-4;
const imagenet: PixelScaling = {
  range: [0, 1],
  mean: [0.485, 0.456, 0.406],
  std: [0.229, 0.224, 0.225],
  channels: 'rgb',
};

interface Case {
  name: string;
  file: string;
  /** File of the pictures. */
  pixels: string;
  description: CompiledFile['description'];
  expected: Float32Array;
}

const { values } = parseArgs({ options: { models: { type: 'string' }, only: { type: 'string' } } });
const folder = await mkdtemp(join(tmpdir(), 'gradline-runtimes-'));
try {
  const models = values.models ?? (await exported());
  const cases: Case[] = [];
  for (const { name, layer } of networks) cases.push(await compiledCase(join(models, `${name}.onnx`), name, layer));
  const isChosen = (name: string) => new RegExp(values.only ?? '').test(name);
  if (isChosen('Triton')) await checkTriton(join(models, 'squeezenet1_1.onnx'), cases);
  const chosen = [...runtimes, ...browserRuntimes].filter(({ name }) => isChosen(name));
  const rows: string[] = [];
  for (const [i, runtime] of chosen.entries()) rows.push(await row(runtime, join(folder, `runtime-${i}`), cases));
  const table = [
    `| runtime | version | ${networks.map(({ title }) => title).join(' | ')} | by |`,
    `| --- | --- | ${networks.map(() => '---').join(' | ')} | --- |`,
    ...rows,
    '',
  ].join('\n');
  process.stdout.write(table);
  if (values.only === undefined) await writeFile('docs/reference/runtimes.md', page(table));
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function exported(): Promise<string> {
  const models = join(folder, 'models');
  await mkdir(models);
  await run(process.env.PYTHON ?? 'python3', ['test/runtimes/export_models.py', models]);
  return models;
}

async function compiledCase(model: string, name: string, layer: string): Promise<Case> {
  const firm = await firmPictures(model, layer, imagenet, side, pictureCount);
  const bytes = Uint8Array.from(firm.flatMap((number) => [...testPicture(number, { height: side, width: side })]));
  const pixels = join(folder, `${name}.raw`);
  await writeFile(pixels, bytes);
  const file = join(folder, `${name}.explained.onnx`);
  const options = { model, layers: [layer], probe: false };
  const { description } = await compileModel({ ...options, output: file, preprocessing: imagenet, inputPixels: true });
  await using explainer = await Explainer.open({ ...options, pixels: imagenet, batchSize: pictureCount });
  const { maps } = await explainer.explain(bytes, { count: pictureCount });
  process.stderr.write(`${name} is compiled; pictures ${firm.join(', ')}\n`);
  return { name, file, pixels, description, expected: maps[0]?.values ?? new Float32Array() };
}

/** Triton's own protocol buffer has to read what is written for it: free and fixed batches, classes as inputs. */
async function checkTriton(model: string, cases: readonly Case[]): Promise<void> {
  const place = join(folder, 'triton');
  const python = await pythonWith(['tritonclient[grpc]'], place);
  const [file, target] = [join(folder, 'fixed.onnx'), 'any'];
  const fixed = await compileModel({
    model,
    layers: ['last'],
    targets: [target],
    batch: 4,
    probe: false,
    output: file,
  });
  const files: string[] = [];
  for (const { name, description } of [...cases, { name: 'fixed', ...fixed }]) {
    files.push(join(place, `${name}.pbtxt`));
    await writeFile(join(place, `${name}.pbtxt`), tritonConfig(name, description));
  }
  process.stderr.write(await output(python, ['test/runtimes/triton_config.py', ...files]));
}

async function row(runtime: Runtime, place: string, cases: readonly Case[]): Promise<string> {
  try {
    const { version, explain } = await runtime.install(place);
    const cells: string[] = [];
    for (const { name, file, pixels, expected } of cases) {
      if (runtime.only?.includes(name) === false) {
        cells.push('');
        continue;
      }
      const maps = join(folder, 'maps.raw');
      await explain(file, pixels, maps);
      const bytes = await readFile(maps);
      const found = new Float32Array(new Uint8Array(bytes).buffer);
      const share = found.length === expected.length ? deviation(expected, found) : Number.POSITIVE_INFINITY;
      if (share > limit) process.exitCode = 1;
      cells.push(share.toExponential(1));
      process.stderr.write(`${runtime.name} ${version}: ${name} ${cells.at(-1)}\n`);
    }
    return `| ${runtime.name} | ${version} | ${cells.join(' | ')} | \`${runtime.program}\` |`;
  } catch (error) {
    const empty = `${cases.map(() => '').join(' | ')} | \`${runtime.program}\` |`;
    // A program that is not installed says nothing about the files.
    if (error instanceof Error && 'syscall' in error && String(error.syscall).startsWith('spawn')) {
      process.stderr.write(`${runtime.name} is not tried here: ${error.message}\n`);
      return `| ${runtime.name} | not here | ${empty}`;
    }
    process.exitCode = 1;
    process.stderr.write(`${runtime.name} failed: ${error instanceof Error ? error.message : String(error)}\n`);
    return `| ${runtime.name} | did not run | ${empty}`;
  }
}

function page(table: string): string {
  return `# Runtimes that run compiled files

Files of [\`gradline compile\`](../guide/compile.md), each in another runtime's own example: the largest difference of a map from \`gradline run\`'s, as a share of its largest
magnitude, over two pictures: the first of Gradline's own series for which noise of a millionth in the model's input moves \`gradline run\`'s map by at most 1e-5 of its largest
magnitude, which is found before any other runtime is asked. Layers: ${networks.map(({ title, layer }) => `${title} \`${layer}\``).join(', ')}; weights are seeded. \`npm run test:runtimes\` installs the runtimes into a temporary folder, runs
all of it, fails above 1e-4, has Triton's own protocol buffer (\`tritonclient\`) read what \`--triton\` writes, and writes this page. A runtime whose tool is missing (Maven, Go, Cargo) is left out.

${table}
${notes}`;
}
