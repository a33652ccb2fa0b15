/** docs/reference/operators.md against the rules, their reasons for refusing, and the tables of cases. */

import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import { refusedOperators, supportedOperators } from '../../../src/explain/gradients/rules.ts';
import { openTiny } from '../open-tiny.ts';
import { smallClassifier } from '../tiny-model.ts';
import { caseTables } from './cases/index.ts';
import { firstOpset, limits } from './operator-limits.ts';

const file = path.join(import.meta.dirname, '../../../docs/reference/operators.md');

/** Rows as a table as the formatter writes it: each column as wide as its widest cell. */
function table(head: string[], rows: string[][]): string {
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]?.length ?? 0)));
  const line = (cells: string[]) => `| ${cells.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}

const cases = Object.values(caseTables)
  .flat()
  .flatMap((row) => [row, ...(row.next ?? [])].map(({ operator }) => operator));

function supported(belongs: (operator: string) => boolean, opsets: boolean): string {
  const rows = supportedOperators()
    .filter(belongs)
    .map((operator) => [
      operator.replace('com.microsoft.', ''),
      ...(opsets ? [`${firstOpset[operator] ?? 7}+`] : []),
      String(cases.filter((tested) => tested === operator).length),
      limits[operator] ?? '',
    ]);
  return table(['operator', ...(opsets ? ['opsets'] : []), 'test rows', 'limits'], rows);
}

function refused(): string {
  const byReason = new Map<string, string[]>();
  for (const { operator, reason } of refusedOperators())
    byReason.set(reason, [...(byReason.get(reason) ?? []), operator]);
  return table(
    ['reason', 'operators'],
    [...byReason].map(([reason, operators]) => [reason, operators.join(', ')]),
  );
}

const microsoft = (operator: string) => operator.startsWith('com.microsoft.');

/** Tables by the headings that they stand under. */
const tables: Record<string, string> = {
  'Standard operators': supported((operator) => !microsoft(operator), true),
  "ONNX Runtime's own operators": supported(microsoft, false),
  'Refused by name': refused(),
};

/** The page with its tables made anew. */
function renewed(page: string): string {
  return Object.entries(tables).reduce((text, [heading, made]) => {
    const start = text.indexOf('\n|', text.indexOf(`\n## ${heading}\n`));
    const end = text.indexOf('\n\n', start);
    expect(start, `a table under '${heading}'`).toBeGreaterThan(0);
    return `${text.slice(0, start)}\n${made}${text.slice(end < 0 ? text.length - 1 : end)}`;
  }, page);
}

it('operators.md says what the rules do (GRADLINE_WRITE_OPERATORS=1 writes its tables anew)', async () => {
  const page = await readFile(file, 'utf8');
  const made = renewed(page);
  if (process.env.GRADLINE_WRITE_OPERATORS) await writeFile(file, made);
  else expect(page).toBe(made);
});

it('says up to which opset ONNX Runtime reads', async () => {
  const refusal: unknown = await openTiny(smallClassifier({ opset: 999 })).catch((error: unknown) => error);
  const newest = /up to opset (\d+)/.exec(refusal instanceof Error ? refusal.message : '')?.[1];
  expect(await readFile(file, 'utf8')).toContain(`opset 7 to ${newest}`);
});

it('holds notes on operators that have a rule only', () => {
  const known = new Set(supportedOperators());
  const noted = [...Object.keys(limits), ...Object.keys(firstOpset)];
  expect(noted.filter((operator) => !known.has(operator))).toEqual([]);
});

it('CONTRIBUTING shows how to add an operator with lines that are there', async () => {
  const root = path.join(import.meta.dirname, '../../..');
  const read = (name: string) => readFile(path.join(root, name), 'utf8');
  const [, section = ''] = (await read('CONTRIBUTING.md')).split('## Adding an operator');
  const [text = ''] = section.split('\n## ');
  const shown = text.split('\n').filter((line) => line.startsWith('    '));
  const sources = await Promise.all(
    ['activations', 'elementwise'].flatMap((family) => [
      read(`src/explain/gradients/${family}.ts`),
      read(`test/explain/gradients/cases/${family}.ts`),
    ]),
  );
  expect(shown.length).toBeGreaterThan(2);
  expect(shown.filter((line) => !sources.some((source) => source.includes(line.trim())))).toEqual([]);
  expect(await read('test/oracle/operator_nodes.py')).toContain('yield node("Mish", F.mish)');
});
