/** What operators and nodes are called in tables and messages. */

import type { NodeProto } from './onnx_pb.ts';

/** `Conv` for the standard domain, `com.microsoft.Gelu` elsewhere. */
export function operatorName({ domain, opType }: Pick<NodeProto, 'domain' | 'opType'>): string {
  return domain === '' || domain === 'ai.onnx' ? opType : `${domain}.${opType}`;
}

/** A node in messages: `Hardmax '/gate/Hardmax'`. */
export function placeOf(node: NodeProto): string {
  return `${operatorName(node)} '${node.name || node.output[0]}'`;
}
