/**
 * One image's line of JSON: the contract that users and later tools rely on. The types follow from the schema; `record.schema.json`
 * states it for validators, and a test keeps the two equal.
 */

import { z } from 'zod';

/** An object that is read with whatever other fields it has: more may be added to a record. They are no part of its type. */
export function extensible<Shape extends z.core.$ZodShape>(shape: Shape): z.ZodObject<Shape> {
  return z.looseObject(shape);
}

const index = z.int().min(0);
const share = z.number().min(0).max(1);
/** Origin top left, at cell centres. */
const position = extensible({ x: z.number(), y: z.number() }).describe('Pixels of the image as the model saw it');

/** Of an image or a text that may have several. */
export const severalLabels = {
  labels: z
    .array(index)
    .nullable()
    .exactOptional()
    .describe('Multi-label: classes that are true, ascending; null: unknown'),
  labelNames: z.array(z.string().nullable()).nullable().exactOptional().describe('In the order of labels'),
  unknown: z
    .array(index)
    .exactOptional()
    .describe('Multi-label: classes of which it is not known whether they are true'),
};

const base = {
  key: z.string().describe('S3 key or path relative to the input folder'),
  label: index.nullable().describe('Null in a run whose images may have several labels'),
  labelName: z.string().nullable(),
  ...severalLabels,
};

/** How alike a map stays to that of a network with shuffled weights, -1 to 1; null where one of the two is the same everywhere. */
const similarity = extensible({
  rankCorrelation: z.number().nullable().describe("Spearman's, over the cells"),
  structuralSimilarity: z.number().nullable().describe('SSIM, over the pixels'),
});

const perturbation = extensible({
  deletion: z.number().describe("Area under the score's curve as pixels go: low is good"),
  insertion: z.number().describe('The same as they come back to a blurred picture: high is good'),
  drop: share.describe("Share of the score that is lost when only the map's part is left: low is good"),
  increase: z.boolean().describe('Whether the score rises then'),
  /** `difference`: the second less the first; high is good. */
  road: extensible({
    mostImportantFirst: z.number(),
    leastImportantFirst: z.number(),
    difference: z.number(),
  }).describe('Mean score over the shares of pixels that ROAD takes away'),
});

export const faithfulness = extensible({
  ...perturbation.shape,
  /** Only for the images that the randomisation check is made on. */
  randomised: extensible({ lastLayer: similarity, allLayers: similarity }).exactOptional(),
}).describe('With --evaluate, for the images that it measures and maps that show something');

/** A map that knows nothing of the image, measured in the same way. `class`: the one whose score was watched. */
export const baseline = extensible({
  ...perturbation.shape,
  baseline: z.enum(['random', 'gaussian']),
  class: index,
});

/** Where a map lies with regard to the regions of the class that it explains. */
export const region = extensible({
  /** Whether its maximum lies in one of them, or within the tolerance of one (the pointing game). */
  hit: z.boolean(),
  /** Share of its positive part that lies inside. */
  inside: share,
  /** Share of the picture that the regions cover: what `inside` would be for a map that is the same everywhere. */
  area: share,
}).describe('With --regions, where the image has regions of the explained class');

/** A decision about one class of an image that may have several, beside the truth. */
const pairOutcome = z.enum(['true-positive', 'false-positive', 'false-negative', 'true-negative']);

/** Why a class of an image or a text is explained, and what is decided of it. */
export const explainedPair = {
  targets: z.array(z.string()).exactOptional().describe('Multi-label: those of the targets that name the class'),
  outcome: pairOutcome
    .exactOptional()
    .describe('Multi-label: what the decision about the class is, where the truth is known'),
};

/** What one map says. */
export const mapRecord = extensible({
  layer: z.string().describe('The layer as the user wrote it'),
  resolvedLayer: z
    .string()
    .exactOptional()
    .describe("Of 'last', or of a name that an exporter folded away: the layer's name in the model file"),
  method: z.string(),
  target: z.string(),
  class: z.int().min(-1).describe('The explained class; -1 where the image has no such target'),
  className: z.string().nullable(),
  shape: z.tuple([z.int().min(1), z.int().min(1)]).describe('Rows and columns of the raw map'),
  /** Null where the option that writes the file is off; so is `map`. */
  overlay: z.string().nullable().describe('Key relative to the output root'),
  map: z.string().nullable().describe('Key relative to the output root'),
  min: z.number(),
  max: z.number(),
  mean: z.number(),
  /** Position of the maximum. */
  peak: position,
  /** Centre of mass of the positive part; null for a degenerate map. */
  centre: position.nullable(),
  /** Share of the cells above half the maximum, 0 to 1; 0 for a degenerate map. */
  areaAboveHalf: share,
  /** Share of the positive part that lies on the outermost ring of cells, 0 to 1. */
  borderShare: share,
  degenerate: z.boolean(),
  /** Why: `no-positive-evidence`, `no-gradient`, `class-token-only`, `no-label`, `not-finite`; null for a normal map. */
  degenerateReason: z.string().nullable(),
  workingLayer: z.string().exactOptional().describe('With class-token-only: the layer to list in place of this one'),
  faithfulness: faithfulness.exactOptional(),
  region: region.exactOptional(),
  ...explainedPair,
});

