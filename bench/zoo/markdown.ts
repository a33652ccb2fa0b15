/** The zoo as a table in Markdown. */

import { stripVTControlCharacters } from 'node:util';
import type { LayerAgreement } from './agreement.ts';
import type { Row } from './rows.ts';

/** Largest deviation allowed, as a share of a map's maximum. */
export const tolerance = 1e-3;

const exporters: Record<string, string> = { torchscript: 'TorchScript', dynamo: '`torch.export`' };

const head = ['model', 'exporter', 'opset', 'layers', 'largest deviation', "the framework's rounding"];

/** Where the table stands in a page. */
const [start, end] = ['<!-- zoo: begin -->', '<!-- zoo: end -->'];

/** A page with its table replaced. @throws Error where the page has no place for one */
export function withTable(page: string, tables: string): string {
  const [from, to] = [page.indexOf(start), page.indexOf(end)];
  if (from === -1 || to < from) throw new Error(`The page needs the lines ${start} and ${end} around its table.`);
  return `${page.slice(0, from + start.length)}\n\n${tables.trim()}\n\n${page.slice(to)}`;
}

export function markdownTable(rows: readonly Row[]): string {
  const sources = [...new Set(rows.map(({ entry }) => entry.source))];
  const sections = sources.map(
    (source) => [source, rows.filter(({ entry }) => isPlain(entry) && entry.source === source)] as const,
  );
  const rewritten = rows.filter(({ entry }) => !isPlain(entry));
  return [
    summary(rows),
    '',
    ...sections.flatMap(([source, own]) => section(source, own)),
    ...section('Rewritten files', rewritten),
  ].join('\n');
}

const isPlain = ({ rewritten }: Row['entry']) => rewritten === undefined;

function section(title: string, rows: readonly Row[]): string[] {
  if (rows.length === 0) return [];
  return [`## ${title}`, '', line(head), line(head.map(() => '---')), ...rows.map(markdownRow), ''];
}

/** How many files there are, and what is the worst of them. */
function summary(rows: readonly Row[]): string {
  const compared = rows.filter(({ failed }) => failed === undefined);
  const worst = compared
    .map((row) => ({ row, share: largest(row.layers, 'deviation') }))
    .sort((a, b) => b.share - a.share)[0];
  const counts = `${rows.length} files of ${new Set(rows.map(({ entry }) => `${entry.source} ${entry.name}`)).size} classifiers; ${compared.length} of them compared`;
  if (worst === undefined) return `${counts}.`;
  const far = compared.filter(({ layers }) => !(largest(layers, 'deviation') < tolerance)).length;
  return `${counts}, ${far} further than ${tolerance.toExponential(0)} from the framework. The largest deviation is ${worst.share.toExponential(1)} (\`${worst.row.entry.name}\`).`;
}

export function markdownRow({ entry, layers, failed }: Row): string {
  const how = [
    exporters[entry.exporter] ?? entry.exporter,
    ...(entry.givenUp ?? []),
    ...(entry.rewritten === undefined ? [] : [entry.rewritten]),
  ].join(', ');
  const what = [`${entry.family}: \`${entry.name}\``, how, String(entry.opset ?? '')];
  if (failed !== undefined) return line([...what, escaped(failed), '', '']);
  const cells = (['deviation', 'rounding'] as const).map((of) => shown(largest(layers, of)));
  return line([...what, layers.map(nameOf).join(', '), ...cells]);
}

/** `last` with the module that it turned out to be. */
function nameOf({ layer, module }: LayerAgreement): string {
  return module === layer ? `\`${layer}\`` : `\`${layer}\` (${module === null ? 'no module' : `\`${module}\``})`;
}

/** Not a number where there is nothing to compare. */
function largest(layers: readonly LayerAgreement[], what: 'deviation' | 'rounding'): number {
  const shares = layers.filter(({ module }) => module !== null).map((layer) => layer[what]);
  return shares.length === 0 ? Number.NaN : Math.max(...shares);
}

const shown = (share: number) => (Number.isNaN(share) ? '-' : share.toExponential(1));

const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;

// Python's messages may hold line breaks and colours.
const escaped = (text: string) => stripVTControlCharacters(text).replaceAll('|', '\\|').replaceAll('\n', ' ');
