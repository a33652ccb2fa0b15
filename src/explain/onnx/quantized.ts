/**
 * Brings quantised models into one form: float operators between QuantizeLinear and DequantizeLinear, one of each for a tensor. Operators
 * that compute with integers (the quantiser's QOperator format) are spelled out so; their results differ by what float32 rounds off.
 */

import { create } from '@bufbuild/protobuf';
import { intAttribute, makeAttribute } from './attributes.ts';
import { type Attributes, namePrefix } from './builder.ts';
import { Graph } from './graph.ts';
import { type FloatResult, type FloatSpelling, floatForms, type Quantity } from './integer-operators.ts';
import type { OnnxModel } from './model-file.ts';
import { type AttributeProto, type NodeProto, NodeProtoSchema } from './onnx_pb.ts';
import { operatorName } from './operator-name.ts';
import { int64Tensor } from './tensor-data.ts';

/** What stands between floats and integers in the form that all quantised models are brought into. */
export const quantizers: ReadonlySet<string> = new Set(['DequantizeLinear', 'QuantizeLinear']);

/** Operators that hand integers on as they are, or pick from them: the floats that these stand for pass as well. */
const movers = new Set([
  ...['DepthToSpace', 'Expand', 'Flatten', 'Gather', 'Identity', 'MaxPool', 'Reshape', 'Resize', 'Slice'],
  ...['SpaceToDepth', 'Split', 'Squeeze', 'Tile', 'Transpose', 'Unsqueeze'],
]);

/** Changes a model of opset 18 or newer in place. */
export function spellOutQuantized({ graph }: OnnxModel): void {
  const isQuantized = (node: NodeProto) =>
    node.opType === 'DequantizeLinear' || floatForms[operatorName(node)] !== undefined;
  if (graph.node.some(isQuantized)) graph.node = new FloatingGraph(new Graph(graph)).rewritten();
}

/** How integers were made: what is needed to make them again. */
interface Grade {
  scale: string;
  zero: string;
  attribute: readonly AttributeProto[];
}

class FloatingGraph implements FloatSpelling {
  readonly #graph: Graph;
  /** Tensors that are read under their names from elsewhere. */
  readonly #kept: Set<string>;
  readonly #nodes: NodeProto[] = [];
  /** The author's DequantizeLinear by what it reads. */
  readonly #dequantizers = new Map<string, NodeProto>();
  /** Floats by the integers that stand for them. */
  readonly #floats = new Map<string, string>();
  /** Integers by the floats that they were made of. */
  readonly #integers = new Map<string, string>();
  readonly #grades = new Map<string, Grade>();
  /** Tensors that are there already under another name. */
  readonly #renamed = new Map<string, string>();
  /** The tensor whose node is being spelled out. */
  #place = '';
  #count = 0;

  constructor(graph: Graph) {
    this.#graph = graph;
    this.#kept = new Set(graph.proto.output.map(({ name }) => name));
    for (const node of graph.nodes) {
      for (const name of graph.reads(node).slice(node.input.length)) this.#kept.add(name);
      if (node.opType !== 'DequantizeLinear') continue;
      const key = this.#keyOf(node);
      const isKept = this.#kept.has(node.output[0] ?? '');
      if (!this.#dequantizers.has(key) || isKept) this.#dequantizers.set(key, node);
    }
  }

  rewritten(): NodeProto[] {
    for (const node of this.#graph.nodes) {
      node.input = node.input.map((name) => this.#renamed.get(name) ?? name);
      [this.#place = ''] = node.output;
      if (node.opType === 'QuantizeLinear') this.#quantizer(node);
      else if (node.opType === 'DequantizeLinear') this.#dequantizer(node);
      else if (!this.#mover(node) && !this.#integerOperator(node)) this.#nodes.push(node);
    }
    return this.#nodes;
  }

  /** One that quantises the same in the same way as another before it is left out. */
  #quantizer(node: NodeProto): void {
    const [output = ''] = node.output;
    const key = this.#keyOf(node);
    const known = this.#integers.get(key);
    if (known !== undefined && !this.#kept.has(output)) {
      this.#renamed.set(output, known);
      return;
    }
    this.#integers.set(key, output);
    const [, scale = '', zero = ''] = node.input;
    if (this.#isSingle(scale)) this.#grades.set(output, { scale, zero, attribute: node.attribute });
    this.#nodes.push(node);
  }

  #dequantizer(node: NodeProto): void {
    const [output = ''] = node.output;
    const key = this.#keyOf(node);
    const known = this.#floats.get(key);
    if (known === undefined) {
      this.#floats.set(key, output);
      this.#nodes.push(node);
    } else if (known !== output) {
      if (this.#kept.has(output)) this.#nodes.push(nodeOf('Identity', [known], output, identity(node)));
      else this.#renamed.set(output, known);
    }
  }

  #mover(node: NodeProto): boolean {
    const [values = ''] = node.input;
    const grade = this.#grades.get(values);
    if (!movers.has(node.opType) || grade === undefined) return false;
    const integers = node.output;
    node.input = [this.floats({ values, ...grade }), ...node.input.slice(1)];
    node.output = integers.map((name, i) => {
      // Where to a MaxPool found its maxima is no quantity.
      if (name === '' || (node.opType === 'MaxPool' && i > 0)) return name;
      const key = this.#key({ values: name, ...grade });
      const floats = this.#dequantizers.get(key)?.output[0] ?? `${namePrefix}${name}/floats`;
      this.#floats.set(key, floats);
      this.#grades.set(name, grade);
      return floats;
    });
    this.#nodes.push(node);
    integers.forEach((name, i) => {
      const floats = node.output[i] ?? '';
      if (floats === name) return;
      this.#nodes.push(
        nodeOf('QuantizeLinear', present([floats, grade.scale, grade.zero]), name, {
          name: `${namePrefix}${name}/QuantizeLinear`,
          attribute: grade.attribute,
        }),
      );
    });
    return true;
  }

  #integerOperator(node: NodeProto): boolean {
    const [output = ''] = node.output;
    const form = floatForms[operatorName(node)]?.(node, this);
    if (form === undefined) return false;
    if (form.scale === '') this.#nodes.push(nodeOf('Identity', [form.floats], output, identity(node)));
    else this.#quantizedAgain(node, output, form);
    return true;
  }

  /** The author's node, whose results are clipped to the integers' range, lends its name to the floats behind that. */
  #quantizedAgain(node: NodeProto, output: string, { floats, scale, zero }: FloatResult): void {
    this.#nodes.push(
      nodeOf('QuantizeLinear', present([floats, scale, zero]), output, {
        name: `${namePrefix}${output}/QuantizeLinear`,
      }),
    );
    if (!this.#isSingle(scale)) return;
    const grade: Grade = { scale, zero, attribute: [] };
    this.#grades.set(output, grade);
    const key = this.#key({ values: output, ...grade });
    const named = this.#dequantizers.get(key)?.output[0] ?? `${namePrefix}${output}/floats`;
    this.#floats.set(key, named);
    this.#nodes.push(nodeOf('DequantizeLinear', present([output, scale, zero]), named, identity(node)));
  }

