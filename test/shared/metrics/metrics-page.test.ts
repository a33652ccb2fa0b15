import { readFile, writeFile } from 'node:fs/promises';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { expect, test } from 'vitest';
import type { DescribedMetric } from '../../../src/shared/metrics/describe.ts';
import { metricSections } from '../../../src/shared/metrics/metric-table.ts';

const page = new URL('../../../docs/reference/metrics.md', import.meta.url);

function table(head: string[], rows: string[][]): string {
  const width = (column: number) => Math.max(...[head, ...rows].map((row) => (row[column] ?? '').length));
  const line = (row: string[]) => `| ${row.map((cell, column) => cell.padEnd(width(column))).join(' | ')} |\n`;
  return line(head) + line(head.map((_, column) => '-'.repeat(width(column)))) + rows.map(line).join('');
}

function rowOf({ name, type, help, labels, buckets }: DescribedMetric): string[] {
  const told = Object.entries(labels).map(([label, meaning]) => `\`${label}\`: ${meaning}`);
  const bounds = buckets === undefined ? '' : ` Buckets up to ${buckets.join(', ')}.`;
  return [`\`${name}\``, type, help + bounds, told.join('; ')];
}

/** Those of prom-client, which say what they are themselves. */
function processRows(): string[][] {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return registry.getMetricsAsArray().map(({ name, help, type }) => [`\`${name}\``, String(type), help]);
}

test('docs/reference/metrics.md describes every metric (GRADLINE_WRITE_METRICS=1 writes it anew)', async () => {
  const sections = metricSections.map(({ title, metrics }) => {
    const rows = Object.values(metrics).map(rowOf);
    return `## ${title}\n\n${table(['metric', 'type', 'meaning', 'labels'], rows)}`;
  });
  const ofNode = `## Node.js and the process\n\n${table(['metric', 'type', 'meaning'], processRows())}`;
  const text = await readFile(page, 'utf8');
  const head = text.slice(0, text.indexOf('\n## ') < 0 ? undefined : text.indexOf('\n## ') + 1);
  const made = `${head}${[...sections, ofNode].join('\n')}`;
  if (process.env.GRADLINE_WRITE_METRICS) await writeFile(page, made);
  expect(await readFile(page, 'utf8')).toBe(made);
});

test('every metric has a name of its own, with its unit where it has one', () => {
  const metrics = metricSections.flatMap((section) => Object.values(section.metrics));
  expect(new Set(metrics.map(({ name }) => name)).size).toBe(metrics.length);
  for (const { name, type, help } of metrics) {
    expect(name).toMatch(/^gradline_[a-z_]+[a-z]$/);
    expect(name.endsWith('_total')).toBe(type === 'counter');
    expect(help).toMatch(/^[A-Z].*\.$/);
  }
});
