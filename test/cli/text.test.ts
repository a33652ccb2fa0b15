import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder, writeFiles } from '../shared/temporary-folder.ts';
import { fixture } from '../text/fixtures.ts';
import { gradline, startGradline } from './gradline.ts';

/** The arguments of a run over two reviews, into `out` of a new folder. */
async function textProject(): Promise<{ folder: string; args: string[] }> {
  const folder = await temporaryFolder();
  await writeFiles(folder, {
    'reviews.csv':
      'text,label\n"Everyone expects snowfall, and a dog",snow\nThe report says drizzle in the old town,sun\n',
  });
  const models = ['--model', fixture('bert/model.onnx'), '--tokenizer', fixture('tokenizer.json')];
  const rest = ['--classes', fixture('classes.json'), '--output', join(folder, 'out')];
  return { folder, args: ['text', join(folder, 'reviews.csv'), ...models, ...rest] };
}

test('text explains the texts of a list and prints what came of them', async () => {
  const { folder, args } = await textProject();
  const { code, stdout, stderr } = await gradline(args);
  // Progress, where the machine has much to do.
  expect(stderr).toMatch(/^(\d texts\n)*$/);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^Explained 2 texts in \d+:\d\d\n {2}accuracy {2}0\.5000 of 2 labelled texts\n {2}output/);
  const lines = (await readFile(join(folder, 'out/relevance.jsonl'), 'utf8')).trim().split('\n');
  const [snow, rain] = lines.map((line) => JSON.parse(line));
  expect(snow).toMatchObject({ predictedName: 'snow', labelName: 'snow', correct: true });
  expect(rain).toMatchObject({ predictedName: 'rain', labelName: 'sun', correct: false });
  expect(snow.relevance).toMatchObject([{ method: 'integrated-gradients', target: 'predicted', className: 'snow' }]);
  expect(await readFile(join(folder, 'out/relevance.html'), 'utf8')).toContain('wrong, it is <bdi>sun</bdi>');
});

test('text takes methods and targets as lists, and prints one JSON object a line', async () => {
  const { folder, args } = await textProject();
  const lists = ['--method', 'grad-x-input,integrated-gradients', '--target', 'label', '--target', 'class:rain-vs-sun'];
  const { code, stdout } = await gradline([...args, ...lists, '--steps', '4', '--json']);
  expect(code).toBe(0);
  // After its progress, where the machine has much to do.
  expect(JSON.parse(stdout.trim().split('\n').at(-1) ?? '')).toMatchObject({
    event: 'summary',
    texts: 2,
    done: 2,
    accuracy: 0.5,
  });
  const [line = ''] = (await readFile(join(folder, 'out/relevance.jsonl'), 'utf8')).split('\n');
  const entries: { method: string; target: string }[] = JSON.parse(line).relevance;
  expect(entries.map(({ method, target }) => `${method} ${target}`)).toEqual([
    'grad-x-input label',
    'integrated-gradients label',
    'grad-x-input class:rain-vs-sun',
    'integrated-gradients class:rain-vs-sun',
  ]);
});

test('text - reads standard input', async () => {
  const { folder, args } = await textProject();
  const { child, ended } = startGradline(['text', '-', ...args.slice(2), '--quiet'], {}, 'rain in the old town\n');
  expect(child.pid).toBeGreaterThan(0);
  const { code, stdout, stderr } = await ended;
  expect([code, stdout, stderr]).toEqual([0, '', '']);
  expect(JSON.parse(await readFile(join(folder, 'out/relevance.jsonl'), 'utf8'))).toMatchObject({
    predictedName: 'rain',
  });
});

test.each([
  ['a missing tokenizer', ['--tokenizer', 'nowhere.json'], "There is no tokenizer at 'nowhere.json'"],
  ['an unknown class', ['--target', 'class:rian'], 'Did you mean rain?'],
  ['a model without token ids', ['--model', 'IMAGES'], 'no one input of token ids'],
  ['an unknown method', ['--method', 'lime'], "--method cannot be 'lime'"],
  ['steps that are no number', ['--steps', 'many'], '--steps must be a whole number'],
])('%s is one line and exit code 2', async (_, wrong, message) => {
  const { folder, args } = await textProject();
  const images = join(folder, 'images.onnx');
  const { writeTinyModel } = await import('./tiny-model.ts');
  await writeTinyModel(images);
  const { code, stdout, stderr } = await gradline([
    ...args,
    ...wrong.map((part) => (part === 'IMAGES' ? images : part)),
  ]);
  expect(code).toBe(2);
  expect(stdout).toBe('');
  expect(stderr).toContain(message);
  expect(stderr.trim().split('\n')).toHaveLength(1);
});
