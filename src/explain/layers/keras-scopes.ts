/** Scopes as Keras models leave them behind tf2onnx: numbered by tracing, and lost where nodes are fused. */

import type { NodeProto } from '../onnx/onnx_pb.ts';
import type { Scope } from './scope.ts';

/** What tf2onnx appends to the names of nodes that it makes up, alone (`Conv__339`) or behind a neighbour's name. */
const invented = /__\d+$/;

/** The scope of TensorFlow's own normalisation inside a layer: no layer by itself. */
const normalisation = 'batchnorm';

/**
 * The slash-separated name that tells a node's layer, where the exporter was tf2onnx; undefined where the node has none.
 * A convolution that took in its BatchNormalization lost its name, but its bias keeps the one of the normalisation, whose output it
 * now makes. A transposition between layouts has a neighbour's name and is no layer.
 */
export function kerasName(node: NodeProto): string | undefined {
  if (!invented.test(node.name)) return node.name;
  if (node.opType === 'Transpose') return undefined;
  if (node.name.includes('/')) return node.name;
  const [, , bias = ''] = node.input;
  return node.opType === 'Conv' && bias.includes('/') ? bias : node.name;
}

/** The segments of a name that stand for layers: all but the operator, and TensorFlow's scope of a normalisation. */
export function layerSegments(segments: readonly string[]): readonly string[] {
  const layers = segments.slice(0, -1);
  return layers.length > 1 && layers.at(-1) === normalisation ? layers.slice(0, -1) : layers;
}

/**
 * Keras numbers the scopes of a model's second tracing, which is the one that is exported: `resnet50_1/conv5_block3_out_1/Relu`
 * for the layer `conv5_block3_out` of `resnet50`, and `conv2d_1_2` for `conv2d_1`, as `conv2d` became `conv2d_1`. Where the model's
 * scope and all layers in it carry a number, returns the scopes without it.
 */
export function withoutTracing(paths: readonly Scope[][]): readonly Scope[][] {
  const layers = new Set(paths.flatMap(([, layer]) => layer?.path ?? []));
  const roots = new Set(paths.flatMap(([root]) => root?.path ?? []));
  const [root = ''] = roots;
  if (layers.size === 0 || roots.size !== 1 || ![root, ...layers].every((path) => number.test(path))) return paths;
  const bare = root.replace(number, '');
  const unnumbered = (path: string) => bare + path.slice(root.length).replace(number, '');
  // Names that fall together were not numbered by tracing.
  if (new Set([...layers].map(unnumbered)).size !== layers.size) return paths;
  return paths.map(([outer, layer, ...inner]) => {
    if (outer === undefined) return [];
    if (layer === undefined) return [{ ...outer, path: bare }];
    const path = unnumbered(layer.path);
    const within = inner.map((scope) => ({ ...scope, path: path + scope.path.slice(layer.path.length) }));
    return [{ ...outer, path: bare }, { ...layer, path }, ...within];
  });
}

/** What tracing appends. */
const number = /_\d+$/;
