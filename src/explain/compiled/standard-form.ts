/** Keeping a file to what every runtime knows: official operators, and the oldest versions that they allow. */

import type { OnnxModel } from '../onnx/model-file.ts';
import type { NodeProto } from '../onnx/onnx_pb.ts';
import { operatorName, placeOf } from '../onnx/operator-name.ts';
import { UserError } from '../user-error.ts';

/** The IR version that came with an opset (ONNX's table of versions); for newer ones, the source's own. */
const irVersions = new Map([
  [18, 8n],
  [19, 9n],
  [20, 9n],
  [21, 10n],
  [22, 10n],
  [23, 11n],
]);

const official = new Set(['', 'ai.onnx', 'ai.onnx.ml']);

/** Field of `NodeProto` that holds its author's notes. */
const docString = 6;

/**
 * Drops operator sets that no node uses, notes of exporters, and versions that are higher than need be. Changes the model in place.
 * @param sourceVersion IR version of the source
 * @returns the version of the standard operators
 * @throws UserError `contrib-operators` for operators of ONNX Runtime alone, unless they are allowed
 */
export function standardForm(model: OnnxModel, sourceVersion: bigint, allowContrib: boolean): number {
  const nodes = allNodes(model.graph.node);
  const foreign = nodes.filter(({ domain }) => !official.has(domain));
  const [first] = foreign;
  if (first !== undefined && !allowContrib) {
    const names = [...new Set(foreign.map(operatorName))].join(', ');
    throw new UserError(
      'contrib-operators',
      `The model holds operators that are not ONNX's (${names}), such as ${placeOf(first)}, so that only ONNX Runtime would read the compiled file. ` +
        'Export the model without optimising it for ONNX Runtime, or allow them with --contrib-operators.',
    );
  }
  const domains = new Set(nodes.map(({ domain }) => (domain === 'ai.onnx' ? '' : domain)));
  const imports = new Map(model.opsetImport.map((each) => [each.domain === 'ai.onnx' ? '' : each.domain, each]));
  model.opsetImport = [...imports].filter(([domain]) => domain === '' || domains.has(domain)).map(([, each]) => each);
  const opset = Number(imports.get('')?.version ?? 0n);
  const needed = irVersions.get(opset) ?? sourceVersion;
  model.irVersion = needed < sourceVersion ? needed : sourceVersion;
  model.functions = [];
  for (const node of nodes) {
    node.metadataProps = [];
    if (node.$unknown !== undefined) node.$unknown = node.$unknown.filter(({ no }) => no !== docString);
  }
  return opset;
}

function allNodes(nodes: readonly NodeProto[]): NodeProto[] {
  return nodes.flatMap((node) => [
    node,
    ...node.attribute.flatMap(({ g, graphs }) =>
      (g === undefined ? graphs : [g, ...graphs]).flatMap((graph) => allNodes(graph.node)),
    ),
  ]);
}
