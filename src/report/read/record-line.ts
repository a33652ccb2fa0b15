/** The fields of a record that a table holds. Others are let through unread: millions of lines are checked here. */

import { z } from 'zod';

const position = z.object({ x: z.number(), y: z.number() });

const recordLine = z.discriminatedUnion('status', [
  z.object({
    status: z.literal('done'),
    key: z.string(),
    label: z.number().nullable(),
    labelName: z.string().nullable(),
    predicted: z.number(),
    predictedName: z.string().nullable(),
    score: z.number(),
    margin: z.number(),
    top: z.array(z.object({ class: z.number(), name: z.string().nullable(), score: z.number() })),
    maps: z.array(
      z.object({
        layer: z.string(),
        method: z.string(),
        target: z.string(),
        class: z.number(),
        shape: z.tuple([z.number(), z.number()]),
        max: z.number(),
        peak: position,
        centre: position.nullable(),
        areaAboveHalf: z.number(),
        borderShare: z.number(),
        degenerate: z.boolean(),
      }),
    ),
  }),
  z.object({
    status: z.literal('quarantined'),
    key: z.string(),
    label: z.number().nullable(),
    labelName: z.string().nullable(),
    error: z.object({ code: z.string() }),
  }),
]);

export type RecordLine = z.infer<typeof recordLine>;

/** @throws when the line is not a record */
export function parseRecordLine(line: string): RecordLine {
  return recordLine.parse(JSON.parse(line));
}
