/**
 * Rewrites operators of opset 7 to 17 into their opset 18 form, so that the rest of Gradline knows one form of each.
 * Only operators whose attributes, inputs or meaning changed are listed (ONNX operator changelog); all others are
 * valid as they stand. Models of opset 18 and newer pass through untouched.
 */

import { create } from '@bufbuild/protobuf';
import { UserError } from '../user-error.ts';
import {
  floatAttribute,
  floatsAttribute,
  hasAttribute,
  intAttribute,
  intsAttribute,
  makeAttribute,
  removeAttribute,
  stringAttribute,
} from './attributes.ts';
import { Graph } from './graph.ts';
import type { OnnxModel } from './model-file.ts';
import {
  type AttributeProto,
  type NodeProto,
  NodeProtoSchema,
  type OperatorSetIdProto,
  type TensorProto,
} from './onnx_pb.ts';
import { float32Tensor, int64Tensor } from './tensor-data.ts';

const oldestOpset = 7;
const targetOpset = 18;
/** First IR version whose models may use opset 18. */
const minimalIrVersion = 8n;

const isStandard = ({ domain }: OperatorSetIdProto) => domain === '' || domain === 'ai.onnx';

/**
 * Where the standard operators' version stands; exporters write the default domain both ways. Tools that join two models
 * leave it there twice: the last counts, as for ONNX Runtime.
 */
function standardOpset(imports: readonly OperatorSetIdProto[]): OperatorSetIdProto | undefined {
  return imports.findLast(isStandard);
}

/** Places new nodes before (`constant`, `before`) or after (`after`) the node being rewritten. */
interface Surroundings {
  constant(tensor: (name: string) => TensorProto): string;
  before(opType: string, input: string[], attributes?: AttributeProto[]): string;
  /** Appends a node that takes over `output` and the author's name; the rewritten node must produce something else. */
  after(opType: string, input: string[], output: string): void;
  fresh(): string;
  /** Values of a constant of the model. */
  values(tensor: string): number[] | undefined;
}

type Rewrite = (node: NodeProto, s: Surroundings) => void;

/** Moves an INTS attribute to the input at `index`. */
const intsToInput =
  (name: string, index: number): Rewrite =>
  (node, s) => {
    const values = intsAttribute(node, name);
    removeAttribute(node, name);
    if (values === undefined) return;
    setInput(
      node,
      index,
      s.constant((n) => int64Tensor(n, values)),
    );
  };

function setInput(node: NodeProto, index: number, tensor: string): void {
  while (node.input.length < index) node.input.push('');
  node.input[index] = tensor;
}

const clip: Rewrite = (node, s) => {
  (['min', 'max'] as const).forEach((name, i) => {
    if (!hasAttribute(node, name)) return;
    const value = floatAttribute(node, name, 0);
    removeAttribute(node, name);
    setInput(
      node,
      i + 1,
      s.constant((n) => float32Tensor(n, [value], [])),
    );
  });
};

const slice: Rewrite = (node, s) => {
  intsToInput('starts', 1)(node, s);
  intsToInput('ends', 2)(node, s);
  intsToInput('axes', 3)(node, s);
};

const pad: Rewrite = (node, s) => {
  intsToInput('pads', 1)(node, s);
  const value = floatAttribute(node, 'value', 0);
  removeAttribute(node, 'value');
  setInput(
    node,
    2,
    s.constant((n) => float32Tensor(n, [value], [])),
  );
};

const topK: Rewrite = (node, s) => {
  const k = intAttribute(node, 'k', 1);
  removeAttribute(node, 'k');
  setInput(
    node,
    1,
    s.constant((n) => int64Tensor(n, [k])),
  );
};

const split: Rewrite = (node, s) => {
  intsToInput('split', 1)(node, s);
  if ((node.input[1] ?? '') !== '') return;
  node.input = node.input.slice(0, 1);
  node.attribute.push(makeAttribute('num_outputs', node.output.length));
};

/**
 * Upsample always scaled from the top left corner (operator changelog, Upsample-9 and Resize-10). Its nearest neighbour
 * is the one before when it enlarges; ONNX Runtime takes the one behind when it shrinks.
 */
const toResize: Rewrite = (node, s) => {
  const scales = floatsAttribute(node, 'scales');
  removeAttribute(node, 'scales');
  const given = scales === undefined ? (node.input[1] ?? '') : s.constant((n) => float32Tensor(n, scales));
  const mode = stringAttribute(node, 'mode', 'nearest');
  const shrinks = (scales ?? s.values(given))?.some((scale) => scale < 1) ?? false;
  node.opType = 'Resize';
  node.input = [node.input[0] ?? '', '', given];
  node.attribute = [
    makeAttribute('mode', mode),
    makeAttribute('coordinate_transformation_mode', 'asymmetric'),
    makeAttribute('nearest_mode', shrinks ? 'ceil' : 'floor'),
  ];
};

const dropout: Rewrite = (node) => {
  node.opType = 'Identity';
  node.output = node.output.slice(0, 1);
  node.attribute = [];
};

