/** One static page with the texts, their words coloured by relevance, and every number in a table. */

import { basename } from 'node:path';
import type { Baseline } from '../options.ts';
import type { DoneText, QuarantinedText, RelevanceRecord, TextRecord } from '../record.ts';
import { escaped, signedNumber } from './markup.ts';
import { pageHead } from './page-head.ts';
import { markedText } from './word-marks.ts';

export interface PageSettings {
  model: string;
  tokenizer: string;
  input: string;
  baseline: Baseline;
  steps: number;
  /** Most texts on the page; the others are counted. */
  pageTexts: number;
}

export class TextPage {
  readonly #settings: PageSettings;
  readonly #articles: string[] = [];

  constructor(settings: PageSettings) {
    this.#settings = settings;
  }

  add(record: TextRecord): void {
    if (this.#articles.length >= this.#settings.pageTexts) return;
    this.#articles.push(record.status === 'done' ? doneArticle(record, this.#settings) : failedArticle(record));
  }

  /** @param texts how many there are in all */
  html(texts: number): string {
    const { model, tokenizer, input } = this.#settings;
    const shown = this.#articles.length;
    const left = texts > shown ? ` The page shows the first ${shown} of ${texts}; relevance.jsonl has all.` : '';
    return `${pageHead('Relevance of words')}<header class="page">
<h1>Relevance of words</h1>
<p>${texts} ${texts === 1 ? 'text' : 'texts'} from <code>${escaped(basename(input))}</code>, explained with <code>${escaped(basename(model))}</code> and <code>${escaped(basename(tokenizer))}</code>.${left}</p>
<p class="legend"><span class="word for" style="--strength:1">speaks for the class</span> <span class="word against" style="--strength:1">speaks against it</span></p>
<p class="note">The stronger the colour and the thicker the line, the more a word counts; the strongest word of each text has full colour. Point at a word, or move to it with Tab, to see its number: the sum of its tokens.</p>
</header>
<main>
${this.#articles.join('\n')}
</main>
</body>
</html>
`;
  }
}

/** A text with its answer, and its words marked for each class that is explained. */
export function doneArticle(record: DoneText, settings: PageSettings): string {
  const none = record.relevance.length === 0 ? `\n${plainText(record)}` : '';
  return `<article>
<h2>${escaped(record.key)}</h2>
${record.decided === undefined ? verdict(record) : decisions(record, record.decided)}
${distinct(record.relevance)
  .map((same) => section(record, same, settings))
  .join('\n')}${none}
</article>`;
}

/** A text of which no class is explained is shown all the same. */
function plainText({ text }: DoneText): string {
  return `<p class="text" dir="auto">${escaped(text)}</p>`;
}

function verdict(record: DoneText): string {
  const { predictedName, predicted, score, correct, label, labelName } = record;
  const truth =
    label === null
      ? ''
      : ` <span class="${correct ? 'right' : 'wrong'}">${correct ? '✓ right' : `✗ wrong, it is ${nameOf(label, labelName)}`}</span>`;
  return `<p class="verdict">Predicted <b>${nameOf(predicted, predictedName)}</b>, score ${score.toFixed(3)}${truth}</p>`;
}

/** Where each class is decided by itself: those decided, and what is wrong with that. */
function decisions(record: DoneText, decided: readonly number[]): string {
  const names = new Map<number, string | null>([
    ...decided.map((index, i): [number, string | null] => [index, record.decidedNames?.[i] ?? null]),
    ...(record.labels ?? []).map((index, i): [number, string | null] => [index, record.labelNames?.[i] ?? null]),
  ]);
  const listed = (indices: readonly number[]) =>
    indices.map((index) => `<b>${nameOf(index, names.get(index) ?? null)}</b>${scoreText(record, index)}`).join(', ');
  const { correct, falsePositives = [], falseNegatives = [] } = record;
  const wrong = [
    ...(falsePositives.length === 0 ? [] : [`✗ false positive: ${listed(falsePositives)}`]),
    ...(falseNegatives.length === 0 ? [] : [`✗ missed: ${listed(falseNegatives)}`]),
  ];
  const truth =
    correct === undefined
      ? ''
      : correct
        ? ' <span class="right">✓ all right</span>'
        : ` <span class="wrong">${wrong.join('; ')}</span>`;
  return `<p class="verdict">Decided ${decided.length === 0 ? 'none of the classes' : listed(decided)}${truth}</p>`;
}

function scoreText({ scores, scoresAbove }: DoneText, index: number): string {
  const score = scores?.[index] ?? scoresAbove?.scores[scoresAbove.classes.indexOf(index)];
  return score === undefined ? '' : ` ${score.toFixed(3)}`;
}

/** Targets that came to one class have one relevance, which is shown once: predicted and label, say. */
function distinct(all: readonly RelevanceRecord[]): [RelevanceRecord, ...RelevanceRecord[]][] {
  const groups = new Map<string, [RelevanceRecord, ...RelevanceRecord[]]>();
  for (const relevance of all) {
    const key = JSON.stringify([relevance.method, relevance.class, relevance.logit, relevance.values]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [relevance]);
    else group.push(relevance);
  }
  return [...groups.values()];
}

function section(record: DoneText, same: [RelevanceRecord, ...RelevanceRecord[]], settings: PageSettings): string {
  const [relevance] = same;
  const named = same.flatMap(({ target, targets }) => targets ?? [target]);
  const targets = [...new Set(named)].map(escaped).join(' and ');
  const title = `<h3>${heading(relevance)}${outcomeText(relevance)} <small>${targets}, ${relevance.method}</small></h3>`;
  if (relevance.degenerateReason === 'no-label') return `<section>${title}<p>This text has no label.</p></section>`;
  const none = relevance.degenerate ? '<p>No gradient reaches the tokens: no word counts.</p>' : '';
  return `<section>
${title}
${markedText(record, relevance)}
${none}${incomplete(relevance)}<details>
<summary>All ${record.tokens.length} tokens</summary>
<p class="note">${sums(relevance, settings)}</p>
${tokenTable(record, relevance)}
</details>
</section>`;
}

function heading({ target, class: index, className }: RelevanceRecord): string {
  if (index < 0) return 'The label';
  const against = /^class:.*-vs-/.test(target) ? ' and not the other' : '';
  return `Why ${nameOf(index, className)}${against}`;
}

/** What the decision about the class is. */
function outcomeText({ outcome }: RelevanceRecord): string {
  if (outcome === undefined) return '';
  const [side, text] = outcomes[outcome];
  return ` <span class="${side}">${text}</span>`;
}

const outcomes: Record<NonNullable<RelevanceRecord['outcome']>, ['right' | 'wrong', string]> = {
  'true-positive': ['right', '✓ right'],
  'true-negative': ['right', '✓ rightly not decided'],
  'false-positive': ['wrong', '✗ false positive'],
  'false-negative': ['wrong', '✗ missed'],
};

function sums({ sum, logit, baselineLogit }: RelevanceRecord, { baseline, steps }: PageSettings): string {
  const before = 'before Softmax or Sigmoid';
  if (baselineLogit === null) {
    return `Gradient times input. The explained score ${before} is ${signedNumber(logit)}; the tokens need not add up to it.`;
  }
  const from = baseline === 'zero' ? 'with all embeddings zero' : 'of nothing but padding';
  return `Integrated gradients in ${steps} steps. The explained score ${before} is ${signedNumber(logit)}, ${from} it is ${signedNumber(baselineLogit)}: a difference of ${signedNumber(logit - baselineLogit)}. The tokens add up to ${signedNumber(sum)}; with more steps they come closer.`;
}

/** Relevance that does not add up is not to be trusted, and that must not stand in the folded part alone. */
const largestGap = 0.1;

function incomplete({ sum, logit, baselineLogit, degenerate }: RelevanceRecord): string {
  if (baselineLogit === null || degenerate) return '';
  const difference = logit - baselineLogit;
  const gap = Math.abs(sum - difference);
  if (gap <= largestGap * Math.max(Math.abs(difference), Math.abs(sum))) return '';
  return `<p class="wrong">The tokens add up to ${signedNumber(sum)} where ${signedNumber(difference)} is to be explained. Use more --steps or --baseline pad.</p>\n`;
}

function tokenTable({ tokens, text }: DoneText, { values }: RelevanceRecord): string {
  const characters = Array.from(text);
  const rows = tokens.map(({ token, id, start, end }, index) => {
    const part = start === null || end === null ? '' : characters.slice(start, end).join('');
    const place = start === null ? 'added' : `${start}–${end}`;
    return `<tr><td><bdi>${escaped(token)}</bdi><td><bdi>${escaped(part)}</bdi><td>${place}<td>${id}<td class="value">${signedNumber(values[index] ?? 0)}`;
  });
  return `<div class="table"><table>
<thead><tr><th scope="col">token<th scope="col">text<th scope="col">place<th scope="col">id<th scope="col">relevance</thead>
<tbody>
${rows.join('\n')}
</tbody></table></div>`;
}

function failedArticle({ key, text, error }: QuarantinedText): string {
  return `<article>
<h2>${escaped(key)}</h2>
<p class="text" dir="auto">${escaped(text)}</p>
<p class="wrong">Not explained (${escaped(error.code)}): ${escaped(error.message)}</p>
</article>`;
}

export function nameOf(index: number, name: string | null): string {
  return name === null ? `class ${index}` : `<bdi>${escaped(name)}</bdi>`;
}
