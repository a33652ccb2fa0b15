/** Where a node stands among its author's modules, read from the traces that exporters leave. */

import { namePrefix } from '../onnx/builder.ts';
import type { NodeProto } from '../onnx/onnx_pb.ts';
import { kerasName, layerSegments } from './keras-scopes.ts';
import type { Scope } from './scope.ts';

const scopesKey = 'pkg.torch.onnx.name_scopes';
const typesKey = 'pkg.torch.onnx.class_hierarchy';

/** The modules around a node, outermost first; empty for nodes of the model itself and for exporters without traces. */
export function modulePath(node: NodeProto): Scope[] {
  if (node.name.startsWith(namePrefix)) return [];
  return scopesFromMetadata(node) ?? scopesFromName(node);
}

/** A node's name, or its first tensor's where the exporter left nodes without names. */
export function nodeName(node: NodeProto): string {
  return node.name || (node.output[0] ?? '');
}

/** PyTorch's `torch.export` exporter notes `['', 'layer1', 'layer1.0', 'layer1.0.conv1', 'conv2d_3']`, the node last. */
function scopesFromMetadata(node: NodeProto): Scope[] | undefined {
  const note = node.metadataProps.find((entry) => entry.key === scopesKey)?.value;
  if (note === undefined) return undefined;
  const types = pythonStrings(node.metadataProps.find((entry) => entry.key === typesKey)?.value ?? '');
  const scopes: Scope[] = [];
  pythonStrings(note)
    .slice(0, -1)
    .forEach((path, i) => {
      const type = types[i]?.split('.').at(-1);
      if (path !== '') scopes.push(type === undefined ? { path } : { path, type });
    });
  return scopes;
}

/** The strings of a list as Python prints it. */
function pythonStrings(list: string): string[] {
  return [...list.matchAll(/'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"/g)].map((match) => match[1] ?? match[2] ?? '');
}

/**
 * PyTorch's TorchScript exporter names nodes `/layer4/layer4.2/conv1/Conv`: a child of a Sequential repeats its
 * parent's name, any other child does not. Keras names (`model/block5_conv3/Conv2D`) have the same form without repeats.
 */
function scopesFromName(node: NodeProto): Scope[] {
  const name = node.name === '' ? nodeName(node) : (kerasName(node) ?? '');
  const segments = name.split('/').filter((segment) => segment !== '');
  const scopes: Scope[] = [];
  let path = '';
  let last = '';
  for (const segment of layerSegments(segments)) {
    if (path === '') path = segment;
    else if (last !== '' && segment.startsWith(`${last}.`)) path = path.slice(0, path.length - last.length) + segment;
    else path += `.${segment}`;
    last = segment;
    scopes.push({ path });
  }
  return scopes;
}
