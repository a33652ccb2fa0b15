/** One text's line of JSON, as a schema. `record.schema.json` beside it is made from it; a test keeps the two equal. */

import { z } from 'zod';
import { answer, decisions, explainedPair, extensible, quarantine, severalLabels } from '../shared/run/record.ts';
import { textMethods } from './options.ts';

const index = z.int().min(0);
const place = z.int().min(0).nullable();

const base = {
  key: z.string().describe("The row's own key, else the number of its line or row"),
  text: z.string(),
  label: index.nullable(),
  labelName: z.string().nullable(),
  ...severalLabels,
};

const token = extensible({
  id: index,
  token: z.string(),
  start: place.describe('First code point of the text; null for tokens that the tokenizer adds'),
  end: place.describe('The code point behind the last'),
});

/** Relevance of the tokens for one class. */
const relevance = extensible({
  method: z.enum(textMethods),
  target: z.string(),
  class: z.int().min(-1).describe('The explained class; -1 where the text has no such target'),
  className: z.string().nullable(),
  /** In the order of `tokens`. */
  values: z.array(z.number()).describe('One signed number for each token'),
  sum: z.number(),
  logit: z.number().describe('The explained score before Softmax or Sigmoid'),
  baselineLogit: z.number().nullable().describe('The same at the baseline; only for integrated gradients'),
  degenerate: z.boolean(),
  /** Why: `no-label`, `no-gradient`; null for ordinary relevance. */
  degenerateReason: z.string().nullable(),
  ...explainedPair,
});

const doneText = extensible({
  ...base,
  status: z.literal('done'),
  ...answer,
  ...decisions,
  /** The rest of it was not seen. */
  truncated: z.boolean().describe('Whether the text had more tokens than the model takes'),
  tokens: z.array(token),
  relevance: z.array(relevance),
});

const quarantinedText = extensible({
  ...base,
  ...quarantine,
});

export const textRecordSchema = z.discriminatedUnion('status', [doneText, quarantinedText]);

export type TextRecord = z.infer<typeof textRecordSchema>;
export type DoneText = z.infer<typeof doneText>;
export type QuarantinedText = z.infer<typeof quarantinedText>;
export type RelevanceRecord = z.infer<typeof relevance>;

/** The JSON Schema (draft 2020-12) of one record. */
export function textRecordJsonSchema(): object {
  const schema = z.toJSONSchema(textRecordSchema, { target: 'draft-2020-12' });
  return { title: 'Gradline text record', ...schema };
}
