/** The record as a schema, for reading records back. `record.schema.json` is made from it; a test keeps the two equal. */

import { z } from 'zod';
import type { ImageRecord } from './record.ts';

const index = z.int().min(0);
const share = z.number().min(0).max(1);
const position = z.looseObject({ x: z.number(), y: z.number() }).describe('Pixels of the image as the model saw it');

const base = {
  key: z.string().describe('S3 key or path relative to the input folder'),
  label: index.nullable(),
  labelName: z.string().nullable(),
};

const similarity = z.looseObject({
  rankCorrelation: z.number().nullable().describe("Spearman's, over the cells"),
  structuralSimilarity: z.number().nullable().describe('SSIM, over the pixels'),
});

const perturbation = {
  deletion: z.number().describe("Area under the score's curve as pixels go: low is good"),
  insertion: z.number().describe('The same as they come back to a blurred picture: high is good'),
  drop: share.describe("Share of the score that is lost when only the map's part is left: low is good"),
  increase: z.boolean().describe('Whether the score rises then'),
  road: z
    .looseObject({ mostImportantFirst: z.number(), leastImportantFirst: z.number(), difference: z.number() })
    .describe('Mean score over the shares of pixels that ROAD takes away'),
};

const faithfulness = z
  .looseObject({
    ...perturbation,
    randomised: z.looseObject({ lastLayer: similarity, allLayers: similarity }).exactOptional(),
  })
  .describe('With --evaluate, for the images that it measures and maps that show something');

const baseline = z.looseObject({ ...perturbation, baseline: z.enum(['random', 'gaussian']), class: index });

const region = z
  .looseObject({ hit: z.boolean(), inside: share, area: share })
  .describe('With --regions, where the image has regions of the explained class');

const mapRecord = z.looseObject({
  layer: z.string().describe('The layer as the user wrote it'),
  method: z.string(),
  target: z.string(),
  class: z.int().min(-1).describe('The explained class; -1 where the image has no such target'),
  className: z.string().nullable(),
  shape: z.tuple([z.int().min(1), z.int().min(1)]).describe('Rows and columns of the raw map'),
  overlay: z.string().nullable().describe('Key relative to the output root'),
  map: z.string().nullable().describe('Key relative to the output root'),
  min: z.number(),
  max: z.number(),
  mean: z.number(),
  peak: position,
  centre: position.nullable(),
  areaAboveHalf: share,
  borderShare: share,
  degenerate: z.boolean(),
  degenerateReason: z.string().nullable(),
  workingLayer: z.string().exactOptional().describe('With class-token-only: the layer to list in place of this one'),
  faithfulness: faithfulness.exactOptional(),
  region: region.exactOptional(),
});

/** What the network says, of an image or of a text. */
export const answer = {
  predicted: index,
  predictedName: z.string().nullable(),
  score: z.number(),
  margin: z.number().describe('Score of the predicted class minus the best other score'),
  correct: z.boolean().exactOptional().describe('Present when the label is known'),
  top: z.array(z.looseObject({ class: index, name: z.string().nullable(), score: z.number() })),
};

const doneRecord = z.looseObject({
  ...base,
  status: z.literal('done'),
  ...answer,
  maps: z.array(mapRecord),
  baselines: z.array(baseline).exactOptional().describe('Maps that know nothing of the image, measured as its own'),
  picture: z.string().exactOptional().describe('Key of the image as the model saw it'),
  image: z.looseObject({
    width: z.int().min(1),
    height: z.int().min(1),
    seen: z
      .looseObject({ left: z.number(), top: z.number(), width: z.number().min(0), height: z.number().min(0) })
      .exactOptional()
      .describe('What the model saw of the original, in its pixels: maps cover exactly that'),
  }),
  activations: z
    .array(
      z.looseObject({ layer: z.string(), mean: z.number(), standardDeviation: z.number().min(0), nearZero: share }),
    )
    .exactOptional(),
});

/** Why there is no answer. */
export const quarantine = {
  status: z.literal('quarantined'),
  error: z.looseObject({ code: z.string(), message: z.string() }),
};

const quarantinedRecord = z.looseObject({
  ...base,
  ...quarantine,
});

/** More fields may be added to a record, so unknown ones are accepted and kept. */
export const imageRecordSchema: z.ZodType<ImageRecord> = z.discriminatedUnion('status', [
  doneRecord,
  quarantinedRecord,
]);

/** The JSON Schema (draft 2020-12) of one record. */
export function recordJsonSchema(): object {
  const schema = z.toJSONSchema(imageRecordSchema, { target: 'draft-2020-12' });
  return { title: 'Gradline image record', ...schema };
}
