import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { forbiddenImports, forbiddenInBrowser } from '../../build/import-rules.mjs';

const page = await readFile('CONTRIBUTING.md', 'utf8');
const files = ['src/cli/run.ts', 'src/worker/local/local-run.ts', 'src/explain/layers/resolve.ts'];
const sentences = (text: string) => forbiddenImports(text, files).filter((sentence) => sentence.includes(' imports '));
const row = (folder: string, allowed: string) =>
  page.replace(new RegExp(`^(\\| *\`${folder}\` *\\|[^|]*\\|)[^|]*\\|$`, 'm'), `$1 ${allowed} |`);

test('what the table allows is not told', () => {
  expect(sentences(page)).toEqual([]);
});

test('an import that the table does not allow is told, one of types too', () => {
  expect(sentences(row('src/worker/local', '`worker/pipeline`, `shared`, `explain`'))).toEqual([
    'src/worker/local/local-run.ts imports src/producer/plan.ts. Files of src/worker/local may import: `worker/pipeline`, `shared`, `explain`.',
  ]);
});

test('a pattern allows the files of a folder, not those of the folders in it', () => {
  const told = sentences(row('src/explain/layers', '`explain/*`'));
  expect(told.length).toBeGreaterThan(0);
  for (const sentence of told) expect(sentence).toMatch(/imports src\/explain\/(onnx|gradients)\//);
});

test('a folder needs a row, and a row needs files', () => {
  const without = page.replace(/^\| *`src\/cli`.*\n/m, '');
  expect(forbiddenImports(without, files)).toContain('src/cli/run.ts: no row of the table rules src/cli. Add one.');
  expect(forbiddenImports(page, files)).toContain(
    'src/text has a row in the table, but no files that the row rules. Take it out.',
  );
});

test('modules of Node are told in what a browser gets', () => {
  expect(forbiddenInBrowser('src/report/page/app/main.tsx')).toEqual([]);
  expect(forbiddenInBrowser('src/report/page/write-page.ts').join('\n')).toContain('which a browser does not have');
});
