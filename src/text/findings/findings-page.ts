/** One static page with what was found: words taken for classes, numbers, confusions, and the surest mistakes with their words. */

import { basename } from 'node:path';
import type { MultiLabelFindings } from '../../report/contract.ts';
import { escaped } from '../page/markup.ts';
import { pageHead } from '../page/page-head.ts';
import { doneArticle, nameOf, type PageSettings } from '../page/text-page.ts';
import { markedText } from '../page/word-marks.ts';
import type { DoneText } from '../record.ts';
import type { TextFindings, WordFinding } from './contract.ts';
import { isContrast } from './text-words.ts';

/** Confusions that are listed: findings.json has all. */
const confusionsShown = 20;
const suspectedShown = 50;

export interface ShownTexts {
  /** The surest mistakes. */
  mistakes: readonly DoneText[];
  /** Of each word that is found, a few texts. */
  words: readonly (readonly DoneText[])[];
}

export function findingsPage(findings: TextFindings, shown: ShownTexts, settings: PageSettings): string {
  const { multiLabel, notes, words } = findings;
  return `${pageHead('Findings on texts')}<header class="page">
<h1>Findings on texts</h1>
<p>${summary(findings)}</p>
<p class="note"><code>${escaped(basename(findings.input))}</code> with <code>${escaped(basename(findings.model))}</code>. findings.json has all of it, relevance.jsonl every text.</p>
</header>
<main>
<h2 class="title">Words that are taken for a class</h2>
${words.length === 0 ? '<p>No word comes with false positives of a class more often than chance and speaks for the class there.</p>' : words.map((word, i) => wordSection(findings, word, shown.words[i] ?? [])).join('\n')}
<h2 class="title">Classes</h2>
${multiLabel === undefined ? classTable(findings) : pairTable(multiLabel)}
${multiLabel === undefined ? confusions(findings) : besides(findings, multiLabel)}
${suspected(findings)}<h2 class="title">The surest mistakes</h2>
${mistakesHead(findings, shown)}
${shown.mistakes.map((record) => doneArticle(record, settings)).join('\n')}
${notes.length === 0 ? '' : `<h2 class="title">Notes</h2>\n<ul>${notes.map((note) => `<li>${escaped(note)}</li>`).join('')}</ul>`}
</main>
</body>
</html>
`;
}

function summary({ counts, accuracy, multiLabel }: TextFindings): string {
  const { labelled, correct, texts } = counts;
  const of = `${labelled} labelled ${labelled === 1 ? 'text' : 'texts'}${labelled < texts ? ` (of ${texts})` : ''}`;
  if (multiLabel === undefined) return `Accuracy <b>${percent(accuracy)}</b>: ${correct} of ${of} are right.`;
  const { micro, macro } = multiLabel;
  return (
    `All decisions are right in <b>${percent(accuracy)}</b>: ${correct} of ${of}. Over all pairs of a text and a class, F1 ${digits(micro.f1)}; ` +
    `mean over classes: average precision ${digits(macro.averagePrecision)}, AUROC ${digits(macro.auroc)}.`
  );
}

function wordSection(findings: TextFindings, word: WordFinding, texts: readonly DoneText[]): string {
  const { class: index, sentence } = word;
  return `<article class="found">
<h3>\u201c<bdi>${escaped(word.word)}</bdi>\u201d for ${className(findings, index)} <small>${word.count} of ${word.falsePositives} false positives</small></h3>
<p>${escaped(sentence)}</p>
${texts.map((record) => example(record, index)).join('\n')}
</article>`;
}

/** A text with its words marked for the class. */
function example(record: DoneText, index: number): string {
  const own = record.relevance.find((one) => one.class === index && !isContrast(one));
  const text = own === undefined ? `<p class="text" dir="auto">${escaped(record.text)}</p>` : markedText(record, own);
  const truth = record.labelName ?? record.labelNames?.join(', ') ?? '';
  const is = truth === '' ? '' : `, is <bdi>${escaped(truth)}</bdi>`;
  return `<p class="note">${escaped(record.key)}${is}</p>\n${text}`;
}

function classTable({ classes, classNames }: TextFindings): string {
  return table(
    ['class', 'texts', 'given', 'precision', 'recall', 'F1'],
    classes.map((own) => [
      nameOf(own.class, classNames[own.class] ?? null),
      own.support,
      own.predicted,
      percent(own.precision),
      percent(own.recall),
      digits(own.f1),
    ]),
  );
}