  floats({ values, scale, zero, axis }: Quantity): string {
    const quantity: Quantity = { values, scale, zero, ...(this.#isSingle(scale) ? {} : { axis: axis ?? 1 }) };
    const key = this.#key(quantity);
    const known = this.#floats.get(key);
    if (known !== undefined) return known;
    const author = this.#dequantizers.get(key);
    const floats = author?.output[0] ?? this.#fresh('floats');
    const attribute = quantity.axis === undefined ? [] : [makeAttribute('axis', quantity.axis)];
    this.#nodes.push(
      nodeOf('DequantizeLinear', present([values, scale, zero]), floats, {
        name: author?.name ?? floats,
        metadataProps: author?.metadataProps ?? [],
        domain: author?.domain ?? '',
        attribute: author?.attribute ?? attribute,
      }),
    );
    this.#floats.set(key, floats);
    return floats;
  }

  op(opType: string, input: string[], attributes: Attributes = {}, kept: readonly AttributeProto[] = []): string {
    const output = this.#fresh(opType);
    const made = Object.entries(attributes).map(([name, value]) => makeAttribute(name, value));
    this.#nodes.push(nodeOf(opType, input, output, { name: output, attribute: [...kept, ...made] }));
    return output;
  }

  ints(values: number[]): string {
    const output = this.#fresh('constant');
    const attribute = [makeAttribute('value', int64Tensor(output, values))];
    this.#nodes.push(nodeOf('Constant', [], output, { name: output, attribute }));
    return output;
  }

  #fresh(part: string): string {
    return `${namePrefix}${this.#place}/${part}_${this.#count++}`;
  }

  #isSingle(scale: string): boolean {
    return (this.#graph.type(scale)?.shape ?? []).every((size) => size === 1);
  }

  #keyOf(node: NodeProto): string {
    const [values = '', scale = '', zero = ''] = node.input;
    const from = this.#renamed.get(values) ?? values;
    const axis = intAttribute(node, 'axis', 1);
    return this.#key({ values: from, scale, zero, ...(this.#isSingle(scale) ? {} : { axis }) }, node.attribute);
  }

  /** Equal for equal quantities, also where their scales are written down twice. */
  #key({ values, scale, zero, axis }: Quantity, attribute: readonly AttributeProto[] = []): string {
    const others = attribute.filter(({ name }) => name !== 'axis').map(({ name, i }) => `${name}=${i}`);
    return JSON.stringify([values, this.#content(scale), this.#content(zero), axis ?? null, others]);
  }

  #content(constant: string): string {
    const type = this.#graph.type(constant);
    const values = this.#graph.isInitializer(constant) ? this.#graph.constant(constant) : undefined;
    return type === undefined || values === undefined ? constant : `${type.elementType}: ${values.join(' ')}`;
  }
}

/** Without what is left out at the end. */
function present(input: string[]): string[] {
  return input.slice(0, input.findLastIndex((name) => name !== '') + 1);
}

type Notes = Partial<Pick<NodeProto, 'domain' | 'metadataProps'>> & {
  name: string;
  attribute?: readonly AttributeProto[];
};

function nodeOf(opType: string, input: string[], output: string, { attribute = [], ...notes }: Notes): NodeProto {
  return create(NodeProtoSchema, { ...notes, opType, input, output: [output], attribute: [...attribute] });
}

/** By which people find the node, and the modules around it. */
const identity = ({ name, metadataProps, output }: NodeProto) => ({ name: name || (output[0] ?? ''), metadataProps });
