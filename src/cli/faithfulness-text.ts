/** What `--evaluate` and `--regions` found, as tables to choose a method by. */

import type { FaithfulnessSummary, MapSummary } from '../shared/run/faithfulness-summary.ts';
import type { Mean } from '../shared/run/mean.ts';
import type { RegionRow } from '../shared/run/region-summary.ts';
import { type Column, table } from './table.ts';

const numbers = (...titles: string[]): Column[] => titles.map((title) => ({ title, align: 'end' }));

/** Lines: a row for each map, and the maps that know nothing below them. */
export function faithfulnessText({ maps, baselines }: FaithfulnessSummary): string[] {
  const checked = maps.some(({ randomised }) => randomised !== undefined);
  const columns: Column[] = [
    { title: 'layer' },
    { title: 'method' },
    { title: 'target' },
    ...numbers('images', 'deletion', 'insertion', 'drop', 'increase', 'ROAD'),
    ...(checked ? numbers('head shuffled', 'all shuffled') : []),
  ];
  const measured = (row: FaithfulnessSummary['baselines'][number] | MapSummary) => [
    String(row.images),
    meanText(row.deletion),
    meanText(row.insertion),
    meanText(row.drop),
    row.increase.toFixed(2),
    meanText(row.road),
  ];
  const rows = [
    ...maps.map((row) => {
      const { layer, method, target, randomised } = row;
      const similar = [randomised?.lastLayer, randomised?.allLayers].map((each) =>
        correlationText(each?.rankCorrelation),
      );
      return [layer, method, target, ...measured(row), ...(checked ? similar : [])];
    }),
    ...baselines.map((row) => ['-', baselineNames[row.baseline] ?? row.baseline, row.target, ...measured(row)]),
  ];
  return [
    'Faithfulness (mean ± standard error; good is: deletion low, insertion high, drop low, increase high, ROAD high',
    `${checked ? 'and rank correlation with the map of a network with shuffled weights near 0' : 'and above the maps that know nothing'})`,
    ...table(columns, rows).map(indented),
  ];
}

const baselineNames: Record<string, string> = { random: '(random map)', gaussian: '(centred spot)' };

/** Lines: a row for each map. */
export function regionsText(rows: readonly RegionRow[]): string[] {
  const columns: Column[] = [
    { title: 'layer' },
    { title: 'method' },
    { title: 'target' },
    ...numbers('images', 'pointing game', 'evidence inside', 'by chance'),
  ];
  const cells = rows.map(({ layer, method, target, images, hits, inside, area }) => [
    layer,
    method,
    target,
    String(images),
    hits.toFixed(3),
    meanText(inside),
    meanText(area),
  ]);
  return [
    "Regions of the explained class (share of the maps' maxima and of their evidence inside)",
    ...table(columns, cells).map(indented),
  ];
}

function meanText({ mean, error }: Mean): string {
  return error === null ? mean.toFixed(3) : `${mean.toFixed(3)} ± ${error.toFixed(3)}`;
}

function correlationText(value: number | null | undefined): string {
  return value === null || value === undefined ? '-' : value.toFixed(2);
}

const indented = (line: string) => `  ${line}`;