const classScore = extensible({ class: index, name: z.string().nullable(), score: z.number() });

/** What is decided where each class is decided by itself: pairs of an image or a text and a class. Lists of classes are ascending. */
export const decisions = {
  decided: z.array(index).exactOptional().describe('Classes whose score reaches their threshold'),
  decidedNames: z.array(z.string().nullable()).exactOptional().describe('In the order of decided'),
  falsePositives: z.array(index).exactOptional().describe('Decided and not true; present when labels are known'),
  falseNegatives: z.array(index).exactOptional().describe('True and not decided; present when labels are known'),
  scores: z.array(z.number()).exactOptional().describe('Of all classes, by index, where there are at most 256'),
  scoresAbove: extensible({
    floor: z.number().describe('Every class that is left out has a lower score'),
    classes: z.array(index).describe('Ascending; those decided or true are among them, whatever their scores'),
    scores: z.array(z.number()).describe('In the order of classes'),
  })
    .exactOptional()
    .describe('In place of scores where there are more classes'),
};

/** What the network says, of an image or of a text. */
export const answer = {
  predicted: index,
  predictedName: z.string().nullable(),
  score: z.number(),
  margin: z.number().describe('Score of the predicted class minus the best other score'),
  correct: z
    .boolean()
    .exactOptional()
    .describe('Present when the label is known; multi-label: whether all decisions about known classes are right'),
  top: z.array(classScore),
};

/** Origin at the top left corner of the original. Where the image was padded it reaches outside of the original. */
const seenPart = extensible({
  left: z.number(),
  top: z.number(),
  width: z.number().min(0),
  height: z.number().min(0),
});

const activation = extensible({
  layer: z.string(),
  mean: z.number(),
  standardDeviation: z.number().min(0),
  nearZero: share,
});

export const doneRecord = extensible({
  ...base,
  status: z.literal('done'),
  ...answer,
  ...decisions,
  maps: z.array(mapRecord),
  /** With `--evaluate`, for each class that a map explains. */
  baselines: z.array(baseline).exactOptional().describe('Maps that know nothing of the image, measured as its own'),
  /** Present where overlays are written. */
  picture: z.string().exactOptional().describe('Key of the image as the model saw it'),
  /** Size of the decoded, oriented original. */
  image: extensible({
    width: z.int().min(1),
    height: z.int().min(1),
    seen: seenPart
      .exactOptional()
      .describe('What the model saw of the original, in its pixels: maps cover exactly that'),
    levels: z
      .tuple([z.number(), z.number()])
      .exactOptional()
      .describe('Sample values that became black and white, of files with more than 8 bits a sample'),
  }),
  activations: z.array(activation).exactOptional(),
});

/** Why there is no answer. */
export const quarantine = {
  status: z.literal('quarantined'),
  error: extensible({ code: z.string(), message: z.string() }),
};

export const quarantinedRecord = extensible({ ...base, ...quarantine });

export const imageRecordSchema = z.discriminatedUnion('status', [doneRecord, quarantinedRecord]);

export type ImageRecord = z.infer<typeof imageRecordSchema>;
export type DoneRecord = z.infer<typeof doneRecord>;
export type QuarantinedRecord = z.infer<typeof quarantinedRecord>;
export type MapRecord = z.infer<typeof mapRecord>;
export type ActivationRecord = z.infer<typeof activation>;
export type SeenPart = z.infer<typeof seenPart>;
export type ClassScore = z.infer<typeof classScore>;
export type SimilarityRecord = z.infer<typeof similarity>;
export type PerturbationRecord = z.infer<typeof perturbation>;
export type FaithfulnessRecord = z.infer<typeof faithfulness>;
export type BaselineRecord = z.infer<typeof baseline>;
export type RegionRecord = z.infer<typeof region>;
export type PairOutcome = z.infer<typeof pairOutcome>;

/** The JSON Schema (draft 2020-12) of one record. */
export function recordJsonSchema(): object {
  const schema = z.toJSONSchema(imageRecordSchema, { target: 'draft-2020-12' });
  return { title: 'Gradline image record', ...schema };
}
