import type { MultiLabelFindings } from '../report/contract.ts';
import type { MadeReport } from '../report/make-report.ts';
import { plural } from './progress.ts';
import { printable } from './table.ts';

/** Lines of the collection list that are printed; the page has all. */
const shown = 5;

/** What a report says first, as lines for a person. */
export function reportText({ findings, diff, page }: MadeReport, output: string): string {
  const { counts, accuracy, collect, clusters, labelErrors, multiLabel } = findings;
  const lines = [`Report over ${plural(counts.done, 'image')}`];
  if (accuracy !== null) {
    const wrong = counts.labelled - counts.correct;
    if (multiLabel === undefined) lines.push(`  accuracy  ${accuracy.toFixed(4)}, ${plural(wrong, 'mistake')}`);
    else lines.push(...pairLines(multiLabel, accuracy));
  }
  if (labelErrors.length > 0)
    lines.push(`  labels    ${plural(labelErrors.length, 'label')} that may be wrong, kept apart`);
  if (diff !== null) {
    const { newlyBroken, fixed, stillWrong } = diff.pairs ?? diff;
    const of = diff.pairs === undefined ? '' : ', decisions about one class';
    lines.push(
      `  since     ${printable(diff.before.run)}${of}: ${newlyBroken.count} newly broken, ${fixed.count} fixed, ${stillWrong.count} still wrong`,
    );
  }
  lines.push(`  page      ${place(output, page.page)}`);
  if (collect.length > 0) lines.push('', 'What to collect:');
  for (const { rank, sentence } of collect.slice(0, shown)) lines.push(`  ${rank}. ${printable(sentence)}`);
  if (collect.length > shown) lines.push(`  and ${collect.length - shown} more on the page`);
  const worthALook = clusters.find(({ claimed }) => !claimed);
  if (collect.length === 0 && worthALook !== undefined) {
    lines.push(
      '',
      'Nothing is claimed. Worth a look:',
      `  ${printable(worthALook.sentence)}`,
      `  ${printable(worthALook.evidence)}`,
    );
  }
  return `${lines.join('\n')}\n`;
}

function place(output: string, key: string): string {
  return `${output.replace(/\/+$/, '')}/${key}`;
}

/** Pairs of an image and a class. */
function pairLines({ pairs, micro, macro, missingLabels }: MultiLabelFindings, exact: number): string[] {
  const shown = (value: number | null) => (value === null ? '-' : value.toFixed(4));
  return [
    `  all right ${exact.toFixed(4)}, ${plural(pairs.falsePositives, 'false positive')}, ${plural(pairs.falseNegatives, 'false negative')}`,
    `  micro F1  ${shown(micro.f1)}, mean average precision ${shown(macro.averagePrecision)}`,
    ...(missingLabels.length === 0 ? [] : [`  ${plural(missingLabels.length, 'suspected missing label')}`]),
  ];
}
