import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runSettings } from '../../src/shared/run/configuration.ts';
import { gradline, runArguments, tinyProject } from './gradline.ts';

test('--help names the commands and ends with 0', async () => {
  const { code, stdout, stderr } = await gradline(['--help']);
  expect(code).toBe(0);
  expect(stdout).toMatch(/\n {2}run /);
  expect(stdout).toMatch(/\n {2}layers /);
  expect(stderr).toBe('');
});

test('--version is the package’s', async () => {
  const { stdout, code } = await gradline(['--version']);
  expect(stdout).toMatch(/^\d+\.\d+\.\d+\S*\n$/);
  expect(code).toBe(0);
});

test('run --help names a flag for every setting of gradline.yaml', async () => {
  const { stdout } = await gradline(['run', '--help']);
  const flags = [...new Set([...stdout.matchAll(/^ {2}--([a-z-]+)/gm)].map((match) => match[1]))];
  const settings = flags.filter(
    (flag) => !flag?.startsWith('no-') && !['config', 'json', 'log', 'quiet'].includes(flag ?? ''),
  );
  // The images are an argument, so that --input can be what the settings file calls inputs.
  const names = runSettings.filter(({ name }) => name !== 'input').map(({ name, flag = name }) => flag);
  expect(settings.sort()).toEqual(names.sort());
});

describe('a mistake is one clear line on stderr and exit code 2', () => {
  test.each([
    [['rum'], "gradline: unknown command 'rum'\n(Did you mean run?)\n"],
    [['run', 'x', '--modell', 'm'], "gradline: unknown option '--modell'\n(Did you mean --model?)\n"],
    [['run', 'x', '--model'], "gradline: option '--model <file>' argument missing\n"],
    [['layers'], "gradline: missing required argument 'model'\n"],
    [['run'], 'gradline: Missing the images.'],
    [['run', 'x', '--model', 'm'], 'gradline: Missing --output.'],
    [
      ['run', 'x', '--model', 'm', '--output', 'o', '--batch-size', '0'],
      'gradline: --batch-size must be a whole number',
    ],
    [['layers', 'missing.onnx'], 'missing.onnx'],
  ])('%j', async (args, text) => {
    const { code, stdout, stderr } = await gradline(args);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain(text);
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  test('a missing model is named before anything is written', async () => {
    const folder = await tinyProject(1);
    const args = runArguments(folder);
    args[args.indexOf('--model') + 1] = join(folder, 'missing.onnx');
    const { code, stderr } = await gradline(args);
    expect(stderr).toContain(join(folder, 'missing.onnx'));
    expect(stderr).not.toContain('bug');
    expect(code).toBe(2);
  });

  test('a layer that does not exist', async () => {
    const folder = await tinyProject(1);
    const { code, stderr } = await gradline(runArguments(folder, '--layers', 'layer3'));
    expect(stderr).toMatch(/^gradline: Layer 'layer3' is not in .*layer[12].*\n$/);
    expect(code).toBe(2);
  });

  test('with --json the error is an event too', async () => {
    const { code, stdout, stderr } = await gradline(['run', '--json']);
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({ event: 'error', code: 'missing-setting' });
    expect(stderr).toMatch(/^gradline: Missing the images/);
  });

  test('GRADLINE_DEBUG=1 adds the stack', async () => {
    expect((await gradline(['run'], { GRADLINE_DEBUG: '1' })).stderr).toMatch(/\n\s+at /);
  });
});

test('an output that cannot be written is exit code 3', async () => {
  const folder = await tinyProject(1);
  // A file in the place of the output's folder stops root too.
  await writeFile(join(folder, 'out'), 'a file');
  const { code, stderr } = await gradline(runArguments(folder));
  expect(stderr).toMatch(/^(Explaining 1 image\n)?gradline: .*out/m);
  expect(stderr).not.toContain('bug');
  expect(code).toBe(3);
});
