/** The layers in what Keras writes as JSON: `model.to_json()`, `keras.layers.serialize(layer)`, a layer's `get_config()`, or a list of them. */

import { z } from 'zod';

export interface KerasLayer {
  /** Its class: 'Resizing'. */
  type: string;
  /** As its author or Keras named it; its class where it has no name. */
  name: string;
  config: unknown;
}

const serialised = z.object({ class_name: z.string(), config: z.unknown() });
const container = z.object({ layers: z.array(z.unknown()) });
const named = z.object({ name: z.string() });
/** What Keras writes of every layer, beside what is its own. */
const bare = z.looseObject({ name: z.string(), dtype: z.unknown() });

/** Fields by which a `get_config()` is known, which does not say its class; the first that has all of them. */
const ownFields: [type: string, fields: string[]][] = [
  ['Resizing', ['height', 'width', 'interpolation']],
  ['CenterCrop', ['height', 'width']],
  ['Rescaling', ['scale', 'offset']],
  ['Normalization', ['axis', 'mean', 'variance']],
];

/** In the order in which pictures pass them. Null for content of another kind. */
export function readLayers(content: unknown): KerasLayer[] | null {
  if (Array.isArray(content)) {
    const layers = content.map(readLayers);
    return layers.length > 0 && layers.every((each) => each !== null) ? layers.flat() : null;
  }
  const whole = serialised.safeParse(content);
  if (whole.success) {
    const { class_name: type, config } = whole.data;
    // Keras 1 wrote the layers of a Sequential as its configuration.
    const inside = container.safeParse(Array.isArray(config) ? { layers: config } : config);
    if (inside.success) return readLayers(inside.data.layers);
    return [{ type, name: named.safeParse(config).data?.name ?? type, config }];
  }
  const inside = container.safeParse(content);
  if (inside.success) return readLayers(inside.data.layers);
  const alone = bare.safeParse(content);
  const type = alone.success && ownFields.find(([, fields]) => fields.every((field) => field in alone.data))?.[0];
  return alone.success && type ? [{ type, name: alone.data.name, config: alone.data }] : null;
}
