/** The files for Grafana and Prometheus are what their tables say, and speak of metrics that there are. `GRADLINE_WRITE_MONITORING=1` writes them anew. */

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { alerts } from '../../../infra/monitoring/alerts.ts';
import { fleetDashboard } from '../../../infra/monitoring/fleet-dashboard.ts';
import { rows } from '../../../infra/monitoring/panels.ts';
import { metricSections } from '../../../src/shared/metrics/metric-table.ts';

const root = join(import.meta.dirname, '../../..');

function rules(): string {
  const group = {
    name: 'gradline',
    rules: alerts.map(({ name, expression, lasts, severity, summary }) => ({
      alert: name,
      expr: expression,
      for: lasts,
      labels: { severity },
      annotations: { summary },
    })),
  };
  return `# Made of infra/monitoring/alerts.ts. docs/reference/alerts.md says what to do.\n${stringify({ groups: [group] }, { lineWidth: 0 })}`;
}

function page(): string {
  const parts = alerts.map(
    ({ name, expression, lasts, severity, summary, remedy }) =>
      `## ${name}\n\n${summary} ${severity === 'critical' ? 'Critical' : 'A warning'}${lasts === '0m' ? '' : `, after ${lasts}`}.\n\n    ${expression}\n\n${remedy}\n`,
  );
  return `# Alerts\n\n\`infra/monitoring/alerts.yaml\` are rules for Prometheus over the [metrics](metrics.md) of a fleet. This is what each means, and what to do.\n\n${parts.join('\n')}`;
}

describe.each([
  ['infra/monitoring/grafana-fleet.json', () => `${JSON.stringify(fleetDashboard(), null, 2)}\n`],
  ['infra/monitoring/alerts.yaml', rules],
  ['docs/reference/alerts.md', page],
])('%s', (file, made) => {
  test('is what its table says', async () => {
    if (process.env.GRADLINE_WRITE_MONITORING) await writeFile(join(root, file), made());
    expect(await readFile(join(root, file), 'utf8')).toBe(made());
  });
});

test('every query is about metrics that there are', () => {
  const known = new Set(metricSections.flatMap(({ metrics }) => Object.values(metrics)).map(({ name }) => name));
  const expressions = [
    ...rows.flatMap(({ panels }) => panels.flatMap(({ queries }) => queries.map(({ expression }) => expression))),
    ...alerts.map(({ expression }) => expression),
  ];
  const named = expressions.flatMap((expression) => expression.match(/gradline_\w+/g) ?? []);
  expect(named.length).toBeGreaterThan(20);
  expect(named.map((name) => name.replace(/_(bucket|sum|count)$/, '')).filter((name) => !known.has(name))).toEqual([]);
});
