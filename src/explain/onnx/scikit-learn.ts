/**
 * What skl2onnx writes for scikit-learn's linear models and scalers, in the domain `ai.onnx.ml`, spelled out in standard
 * operators, so that gradients pass them as they pass any other layer (ONNX-ML operator reference).
 */

import { create } from '@bufbuild/protobuf';
import { floatsAttribute, intsAttribute, stringAttribute } from './attributes.ts';
import { namePrefix } from './builder.ts';
import { ElementType } from './element-type.ts';
import type { OnnxModel } from './model-file.ts';
import { type NodeProto, TypeProto_TensorSchema, TypeProtoSchema, ValueInfoProtoSchema } from './onnx_pb.ts';
import { Spelling } from './spelling.ts';
import { float32Tensor, int64Tensor } from './tensor-data.ts';

/** Nodes that stand for one; undefined where it has a form that is not spelled out. `shares` are tensors whose rows add up to 1. */
type SpellOut = (node: NodeProto, shares: ReadonlySet<string>) => NodeProto[] | undefined;

const finalFunctions: Record<string, string> = { LOGISTIC: 'Sigmoid', NONE: 'Identity', SOFTMAX: 'Softmax' };

/** scores = f(x coefficients' + intercepts). The label stays with the node itself: it is no number to differentiate. */
const linearClassifier: SpellOut = (node) => {
  const coefficients = floatsAttribute(node, 'coefficients') ?? [];
  const intercepts = floatsAttribute(node, 'intercepts') ?? [];
  const final = finalFunctions[stringAttribute(node, 'post_transform', 'NONE')];
  const strings = node.attribute.find(({ name }) => name === 'classlabels_strings')?.strings.length ?? 0;
  const classes = Math.max(intsAttribute(node, 'classlabels_ints')?.length ?? 0, strings);
  const [x = ''] = node.input;
  const [label = '', scores = ''] = node.output;
  // One row of coefficients for two classes: how its score becomes two depends on the runtime.
  if (final === undefined || scores === '' || classes === 0 || intercepts.length !== classes) return undefined;
  const spelled = new Spelling(node, scores);
  const floats = spelled.node('Cast', [x], 'floats', { to: ElementType.float32 });
  const weights = spelled.constant('weights', (n) =>
    float32Tensor(n, coefficients, [classes, coefficients.length / classes]),
  );
  const bias = spelled.constant('bias', (n) => float32Tensor(n, intercepts, [classes]));
  const logits = spelled.node('Gemm', [floats, weights, bias], 'logits', { transB: 1 });
  spelled.last(final, [logits], final === 'Softmax' ? { axis: 1 } : {});
  node.name = `${namePrefix}${scores}/label`;
  node.output = [label, `${namePrefix}${scores}/unread`];
  return [node, ...spelled.nodes];
};

/** y = (x - offset) scale */
const scaler: SpellOut = (node) => {
  const offset = floatsAttribute(node, 'offset') ?? [0];
  const scale = floatsAttribute(node, 'scale') ?? [1];
  const [x = ''] = node.input;
  const spelled = new Spelling(node, node.output[0] ?? '');
  const floats = spelled.node('Cast', [x], 'floats', { to: ElementType.float32 });
  const centred = spelled.node(
    'Sub',
    [floats, spelled.constant('offset', (n) => float32Tensor(n, offset, [offset.length]))],
    'centred',
  );
  spelled.last('Mul', [centred, spelled.constant('scale', (n) => float32Tensor(n, scale, [scale.length]))]);
  return spelled.nodes;
};

/** y = x / |x| along the rows; the 1-norm of shares is one. */
const normalizer: SpellOut = (node, shares) => {
  const norm = { L1: 'ReduceL1', L2: 'ReduceL2' }[stringAttribute(node, 'norm', 'MAX')];
  if (norm === undefined) return undefined;
  const [x = ''] = node.input;
  const spelled = new Spelling(node, node.output[0] ?? '');
  if (norm === 'ReduceL1' && shares.has(x)) {
    spelled.last('Identity', [x]);
    return spelled.nodes;
  }
  const floats = spelled.node('Cast', [x], 'floats', { to: ElementType.float32 });
  const axes = spelled.constant('axes', (n) => int64Tensor(n, [-1]));
  spelled.last('Div', [floats, spelled.node(norm, [floats, axes], 'norm', { keepdims: 1 })]);
  return spelled.nodes;
};

const spellings: Record<string, SpellOut> = {
  LinearClassifier: linearClassifier,
  Normalizer: normalizer,
  Scaler: scaler,
};

/** Changes a model of opset 18 or newer in place; what cannot be spelled out stays. */
export function spellOutLearnedHeads(model: OnnxModel): void {
  if (!model.graph.node.some(({ domain }) => domain === 'ai.onnx.ml')) return;
  dropMaps(model);
  const softmaxes = model.graph.node.filter(
    (node) => node.opType === 'Softmax' || stringAttribute(node, 'post_transform', '') === 'SOFTMAX',
  );
  const shares = new Set(softmaxes.flatMap(({ output }) => output));
  model.graph.node = model.graph.node.flatMap((node) => {
    const spell = node.domain === 'ai.onnx.ml' ? spellings[node.opType] : undefined;
    return spell?.(node, shares) ?? [node];
  });
}

/** ZipMap turns scores into maps from class to score; the scores themselves are returned in its place. */
function dropMaps({ graph }: OnnxModel): void {
  const scores = new Map(
    graph.node
      .filter(({ domain, opType }) => domain === 'ai.onnx.ml' && opType === 'ZipMap')
      .map(({ input, output }) => [output[0] ?? '', input[0] ?? '']),
  );
  graph.node = graph.node.filter(({ output }) => !scores.has(output[0] ?? ''));
  graph.output = graph.output.map((output) => {
    const name = scores.get(output.name);
    if (name === undefined) return output;
    const tensorType = create(TypeProto_TensorSchema, { elemType: ElementType.float32 });
    return create(ValueInfoProtoSchema, { name, type: create(TypeProtoSchema, { tensorType }) });
  });
}
