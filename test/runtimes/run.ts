/**
 * Compiles networks and runs the files in other runtimes: do they give what Gradline gives? Prints the table of docs/reference/runtimes.md and
 * writes it there. `npm run test:runtimes -- --models <folder>`: exported by `export_models.py`; without, they are exported into a temporary folder,
 * by the Python that PYTHON names (torch, torchvision, timm, onnx).
 */

import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { compileModel, Explainer, type PixelScaling } from '../../src/explain/index.ts';
import { testPicture } from '../../src/explain/probe/test-pictures.ts';
import { browserRuntimes } from './browser.ts';
import { run } from './run-program.ts';
import { type Runtime, runtimes } from './runtimes.ts';

const networks = [
  { name: 'squeezenet1_1', title: 'SqueezeNet', layer: 'last' },
  { name: 'mobilenet_v2', title: 'MobileNetV2', layer: 'features.6' },
  { name: 'efficientnet_b0', title: 'EfficientNet-B0', layer: 'features.4' },
  { name: 'resnet50', title: 'ResNet-50', layer: 'layer3' },
  { name: 'vit_tiny', title: 'ViT', layer: 'blocks.11.norm1' },
  { name: 'book', title: "the book's", layer: '0.7' },
];

const side = 224;
const pictureCount = 2;
const imagenet: PixelScaling = {
  range: [0, 1],
  mean: [0.485, 0.456, 0.406],
  std: [0.229, 0.224, 0.225],
  channels: 'rgb',
};

interface Case {
  name: string;
  file: string;
  expected: Float32Array;
}

const { values } = parseArgs({ options: { models: { type: 'string' }, only: { type: 'string' } } });
const folder = await mkdtemp(join(tmpdir(), 'gradline-runtimes-'));
try {
  const models = values.models ?? (await exported());
  const pixels = join(folder, 'pixels.raw');
  const bytes = Uint8Array.from(
    Array.from({ length: pictureCount }, (_, i) => [...testPicture(i, { height: side, width: side })]).flat(),
  );
  await writeFile(pixels, bytes);
  const cases: Case[] = [];
  for (const { name, layer } of networks)
    cases.push(await compiledCase(join(models, `${name}.onnx`), name, layer, bytes));
  const chosen = [...runtimes, ...browserRuntimes].filter(({ name }) => new RegExp(values.only ?? '').test(name));
  const rows: string[] = [];
  for (const [i, runtime] of chosen.entries())
    rows.push(await row(runtime, join(folder, `runtime-${i}`), cases, pixels));
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

async function compiledCase(model: string, name: string, layer: string, bytes: Uint8Array): Promise<Case> {
  const file = join(folder, `${name}.explained.onnx`);
  const options = { model, layers: [layer], probe: false };
  await compileModel({ ...options, output: file, preprocessing: imagenet, inputPixels: true });
  await using explainer = await Explainer.open({ ...options, pixels: imagenet, batchSize: pictureCount });
  const { maps } = await explainer.explain(bytes, { count: pictureCount });
  process.stderr.write(`${name} is compiled\n`);
  return { name, file, expected: maps[0]?.values ?? new Float32Array() };
}

async function row(runtime: Runtime, place: string, cases: readonly Case[], pixels: string): Promise<string> {
  try {
    const { version, explain } = await runtime.install(place);
    const cells: string[] = [];
    for (const { name, file, expected } of cases) {
      if (runtime.only?.includes(name) === false) {
        cells.push('');
        continue;
      }
      const maps = join(folder, 'maps.raw');
      await explain(file, pixels, maps);
      const bytes = await readFile(maps);
      cells.push(deviation(new Float32Array(new Uint8Array(bytes).buffer), expected));
      process.stderr.write(`${runtime.name} ${version}: ${name} ${cells.at(-1)}\n`);
    }
    return `| ${runtime.name} | ${version} | ${cells.join(' | ')} | \`${runtime.program}\` |`;
  } catch (error) {
    process.exitCode = 1;
    process.stderr.write(`${runtime.name} failed: ${error instanceof Error ? error.message : String(error)}\n`);
    return `| ${runtime.name} | did not run | ${cases.map(() => '').join(' | ')} | \`${runtime.program}\` |`;
  }
}

/** Largest difference as a share of the largest magnitude. More than 1e-4 fails the script. */
function deviation(found: Float32Array, expected: Float32Array): string {
  const most = expected.reduce((top, value) => Math.max(top, Math.abs(value)), 0);
  let largest = found.length === expected.length && most > 0 ? 0 : Number.POSITIVE_INFINITY;
  expected.forEach((value, i) => {
    const distance = Math.abs((found[i] ?? Number.NaN) - value) / most;
    largest = distance <= largest ? largest : Number.isNaN(distance) ? Number.POSITIVE_INFINITY : distance;
  });
  if (largest > 1e-4) process.exitCode = 1;
  return largest.toExponential(1);
}

function page(table: string): string {
  return `# Runtimes that run compiled files

Files of [\`gradline compile\`](../guide/compile.md), each in another runtime's own example: the largest difference of a map from \`gradline run\`'s, as a share of its largest
magnitude, over two pictures. Layers: ${networks.map(({ title, layer }) => `${title} \`${layer}\``).join(', ')}; weights are seeded. \`npm run test:runtimes\` installs the runtimes into a temporary folder, runs
all of it, fails above 1e-4, and writes this page.

${table}`;
}
