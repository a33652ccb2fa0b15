/** What a compiled file says of itself, as JSON in its metadata: written by `compileModel`, read by `readCompiledModel`. */

import { create } from '@bufbuild/protobuf';
import { z } from 'zod';
import type { OnnxModel } from '../onnx/model-file.ts';
import { StringStringEntryProtoSchema } from '../onnx/onnx_pb.ts';
import { UserError } from '../user-error.ts';

/** Key of the description among a file's `metadata_props`. */
const metadataKey = 'gradline';

const count = z.int().min(0);
/** A free batch is written as `N`. */
const shape = z.array(z.union([count, z.literal('N')]));
const size = z.object({ height: count, width: count });

/** How a picture becomes the model's input. What brings it to the model's size is left out where it was not said. */
const preprocessing = z.object({
  /** Samples of 0 to 255 become `(low + sample / 255 * (high - low) - mean) / std`. */
  range: z.tuple([z.number(), z.number()]),
  /** In the order of `channels`. */
  mean: z.array(z.number()),
  std: z.array(z.number()),
  channels: z.enum(['rgb', 'bgr']),
  /** Whether the file does this scaling itself: its input is `pixels` then. */
  inFile: z.boolean(),
  /** How the picture is brought to the model's size. */
  geometry: z
    .object({
      size,
      /** `crop`: the middle; `squish`: the whole, each side on its own; `pad`: the whole on a ground; `none`: as it is. */
      fit: z.enum(['crop', 'squish', 'pad', 'none']),
      /** Shorter side (`crop`) or size (`squish`) before the middle is cut out; null: the largest middle part, or the model's size. */
      resize: z.union([count, size]).nullable(),
      /** Whether a picture of the model's size stays as it is. */
      keepsSize: z.boolean(),
      cropCorner: z.enum(['even', 'down']),
      resampling: z.object({ filter: z.string(), antialias: z.boolean(), columnsFirst: z.boolean() }),
      ground: z.object({
        colour: z.union([z.tuple([count, count, count]), z.literal('mean')]),
        at: z.enum(['both', 'end', 'start']),
      }),
    })
    .nullable(),
});

const input = z.object({
  name: z.string(),
  /** `image`: as the model takes it; `pixels`: RGB of 8 bits, or bands; `classes`: class indices, -1 for none; `other`: beside the picture. */
  role: z.enum(['image', 'pixels', 'classes', 'other']),
  /** Element type, as ONNX calls it. */
  type: z.string(),
  shape,
});

const output = z.object({
  name: z.string(),
  /** `class`: the class that a target by rank found. */
  kind: z.enum(['scores', 'map', 'evidence', 'overlay', 'class']),
  type: z.string(),
  shape,
  layer: z.string().exactOptional(),
  method: z.string().exactOptional(),
  target: z.string().exactOptional(),
});

const layer = z.object({
  /** As it was asked for. */
  layer: z.string(),
  /** See `HookedLayer`. */
  resolvedLayer: z.string().exactOptional(),
  workingLayer: z.string().exactOptional(),
  height: count,
  width: count,
  channels: count,
});

const description = z.object({
  /** Of this description's form. */
  format: z.literal(1),
  /** Version of Gradline that made the file. */
  gradline: z.string(),
  source: z.object({ file: z.string(), sha256: z.string() }),
  opset: count,
  /** `free`, or the number of pictures that every run takes. */
  batch: z.union([z.literal('free'), count]),
  /** Why the batch is not free, where it was not fixed on wish. */
  batchReason: z.string().exactOptional(),
  precision: z.enum(['float32', 'float16']),
  image: z.object({ layout: z.enum(['NCHW', 'NHWC']), height: count, width: count, channels: count }),
  inputs: z.array(input),
  outputs: z.array(output),
  layers: z.array(layer),
  methods: z.array(z.string()),
  targets: z.array(z.string()),
  classCount: count,
  classNames: z.array(z.string()).nullable(),
  preprocessing: preprocessing.nullable(),
  /** What to know of the model before its maps are believed. */
  warnings: z.array(z.string()),
});

/** What a compiled file says of itself: its inputs and outputs by name, and what they mean. */
export type CompiledDescription = z.infer<typeof description>;
/** An input of a compiled file, and what it takes. */
export type CompiledInput = z.infer<typeof input>;
/** An output of a compiled file: what it holds, and of which layer, method and target. */
export type CompiledOutput = z.infer<typeof output>;
/** How a picture becomes the model's input, as far as the file is told. */
export type DescribedPreprocessing = z.infer<typeof preprocessing>;

/** Adds the description to a model's metadata, in place of one that is there. */
export function describeIn(model: OnnxModel, said: CompiledDescription): void {
  const entry = create(StringStringEntryProtoSchema, {
    key: metadataKey,
    value: JSON.stringify(description.parse(said)),
  });
  model.metadataProps = [...model.metadataProps.filter(({ key }) => key !== metadataKey), entry];
}

/**
 * What the model's metadata say.
 * @param file for messages
 * @throws UserError `not-compiled`
 */
export function descriptionIn({ metadataProps }: OnnxModel, file: string): CompiledDescription {
  const text = metadataProps.find(({ key }) => key === metadataKey)?.value;
  const make = 'Make one with gradline compile, or compileModel.';
  if (text === undefined) throw new UserError('not-compiled', `'${file}' holds no explanations. ${make}`);
  const read = description.safeParse(json(text));
  if (read.success) return read.data;
  throw new UserError(
    'not-compiled',
    `'${file}' describes itself in a way that this version of Gradline does not know (${z.prettifyError(read.error)}). ${make}`,
  );
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