/** Before opset 13 these worked on the input flattened to two axes at `axis`. */
const flattenedSoftmax: Rewrite = (node, s) => {
  const axis = intAttribute(node, 'axis', 1);
  node.attribute = [makeAttribute('axis', -1)];
  if (axis === -1) return;
  const [input = ''] = node.input;
  const [output = ''] = node.output;
  const shape = s.before('Shape', [input]);
  node.input = [s.before('Flatten', [input], [makeAttribute('axis', axis)])];
  const result = s.fresh();
  node.output = [result];
  s.after('Reshape', [result, shape], output);
};

const batchNormalization: Rewrite = (node) => {
  removeAttribute(node, 'spatial');
  node.output = node.output.slice(0, 1);
};

const rename =
  (opType: string): Rewrite =>
  (node) => {
    node.opType = opType;
  };

const reduceAxes = intsToInput('axes', 1);

/** Operator -> opset that changed it -> how. A rewrite applies to models older than its opset. */
const rewrites: Record<string, [changedIn: number, rewrite: Rewrite]> = {
  BatchNormalization: [14, batchNormalization],
  Clip: [11, clip],
  Dropout: [12, dropout],
  Hardmax: [13, flattenedSoftmax],
  LogSoftmax: [13, flattenedSoftmax],
  Pad: [11, pad],
  ReduceL1: [18, reduceAxes],
  ReduceL2: [18, reduceAxes],
  ReduceLogSum: [18, reduceAxes],
  ReduceLogSumExp: [18, reduceAxes],
  ReduceMax: [18, reduceAxes],
  ReduceMean: [18, reduceAxes],
  ReduceMin: [18, reduceAxes],
  ReduceProd: [18, reduceAxes],
  ReduceSum: [13, reduceAxes],
  ReduceSumSquare: [18, reduceAxes],
  Resize: [11, toResize],
  Scatter: [11, rename('ScatterElements')],
  Slice: [10, slice],
  Softmax: [13, flattenedSoftmax],
  Split: [18, split],
  Squeeze: [13, intsToInput('axes', 1)],
  TopK: [10, topK],
  Unsqueeze: [13, intsToInput('axes', 1)],
  Upsample: [10, toResize],
};

/** Changes the model in place. @throws UserError `opset-too-old` */
export function upgradeOpset(model: OnnxModel): void {
  const standard = standardOpset(model.opsetImport);
  if (standard === undefined) return;
  model.opsetImport = model.opsetImport.filter((entry) => entry === standard || !isStandard(entry));
  const opset = Number(standard.version);
  if (opset < oldestOpset) {
    throw new UserError(
      'opset-too-old',
      `The model uses opset ${opset}; Gradline reads opset ${oldestOpset} and newer. Export it again with a newer exporter.`,
    );
  }
  // From IR version 4 on, a weight listed as an input would be one that callers may override, and is not folded.
  const weights = new Set(model.graph.initializer.map((tensor) => tensor.name));
  model.graph.input = model.graph.input.filter((input) => !weights.has(input.name));
  if (model.irVersion < minimalIrVersion) model.irVersion = minimalIrVersion;
  if (opset >= targetOpset) return;
  const names = { count: 0 };
  const graph = new Graph(model.graph);
  model.graph.node = upgradeNodes(model.graph.node, opset, names, graph);
  standard.version = BigInt(targetOpset);
  for (const fn of model.functions) {
    const own = standardOpset(fn.opsetImport);
    if (own === undefined || Number(own.version) >= targetOpset) continue;
    fn.node = upgradeNodes(fn.node, Number(own.version), names, graph);
    own.version = BigInt(targetOpset);
  }
}

function upgradeNodes(nodes: NodeProto[], opset: number, names: { count: number }, graph: Graph): NodeProto[] {
  const result: NodeProto[] = [];
  for (const node of nodes) {
    for (const attribute of node.attribute) {
      for (const inner of attribute.g ? [attribute.g, ...attribute.graphs] : attribute.graphs) {
        inner.node = upgradeNodes(inner.node, opset, names, graph);
      }
    }
    const entry = node.domain === '' || node.domain === 'ai.onnx' ? rewrites[node.opType] : undefined;
    if (entry === undefined || opset >= entry[0]) {
      result.push(node);
      continue;
    }
    const following: NodeProto[] = [];
    const fresh = () => `gradline/upgrade_${names.count++}`;
    entry[1](node, {
      fresh,
      values: (tensor) => graph.constant(tensor),
      constant(tensor) {
        const name = fresh();
        const attribute = [makeAttribute('value', tensor(name))];
        result.push(create(NodeProtoSchema, { name, opType: 'Constant', output: [name], attribute }));
        return name;
      },
      before(opType, input, attribute = []) {
        const name = fresh();
        result.push(create(NodeProtoSchema, { name, opType, input, output: [name], attribute }));
        return name;
      },
      after(opType, input, output) {
        const { name, metadataProps } = node;
        following.push(create(NodeProtoSchema, { name, metadataProps, opType, input, output: [output] }));
        node.name = fresh();
      },
    });
    result.push(node, ...following);
  }
  return result;
}
