/** The zoo as a table in Markdown. */

import type { LayerAgreement } from './agreement.ts';
import type { Exported } from './exports.ts';

export interface Row {
  entry: Exported;
  layers: readonly LayerAgreement[];
  /** Why nothing could be compared. */
  failed: string | undefined;
}

/** Largest deviation allowed, as a share of a map's maximum. */
export const tolerance = 1e-3;

const exporters: Record<string, string> = { torchscript: 'TorchScript', dynamo: '`torch.export`' };

const head = ['model', 'exporter', 'opset', 'layers', 'largest deviation', "PyTorch's rounding"];

export function markdownTable(rows: readonly Row[]): string {
  const sources = [...new Set(rows.map(({ entry }) => entry.source))];
  return sources
    .map((source) => {
      const own = rows.filter(({ entry }) => entry.source === source);
      return [`## ${source}`, '', line(head), line(head.map(() => '---')), ...own.map(markdownRow), ''].join('\n');
    })
    .join('\n');
}

export function markdownRow({ entry, layers, failed }: Row): string {
  const how = [exporters[entry.exporter] ?? '', ...(entry.givenUp ?? [])].join(', ');
  const what = [`${entry.family}: \`${entry.name}\``, how, String(entry.opset ?? '')];
  if (failed !== undefined) return line([...what, escaped(failed), '', '']);
  return line([...what, layers.map(nameOf).join(', '), largest(layers, 'deviation'), largest(layers, 'rounding')]);
}

/** `last` with the module that it turned out to be. */
function nameOf({ layer, module }: LayerAgreement): string {
  return module === layer ? `\`${layer}\`` : `\`${layer}\` (${module === null ? 'no module' : `\`${module}\``})`;
}

function largest(layers: readonly LayerAgreement[], what: 'deviation' | 'rounding'): string {
  const shares = layers.filter(({ module }) => module !== null).map((layer) => layer[what]);
  return shares.length === 0 ? '-' : Math.max(...shares).toExponential(1);
}

const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;

const escaped = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
