/** Findings of a run over labelled texts, gathered a record at a time. */

import { at } from '../../explain/at.ts';
import { nameOfClass } from '../../report/findings/class-name.ts';
import { labelErrorOf } from '../../report/findings/label-errors.ts';
import { mistakeOf, mistakeRows } from '../../report/findings/mistakes.ts';
import { cutNote, number } from '../../report/findings/notes.ts';
import { countImages, scoreFindings } from '../../report/findings/score-findings.ts';
import { coOccurrence } from '../../report/pairs/co-occurrence.ts';
import { pairMistakes } from '../../report/pairs/pair-mistakes.ts';
import { pairFindings } from '../../report/pairs/pair-scores.ts';
import { isDecided, type PairTable, pairTable, scoreOf, truthOf } from '../../report/pairs/pair-table.ts';
import { joinTables } from '../../report/read/join-tables.ts';
import { keyOf, type RunTable } from '../../report/read/run-table.ts';
import { TableBuilder } from '../../report/read/table-builder.ts';
import type { StoredThreshold } from '../../shared/run/threshold-setting.ts';
import type { TextRecord } from '../record.ts';
import type { TextFindings, TextMultiLabel } from './contract.ts';
import { wordSentence } from './sentences.ts';
import { type TextWords, textWords, Vocabulary } from './text-words.ts';
import { type JudgedTexts, wordFindings } from './word-findings.ts';

/** Rows of one part of the table. */
const partRows = 2048;
/** Labelled texts whose words are weighed: the first of more. */
const mostWeighed = 200_000;
const mistakesKept = 10_000;
const labelErrorsKept = 1000;

export interface FindingsSource {
  model: string;
  input: string;
  threshold: StoredThreshold | undefined;
  /** Where each class is decided by itself: from which scores, by index. */
  thresholds: readonly number[] | null;
  /** By class index; null where the classes have none. */
  classNames: readonly string[] | null;
}

/** Findings, and the rows of what a page shows of them, counted from 0 over all records. */
export interface FoundInTexts {
  findings: TextFindings;
  /** The surest mistakes, each text once. */
  mistakes: number[];
  /** Of each of `findings.words`, the surest texts. */
  words: number[][];
}

export class TextFindingsBuilder {
  readonly #parts: TableBuilder[] = [];
  #rows = 0;
  readonly #vocabulary = new Vocabulary();
  readonly #words = new Map<number, TextWords>();
  #labelled = 0;