function pairTable({ classes }: Pick<MultiLabelFindings, 'classes'>): string {
  return table(
    ['class', 'true', 'average precision', 'AUROC', 'threshold', 'precision', 'recall', 'F1', 'false', 'missed'],
    classes.map((own) => [
      nameOf(own.class, own.name),
      own.positives,
      digits(own.averagePrecision),
      digits(own.auroc),
      digits(own.threshold),
      percent(own.precision),
      percent(own.recall),
      digits(own.f1),
      own.falsePositives,
      own.falseNegatives,
    ]),
  );
}

function confusions(findings: TextFindings): string {
  const wrong = findings.confusion.filter(({ label, predicted }) => label !== predicted);
  if (wrong.length === 0) return '';
  const rows = wrong
    .slice(0, confusionsShown)
    .map(({ label, predicted, count }) => [className(findings, label), className(findings, predicted), count]);
  return `<h2 class="title">What is taken for what</h2>\n${table(['is', 'taken for', 'texts'], rows, 2)}`;
}

/** Which true classes false positives come with. */
function besides(findings: TextFindings, { coOccurrence }: NonNullable<TextFindings['multiLabel']>): string {
  const found = [...coOccurrence.falsePositives].sort((a, b) => a.chance - b.chance || b.count - a.count);
  if (found.length === 0) return '';
  const rows = found
    .slice(0, confusionsShown)
    .map((own) => [
      className(findings, own.class),
      className(findings, own.with),
      own.count,
      percent(own.rate),
      percent(own.otherwise),
      own.chance < 0.001 ? '&lt; 0.001' : digits(own.chance),
    ]);
  return `<h2 class="title">False positives beside true classes</h2>\n${table(['decided falsely', 'beside', 'texts', 'of those with it', 'of the others', 'chance'], rows, 2)}`;
}

function suspected(findings: TextFindings): string {
  const { labelErrors } = findings;
  if (labelErrors.length === 0) return '';
  const items = labelErrors
    .slice(0, suspectedShown)
    .map(({ key, reason }) => `<li><b>${escaped(key)}</b>: ${escaped(reason)}</li>`);
  const more = labelErrors.length > items.length ? `<p>and ${labelErrors.length - items.length} more</p>\n` : '';
  return `<h2 class="title">Labels that may be wrong</h2>\n<ul>${items.join('')}</ul>\n${more}`;
}

function mistakesHead({ mistakes, multiLabel }: TextFindings, shown: ShownTexts): string {
  if ((multiLabel?.mistakes ?? mistakes).length === 0) return '<p>None.</p>';
  const order =
    multiLabel === undefined ? 'by the score of the class that was given' : 'by how far a score is from its threshold';
  const texts = multiLabel ? new Set(multiLabel.mistakes.map(({ key }) => key)).size : mistakes.length;
  const part = shown.mistakes.length < texts ? `The first ${shown.mistakes.length} of ${texts}` : `${texts}`;
  return `<p class="note">${part} ${texts === 1 ? 'text' : 'texts'}, ${order}. Words that speak for the class have a solid line, words against it a dashed one.</p>`;
}

/** @param names columns that are no numbers: the first ones */
function table(head: readonly string[], rows: readonly (readonly (string | number)[])[], names = 1): string {
  const side = (column: number) => (column < names ? '' : ' class="figure"');
  const cells = (row: readonly (string | number)[]) => row.map((cell, column) => `<td${side(column)}>${cell}`).join('');
  return `<div class="table"><table class="figures">
<thead><tr>${head.map((name, column) => `<th scope="col"${side(column)}>${name}`).join('')}</thead>
<tbody>
${rows.map((row) => `<tr>${cells(row)}`).join('\n')}
</tbody></table></div>`;
}

/** As HTML. */
function className({ classNames }: TextFindings, index: number): string {
  return nameOf(index, classNames[index] ?? null);
}

function percent(share: number | null): string {
  return share === null ? '\u2013' : `${(share * 100).toFixed(1)}%`;
}

function digits(value: number | null): string {
  return value === null ? '\u2013' : value.toFixed(3);
}
