/** A window of texts: tokens, groups of like lengths, explanations, records in the order of the texts. */

import { type ClassNames, parseClassIndex } from '../explain/class-names.ts';
import { UserError } from '../explain/user-error.ts';
import type { TextExplanation, TokenSequence } from './options.ts';
import type { TextRow } from './read-texts.ts';
import type { TextRecord } from './record.ts';
import type { TextExplainer } from './text-explainer.ts';
import { quarantinedText, recordBase, type TextDecisions, type TextTruth, textRecord } from './text-record.ts';
import type { EncodedText, TextTokenizer } from './tokenizer.ts';

/** Texts explained between two reports of progress. */
const chunkSize = 64;

/**
 * @param onExplained told how many more are done
 * @throws UserError for what is wrong with the model or a label; a text that the model cannot run on is quarantined
 */
export async function explainRows(
  rows: readonly TextRow[],
  { explainer, tokenizer }: { explainer: TextExplainer; tokenizer: TextTokenizer },
  classNames: ClassNames | null,
  onExplained: (count: number) => void,
  decisions?: TextDecisions,
): Promise<TextRecord[]> {
  const className = (index: number) => classNames?.className(index) ?? null;
  const encoded = await tokenizer.encode(
    rows.map(({ text }) => text),
    explainer.maxLength,
  );
  const jobs = rows.map(
    (row, index): TextJob => ({ row, index, truth: truthOf(row, classNames), encoded: encoded[index] }),
  );
  const groups = new Map<number, TextJob[]>();
  for (const job of jobs) {
    const count = job.encoded?.tokens.length ?? 0;
    const length = count === 0 ? 0 : explainer.compiledLength(count);
    const group = groups.get(length);
    if (group === undefined) groups.set(length, [job]);
    else group.push(job);
  }
  const records = new Array<TextRecord>(rows.length);
  for (const [length, group] of [...groups].sort(([a], [b]) => a - b)) {
    for (let start = 0; start < group.length; start += chunkSize) {
      const chunk = group.slice(start, start + chunkSize);
      const explained = length === 0 ? noTokens() : await explainChunk(explainer, chunk.map(sequenceOf));
      chunk.forEach(({ row, index, truth, encoded }, at) => {
        const explanation = explained instanceof UserError ? undefined : explained[at];
        if (explanation !== undefined && encoded !== undefined) {
          records[index] = textRecord(row, truth, encoded, explanation, className, decisions);
        } else if (explained instanceof UserError) {
          records[index] = quarantinedText(recordBase(row, truth, className), explained.code, explained.message);
        }
      });
      onExplained(chunk.length);
    }
  }
  return records;
}

interface TextJob {
  row: TextRow;
  /** Position in the window. */
  index: number;
  truth: TextTruth;
  encoded: EncodedText | undefined;
}

function sequenceOf({ encoded, truth: { label, several } }: TextJob): TokenSequence {
  const { labels, unknown } = several ?? {};
  return {
    ids: encoded?.tokens.map(({ id }) => id) ?? [],
    typeIds: encoded?.typeIds ?? [],
    label: label ?? -1,
    ...(labels == null ? {} : { labels }),
    ...(unknown === undefined ? {} : { unknown }),
  };
}

async function explainChunk(
  explainer: TextExplainer,
  sequences: readonly TokenSequence[],
): Promise<TextExplanation[] | UserError> {
  try {
    return await explainer.explain(sequences);
  } catch (error) {
    // A convolution wider than the text, say: that is about these texts, where others are explained.
    if (error instanceof UserError && error.code === 'session-failed') {
      const length = explainer.compiledLength(sequences[0]?.ids.length ?? 1);
      return new UserError(
        error.code,
        `The model does not run on ${length} tokens (${error.message}). --pad-to pads shorter texts, --max-length cuts longer ones.`,
        { cause: error },
      );
    }
    throw error;
  }
}

function noTokens(): UserError {
  return new UserError('no-tokens', 'The tokenizer makes no token of this text.');
}

function truthOf(row: TextRow, classNames: ClassNames | null): TextTruth {
  return row.several === undefined ? { label: labelOf(row, classNames) } : { label: null, several: row.several };
}

function labelOf({ key, label }: TextRow, classNames: ClassNames | null): number | null {
  if (label === null) return null;
  if (classNames !== null) return classNames.classIndex(String(label));
  const index = parseClassIndex(String(label));
  if (index !== null) return index;
  throw new UserError(
    'unknown-class',
    `The label '${label}' of text ${key} is a name, and no names are known. Give --classes, or labels as indices.`,
  );
}
