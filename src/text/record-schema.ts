/** The text's record as a schema, for reading records back. `record.schema.json` beside it is made from it; a test keeps the two equal. */

import { z } from 'zod';
import { answer, quarantine } from '../shared/run/record-schema.ts';
import type { TextRecord } from './record.ts';

const index = z.int().min(0);
const place = z.int().min(0).nullable();

const base = {
  key: z.string().describe("The row's own key, else the number of its line or row"),
  text: z.string(),
  label: index.nullable(),
  labelName: z.string().nullable(),
};

const token = z.looseObject({
  id: index,
  token: z.string(),
  start: place.describe('First code point of the text; null for tokens that the tokenizer adds'),
  end: place.describe('The code point behind the last'),
});

const relevance = z.looseObject({
  method: z.enum(['integrated-gradients', 'grad-x-input']),
  target: z.string(),
  class: z.int().min(-1).describe('The explained class; -1 where the text has no such target'),
  className: z.string().nullable(),
  values: z.array(z.number()).describe('One signed number for each token'),
  sum: z.number(),
  logit: z.number().describe('The explained score before Softmax or Sigmoid'),
  baselineLogit: z.number().nullable().describe('The same at the baseline; only for integrated gradients'),
  degenerate: z.boolean(),
  degenerateReason: z.string().nullable(),
});

const doneText = z.looseObject({
  ...base,
  status: z.literal('done'),
  ...answer,
  truncated: z.boolean().describe('Whether the text had more tokens than the model takes'),
  tokens: z.array(token),
  relevance: z.array(relevance),
});

const quarantinedText = z.looseObject({
  ...base,
  ...quarantine,
});

/** More fields may be added to a record, so unknown ones are accepted and kept. */
export const textRecordSchema: z.ZodType<TextRecord> = z.discriminatedUnion('status', [doneText, quarantinedText]);

/** The JSON Schema (draft 2020-12) of one record. */
export function textRecordJsonSchema(): object {
  const schema = z.toJSONSchema(textRecordSchema, { target: 'draft-2020-12' });
  return { title: 'Gradline text record', ...schema };
}
