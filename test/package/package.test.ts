import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { publint } from 'publint';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runArguments, tinyProject } from '../cli/gradline.ts';
import { temporaryFolder } from '../shared/temporary-folder.ts';
import { codeBlocks, shellCommand } from './code-blocks.ts';
import { nodeProgram } from './node-program.ts';
import { resnetLike } from './resnet-like.ts';

const run = promisify(execFile);
const repository = fileURLToPath(new URL('../../', import.meta.url));
const readme = join(repository, 'README.md');
const library = join(repository, 'docs/reference/library.md');
const megabyte = 2 ** 20;

/** Blocks are modules of their own: what runs here is what a reader copies. */
const javaScript = [...(await codeBlocks(readme, 'js')), ...(await codeBlocks(library, 'js'))];
const typeScript = [...(await codeBlocks(readme, 'ts')), ...(await codeBlocks(library, 'ts'))];

/** An empty folder, outside of the repository's node_modules, into which the packed package was installed. */
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gradline-package-'));
  const packed = join(folder, 'packed');
  await mkdir(packed);
  await run('npm', ['pack', '--ignore-scripts', '--pack-destination', packed], { cwd: repository });
  const [archive = ''] = await readdir(packed);
  const [, ...words] = (await shellCommand(readme, 'npm install')).split(' ');
  const options = words.map((word) => (word === 'gradline' ? join(packed, archive) : word));
  await run('npm', [...options, '--prefer-offline', '--no-audit', '--no-fund'], { cwd: folder });
  await resnetLike().write(folder, 'resnet34.onnx');
}, 600_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

describe('what is packed', () => {
  test('is what runs, its types, and the pages that belong to every package', async () => {
    const files = await readdir(join(folder, 'node_modules/gradline'), { recursive: true });
    const outside = files.filter((file) => file !== 'dist' && !file.startsWith('dist/'));
    expect(outside.sort()).toEqual(['CHANGELOG.md', 'LICENSE', 'README.md', 'package.json']);
    expect(files.filter((file) => /(?<!\.d)\.tsx?$|\.map$|\.test\./.test(file))).toEqual([]);
  });

  test('names no folder of the machine that built it', async () => {
    const place = join(folder, 'node_modules/gradline');
    const texts = (await readdir(place, { recursive: true })).filter((file) => /\.(js|ts|json|lua|css)$/.test(file));
    for (const file of texts)
      expect((await readFile(join(place, file), 'utf8')).includes(repository), file).toBe(false);
  });

  test('says in package.json what publint asks for', async () => {
    const { messages } = await publint({ pkgDir: join(folder, 'node_modules/gradline'), pack: false, strict: true });
    expect(messages).toEqual([]);
  });
});

test('nothing is fetched from elsewhere than the registry', () => {
  const provider = 'node_modules/onnxruntime-node/bin/napi-v6/linux/x64/libonnxruntime_providers_cuda.so';
  expect(existsSync(join(folder, provider))).toBe(false);
});

describe('the types', () => {
  test.for([
    { module: 'nodenext', moduleResolution: 'nodenext' },
    { module: 'esnext', moduleResolution: 'bundler' },
  ])('fit the examples of the pages under $moduleResolution', async (resolution) => {
    expect(await compile(resolution, [...javaScript, ...typeScript])).not.toEqual([]);
  });
});

let compiled: Promise<string[]> | null = null;

/** The TypeScript examples as JavaScript, the same for every Node. */
function compiledExamples(): Promise<string[]> {
  compiled ??= compile({ module: 'nodenext', moduleResolution: 'nodenext' }, typeScript);
  return compiled;
}

