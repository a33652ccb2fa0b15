/** Writes a page that explains pictures in the browser: static files, with the model among them. */

import { copyFile, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, extname, join } from 'node:path';
import { compileModel } from '../explain/compiled/compile-model.ts';
import type { CompileOptions } from '../explain/compiled/compile-options.ts';
import { UserError } from '../explain/user-error.ts';
import { groundColour, type Preprocessing } from '../worker/pipeline/decode/preprocessing.ts';
import { type PageSettings, settingsFile, webgpuFiles } from './contract.ts';
import { tryModel } from './try-model.ts';

export interface PageOptions {
  /** Of the compiled model; the page decides the others. */
  compile: Omit<
    CompileOptions,
    'output' | 'targets' | 'batch' | 'inputPixels' | 'externalData' | 'overlay' | 'upsample'
  >;
  /** How pictures are prepared, with nothing left open. */
  preprocessing(size: { height: number; width: number }): Preprocessing;
  /** Folder of the page; what it holds of an earlier one is replaced. */
  output: string;
  title: string;
  /** Folder of pictures to begin with; null: none. */
  samples: string | null;
}

export interface MadePage {
  settings: PageSettings;
  /** Bytes of all its files. */
  bytes: number;
}

const modelFile = 'model.onnx';
const samplesFolder = 'samples';
const mostSamples = 24;
/** What browsers read. */
const pictureName = /\.(jpe?g|png|webp|avif|gif)$/i;

/**
 * @throws UserError `page-cannot` for models that a page cannot run, `output-not-empty` for a folder that holds something else, `no-images`,
 * and as `compileModel`; Error when the page's app is not built
 */
export async function writePage({ compile, preprocessing, output, title, samples }: PageOptions): Promise<MadePage> {
  await refuseOthers(output);
  const pictures = samples === null ? [] : await samplesIn(samples);
  await mkdir(output, { recursive: true });
  const compiled = await compileModel({
    ...compile,
    output: join(output, modelFile),
    targets: ['predicted', 'any'],
    batch: 1,
    inputPixels: true,
  });
  const { description, files } = compiled;
  const { image, inputs, outputs, source, gradline, warnings, classCount, classNames, precision } = description;
  const { height, width, channels } = image;
  const others = inputs.filter(({ role }) => role === 'other').map(({ name }) => `'${name}'`);
  const [model, weights] = files;
  const problem =
    channels !== 1 && channels !== 3
      ? `it takes pictures of ${channels} bands, which browsers do not read`
      : others.length > 0
        ? `it has inputs beside the picture (${others.join(', ')}); give them values with --input`
        : weights !== undefined || model === undefined
          ? 'it is larger than the 2 GB that a browser can hold'
          : null;
  if (problem !== null || model === undefined || (channels !== 1 && channels !== 3)) {
    for (const { path } of files) await rm(path, { force: true });
    throw new UserError('page-cannot', `No page can be made of ${compile.model}: ${problem}.`);
  }
  const prepared = preprocessing({ height, width });
  const { size: side, fit, resize, keepsSize, cropCorner, resampling, ground } = prepared;
  const maps: PageSettings['maps'] = outputs.flatMap(
    ({ name, kind, layer = '', method = '', target = '', shape: [, rows, columns] }) =>
      kind === 'map' ? [{ output: name, layer, method, target, height: Number(rows), width: Number(columns) }] : [],
  );
  const size: PageSettings['image'] = { height, width, channels };
  const settings: PageSettings = {
    title,
    file: modelFile,
    bytes: model.bytes,
    ...{ source, gradline, warnings, classCount, classNames },
    image: size,
    shape: { size: side, fit, resize, keepsSize, cropCorner, resampling, ground: { at: ground.at } },
    ground: groundColour(prepared, channels),
    maps,
    trial: await tryModel(model.path, precision, { image: size, maps }),
    samples: await copySamples(pictures, output),
  };
  await writeFile(join(output, settingsFile), `${JSON.stringify(settings)}\n`);
  const app = await copyApp(output);
  const names = [...app, modelFile, settingsFile, ...settings.samples.map(({ file }) => file)];
  const kept = names.filter((name) => !webgpuFiles.some((file) => file === name));
  await writeFile(join(output, 'files.json'), `${JSON.stringify(kept)}\n`);
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(output, name))).size));
  return { settings, bytes: sizes.reduce((sum, size) => sum + size, 0) };
}

/** An earlier page may be replaced, a folder of anything else not. */
async function refuseOthers(output: string): Promise<void> {
  const held: string[] = await readdir(output).catch(() => []);
  if (held.length === 0 || held.includes(settingsFile)) return;
  throw new UserError('output-not-empty', `${output} holds something other than a page. Choose another --output.`);
}

/** @returns paths of the folder's pictures */
async function samplesIn(folder: string): Promise<string[]> {
  const found = await readdir(folder).catch(() => {
    throw new UserError(
      'no-images',
      `The samples are to be read from ${folder}, which is not a folder that can be read.`,
    );
  });
  const pictures = found.filter((name) => pictureName.test(name)).sort();
  if (pictures.length === 0 || pictures.length > mostSamples) {
    throw new UserError(
      'no-images',
      `${folder} holds ${pictures.length} pictures that browsers read (.jpg, .png, .webp, .avif, .gif). A page takes 1 to ${mostSamples}.`,
    );
  }
  return pictures.map((name) => join(folder, name));
}

async function copySamples(pictures: readonly string[], output: string): Promise<PageSettings['samples']> {
  await rm(join(output, samplesFolder), { recursive: true, force: true });
  if (pictures.length > 0) await mkdir(join(output, samplesFolder));
  return Promise.all(
    pictures.map(async (path, index) => {
      // Names of strangers become no addresses.
      const file = `${samplesFolder}/${index + 1}${extname(path).toLowerCase()}`;
      await copyFile(path, join(output, file));
      return { name: basename(path, extname(path)), file };
    }),
  );
}

/** @returns the names of the app's files */
async function copyApp(output: string): Promise<string[]> {
  const folder = join(dirname(createRequire(import.meta.url).resolve('gradline/package.json')), 'dist/page/app');
  const names = await readdir(folder).catch((cause: unknown) => {
    throw new Error(`The page is not built: ${folder} is missing. Run npm run build.`, { cause });
  });
  await Promise.all(names.map(async (name) => writeFile(join(output, name), await readFile(join(folder, name)))));
  await writeFile(join(output, 'index.html'), index);
  return [...names, 'index.html'];
}

/** Nothing may be loaded but from where the page lies, and nothing may be sent elsewhere. Compiling WebAssembly needs a word of its own. */
const policy = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' blob: data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

const index = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta http-equiv="Content-Security-Policy" content="${policy}">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>What the model looks at</title>
    <link rel="icon" href="data:,">
    <link rel="stylesheet" href="app.css">
    <script defer src="app.js"></script>
  </head>
  <body>
    <div id="app"><p class="loading">Loading the page.</p></div>
    <noscript><p class="loading">This page needs JavaScript: the model runs in the browser.</p></noscript>
  </body>
</html>
`;