  add(record: TextRecord): void {
    if (this.#rows % partRows === 0) this.#parts.push(new TableBuilder(partRows));
    this.#parts.at(-1)?.add(record.status === 'done' ? { ...record, maps: [] } : record, 0, this.#rows);
    if (record.status === 'done' && record.correct !== undefined) {
      this.#labelled += 1;
      if (this.#words.size < mostWeighed) this.#words.set(this.#rows, textWords(record, this.#vocabulary));
    }
    this.#rows += 1;
  }

  /** Null where no text has a label: then nothing is known to be right or wrong. */
  finish(source: FindingsSource): FoundInTexts | null {
    if (this.#labelled === 0) return null;
    const table = joinTables(this.#parts.map((part) => part.finish()));
    const names = Array.from(
      { length: Math.max(table.classNames.length, source.classNames?.length ?? 0) },
      (_, index) => source.classNames?.[index] ?? table.classNames[index] ?? null,
    );
    const { thresholds } = source;
    const pairs = table.pairs && thresholds ? pairTable(table, table.pairs, { thresholds: [...thresholds] }) : null;
    const own = pairs === null ? ofOneLabel(table, names) : ofSeveralLabels(table, pairs, names, source.threshold);
    const judged = pairs === null ? judgedByLabel(table, names.length) : judgedByPairs(pairs);
    const words = wordFindings(
      this.#words,
      this.#vocabulary.words,
      judged,
      (row) => keyOf(table, row),
      (finding) => wordSentence(finding, (index) => nameOfClass(names, index)),
    );
    const { mistaken, ...scored } = own;
    const findings: TextFindings = {
      version: 1,
      model: source.model,
      input: source.input,
      classNames: names,
      ...scored,
      words: words.map(({ finding }) => finding),
      notes: [...scored.notes, ...this.#wordNotes()],
    };
    return { findings, mistakes: mistaken, words: words.map(({ rows }) => rows) };
  }

  #wordNotes(): string[] {
    const { size } = this.#words;
    const carried = [...this.#words.values()].some(({ carriers }) => carriers.size > 0);
    return [
      ...(size < this.#labelled
        ? [`Words were weighed in the first ${number(size)} of ${number(this.#labelled)} labelled texts.`]
        : []),
      ...(carried
        ? []
        : ['Words were not weighed: no class of a text is explained. Run again with --target predicted.']),
    ];
  }
}

/** `mistaken`: rows of texts with a mistake, the surest first. */
type ScoredTexts = Omit<TextFindings, 'version' | 'model' | 'input' | 'classNames' | 'words'> & { mistaken: number[] };

function ofOneLabel(table: RunTable, names: (string | null)[]): ScoredTexts {
  const named = { ...table, classNames: names };
  const { counts, accuracy, classes, confusion, calibration, suspected } = scoreFindings(named);
  const apart = new Set(suspected.rows);
  const mistakes = mistakeRows(named).filter((row) => !apart.has(row));
  return {
    counts: countTexts(counts),
    accuracy,
    classes,
    confusion,
    calibration,
    mistakes: Array.from(mistakes.subarray(0, mistakesKept), (row) => mistakeOf(named, row)),
    mistaken: [...mistakes],
    labelErrors: suspected.rows.slice(0, labelErrorsKept).map((row) => labelErrorOf(named, row, suspected)),
    notes: [
      ...(suspected.rows.length > 0
        ? [
            `About ${(suspected.rate * 100).toFixed(1)}% of the labels seem to be wrong: ${number(suspected.rows.length)} texts whose label is wrong with a chance of a tenth or more are kept apart from the mistakes.`,
          ]
        : []),
      ...cutNote('mistakes', mistakesKept, mistakes.length),
    ],
  };
}

function ofSeveralLabels(
  table: RunTable,
  pairs: PairTable,
  names: (string | null)[],
  threshold: StoredThreshold | undefined,
): ScoredTexts {
  const scored = pairFindings(pairs, names);
  const { together, falsePositives: travelling } = coOccurrence(pairs);
  const mistakes = pairMistakes(table, pairs);
  const { images: labelled, right: correct, share } = scored.exact;
  const multiLabel: TextMultiLabel = {
    threshold: threshold === 'best-f1' ? threshold : typeof threshold === 'object' ? 'file' : 'number',
    ...scored,
    coOccurrence: { together, falsePositives: travelling },
    mistakes: mistakes.slice(0, mistakesKept),
  };
  return {
    counts: { ...countTexts(countImages(table)), labelled, correct },
    accuracy: share,
    classes: scored.classes.map(
      ({ class: index, name, positives, truePositives, falsePositives, falseNegatives, precision, recall, f1 }) => ({
        ...{ class: index, name, support: positives, predicted: truePositives + falsePositives },
        ...{ truePositives, falsePositives, falseNegatives, precision, recall, f1 },
      }),
    ),
    confusion: [],
    calibration: null,
    mistakes: [],
    mistaken: rowsOf(table, mistakes),
    labelErrors: [],
    notes: [
      ...(scored.pairs.unknown > 0
        ? [`${number(scored.pairs.unknown)} pairs of a text and a class whose truth is not known count nowhere.`]
        : []),
      ...(threshold === 'best-f1'
        ? [
            'Each threshold is the one with the highest F1 on these texts, so F1 looks better than it will be on others. Records and relevance go by 0.5.',
          ]
        : []),
      ...cutNote('false positives and missed classes', mistakesKept, mistakes.length),
    ],
    multiLabel,
  };
}

/** Where texts may have several labels, no two have the same key. */
function rowsOf({ keys }: RunTable, mistakes: readonly { key: string }[]): number[] {
  const rows = new Map(keys.map((key, row) => [key, row]));
  return [...new Set(mistakes.map(({ key }) => key))].flatMap((key) => rows.get(key) ?? []);
}

function countTexts({ images, ...counts }: ReturnType<typeof countImages>): TextFindings['counts'] {
  return { texts: images, ...counts };
}

function judgedByLabel({ label, predicted, score }: RunTable, classes: number): JudgedTexts {
  return {
    classes,
    truthOf: (row, index) => (at(label, row) < 0 ? -1 : Number(label[row] === index)),
    isDecided: (row, index) => predicted[row] === index,
    scoreOf: (row) => at(score, row),
  };
}

function judgedByPairs(pairs: PairTable): JudgedTexts {
  return {
    classes: pairs.classes,
    truthOf: (row, index) => truthOf(pairs, row, index),
    isDecided: (row, index) => isDecided(pairs, row, index),
    scoreOf: (row, index) => scoreOf(pairs, row, index) || 0,
  };
}