describe.for([20, 22, 24, 26])('on Node %i', (major) => {
  let node: string | undefined;
  let missing = '';
  beforeAll(async () => {
    try {
      node = await nodeProgram(major);
    } catch (error) {
      missing = `There is no Node ${major} for this system: ${error}`;
    }
  }, 300_000);

  test('the command lists layers and explains pictures', async (context) => {
    if (node === undefined) return context.skip(missing);
    await expectCommandToRun(node);
  });

  test('the JavaScript examples of the pages run as they are', async (context) => {
    if (node === undefined) return context.skip(missing);
    expect(javaScript.length).toBeGreaterThanOrEqual(3);
    for (const [index, code] of javaScript.entries()) {
      const file = join(folder, `example-${index}.mjs`);
      await writeFile(file, code);
      expect(await run(node, [file], { cwd: folder }), code).toEqual({ stdout: '', stderr: '' });
    }
  });

  test('the TypeScript examples of the pages run once they are compiled', async (context) => {
    if (node === undefined) return context.skip(missing);
    expect(typeScript.length).toBeGreaterThanOrEqual(1);
    for (const file of await compiledExamples()) {
      expect(await run(node, [file], { cwd: folder }), file).toEqual({ stdout: '', stderr: '' });
    }
  });
});

describe('the files for other systems', () => {
  test.runIf(process.platform === 'linux')(
    'can be removed as README says, which leaves the size it names',
    async () => {
      const [whole = 0, removed = 0] = [...(await readFile(readme, 'utf8')).matchAll(/(?:takes|removes) (\d+)/g)].map(
        ([, figure]) => Number(figure),
      );
      const before = await size(join(folder, 'node_modules'));
      await run('sh', ['-c', await shellCommand(readme, 'cd node_modules')], { cwd: folder });
      const after = await size(join(folder, 'node_modules'));
      expect(before / megabyte).toBeLessThan(whole * 1.05);
      expect((before - after) / megabyte).toBeGreaterThan(removed * 0.95);
      await expectCommandToRun(process.execPath);
      const tokenizers = "import('tokenizers').then(({ Tokenizer }) => console.log(typeof Tokenizer))";
      expect((await run(process.execPath, ['-e', tokenizers], { cwd: folder })).stdout).toBe('function\n');
    },
  );
});

/** Runs `npx gradline layers` and a small run, with npx on the given Node. */
async function expectCommandToRun(node: string): Promise<void> {
  const project = await tinyProject(3, await temporaryFolder());
  const PATH = `${dirname(node)}${delimiter}${process.env.PATH}`;
  const npx = (...words: string[]) =>
    run('npx', ['gradline', ...words], { cwd: folder, env: { ...process.env, PATH } });
  expect((await npx('layers', join(project, 'model.onnx'))).stdout).toContain('layer2');
  await npx(...runArguments(project));
  const records = await readFile(join(project, 'out/scores/part-00000.jsonl'), 'utf8');
  expect(
    records
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).correct),
  ).toEqual([true, true, true]);
}

/**
 * Compiles each block as a module of its own against the installed types.
 * @returns the files of JavaScript that it wrote
 */
async function compile(resolution: Record<string, string>, blocks: string[]): Promise<string[]> {
  const place = await mkdtemp(join(folder, 'typescript-'));
  for (const [index, code] of blocks.entries()) await writeFile(join(place, `example-${index}.mts`), code);
  const compilerOptions = {
    ...resolution,
    strict: true,
    target: 'es2022',
    types: ['node'],
    typeRoots: [join(repository, 'node_modules/@types')],
  };
  await writeFile(join(place, 'tsconfig.json'), JSON.stringify({ compilerOptions }));
  const compiling = run(process.execPath, [join(repository, 'node_modules/.bin/tsc'), '-p', place]);
  expect(await compiling.catch(({ stdout }: { stdout: string }) => ({ stdout }))).toMatchObject({ stdout: '' });
  return (await readdir(place)).filter((file) => file.endsWith('.mjs')).map((file) => join(place, file));
}

/** @returns bytes of all files below a folder */
async function size(place: string): Promise<number> {
  let sum = 0;
  for (const entry of await readdir(place, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) sum += (await stat(join(entry.parentPath, entry.name))).size;
  }
  return sum;
}
