import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type Copy, DockerfileParser, type From } from 'dockerfile-ast';
import { validate } from 'dockerfile-utils';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readImages } from '../../infra/local/image.ts';
import { cudnnLibrary, linkedLibraries } from '../../src/shared/gpu/cuda-needs.ts';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../', import.meta.url));
const path = join(root, 'infra/Dockerfile');
const text = await readFile(path, 'utf8');
const dockerfile = DockerfileParser.parse(text);

/** Files and folders that the images take from the repository. */
const copied = new Set(dockerfile.getCOPYs().filter(isFromContext).flatMap(sources));

describe('infra/Dockerfile', () => {
  test('is valid', () => {
    const found = validate(text).map(({ message, range }) => `line ${range.start.line + 1}: ${message}`);
    expect(found).toEqual([]);
  });

  test('starts from pinned images', () => {
    const defaults = new Map(dockerfile.getInitialARGs().map((arg) => argument(arg.getArgumentsContent() ?? '')));
    const stages = dockerfile.getFROMs().map((from) => from.getBuildStage());
    const bases = dockerfile.getFROMs().map((from) => baseOf(from, defaults));
    const foreign = bases.filter((base) => !stages.includes(base));
    expect(foreign.length).toBeGreaterThanOrEqual(3);
    for (const base of foreign) expect(base).toMatch(/:v?\d+\.\d+\.\d+/);
  });

  test('ends as another user than root', () => {
    const users = new Map<string, string>();
    let stage = '';
    for (const instruction of dockerfile.getInstructions()) {
      const [first = '', , name = ''] = instruction.getArguments().map((word) => word.getValue());
      if (instruction.getKeyword() === 'FROM') {
        stage = name;
        users.set(stage, users.get(first) ?? 'root');
      }
      if (instruction.getKeyword() === 'USER') users.set(stage, first);
    }
    for (const final of ['cpu', 'gpu', 'demo', 's3']) expect(users.get(final), final).toBe('1000:1000');
  });

  test('limits the arenas of glibc in every image of Gradline', async () => {
    const images = await readImages(path);
    for (const stage of ['cpu', 'gpu', 'demo']) {
      expect(images.get(stage)?.environment, stage).toMatchObject({ MALLOC_ARENA_MAX: '2', NODE_ENV: 'production' });
    }
    expect(images.get('cpu')?.entrypoint).toEqual(['gradline']);
  });

  test('has the CUDA and cuDNN that the CUDA provider is built for, and fetches it with a command that there is', async () => {
    const image = dockerfile.getInitialARGs().map((arg) => argument(arg.getArgumentsContent() ?? ''));
    const [, cuda] = /nvidia\/cuda:(\d+)\.[\d.]+-cudnn-runtime-/.exec(Object.fromEntries(image).CUDA_IMAGE ?? '') ?? [];
    expect(linkedLibraries).toContain(`libcudart.so.${cuda}`);
    expect(text).toContain(`grep '${cudnnLibrary.replaceAll('.', '\\.')} '`);
    const [, program = '', command = ''] = /RUN node (\S+) (\S+) --yes/.exec(text) ?? [];
    expect(program).toBe('dist/cli/gradline.cjs');
    expect(await readFile(join(root, `src/cli/${command}.ts`), 'utf8')).toContain(`.command('${command}')`);
  });

  test('gets from the repository what it copies, and nothing else', async () => {
    const lines = (await readFile(join(root, '.dockerignore'), 'utf8')).split('\n');
    expect(lines).toContain('*');
    const allowed = lines.filter((line) => line.startsWith('!')).map((line) => line.slice(1));
    const outermost = [...copied].filter((one) => ![...copied].some((other) => one.startsWith(`${other}/`)));
    expect(new Set(allowed)).toEqual(new Set(outermost));
    for (const one of copied) expect(existsSync(join(root, one)), one).toBe(true);
  });
});

describe('what the image builds', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gradline-image-'));
    for (const one of copied) {
      const target = join(folder, one);
      await mkdir(dirname(target), { recursive: true });
      await cp(join(root, one), target, { recursive: true, filter: (file) => file !== join(root, 'demo/out') });
    }
    await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
    await run('npm', ['run', 'build'], { cwd: folder });
    await run('npm', ['run', 'build:tools'], { cwd: folder });
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test('starts with the files that it copies', async () => {
    const help = await run(process.execPath, ['dist/cli/gradline.cjs', 'worker', '--help'], { cwd: folder });
    expect(help.stdout).toContain('--drain-deadline');
    const fill = await run(process.execPath, ['dist-tools/demo/fleet/fill-bucket.js', '--help'], { cwd: folder });
    expect(fill.stdout).toContain('s3://name');
  });

  test('imports no package that only development needs', async () => {
    const { dependencies }: { dependencies: Record<string, string> } = JSON.parse(
      await readFile(join(root, 'package.json'), 'utf8'),
    );
    const allowed = new Set([...Object.keys(dependencies), 'gradline']);
    const imported = new Set<string>();
    for (const part of ['dist', 'dist-tools/demo', 'dist-tools/src']) {
      for (const name of await importedPackages(join(folder, part))) imported.add(name);
    }
    expect(imported).toContain('onnxruntime-node');
    expect([...imported].filter((name) => !allowed.has(name))).toEqual([]);
  });
});

/** Names of npm packages in the import statements, calls and `require`s of a folder's JavaScript. */
async function importedPackages(folder: string): Promise<Set<string>> {
  const files = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.js'));
  const names = new Set<string>();
  for (const file of files) {
    const code = await readFile(join(folder, file), 'utf8');
    for (const [, name] of code.matchAll(
      /(?:\bfrom|^import|\bimport\(|\brequire\()\s*'((?:@[\w.-]+\/)?[a-z][\w.-]*)[/']/gm,
    )) {
      if (name !== undefined) names.add(name);
    }
  }
  return names;
}

function isFromContext(copy: Copy): boolean {
  return copy.getFromFlag() === null;
}

function sources(copy: Copy): string[] {
  return copy
    .getArguments()
    .slice(0, -1)
    .map((word) => word.getValue());
}

function argument(text: string): [string, string] {
  const [name = '', value = ''] = text.split('=');
  return [name, value];
}

function baseOf(from: From, defaults: ReadonlyMap<string, string>): string {
  return (from.getImage() ?? '').replace(/\$\{(\w+)\}/g, (_, name) => defaults.get(name) ?? '');
}
