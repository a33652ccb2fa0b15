import { create } from '@bufbuild/protobuf';
import { makeAttribute } from './attributes.ts';
import { type Attributes, namePrefix } from './builder.ts';
import { type NodeProto, NodeProtoSchema, type TensorProto } from './onnx_pb.ts';

/** Nodes that stand for one, under names made of the tensor that they make; the last keeps the author's name and notes. */
export class Spelling {
  readonly nodes: NodeProto[] = [];
  readonly #author: NodeProto;
  readonly #result: string;

  /** @param result which of the author's tensors they make */
  constructor(author: NodeProto, result: string) {
    this.#author = author;
    this.#result = result;
  }

  constant(part: string, tensor: (name: string) => TensorProto): string {
    return this.node('Constant', [], part, { value: tensor(this.#place(part)) });
  }

  /** @returns the tensor that the node makes */
  node(opType: string, input: string[], part: string, attributes: Attributes = {}): string {
    const place = this.#place(part);
    this.nodes.push(nodeOf(opType, input, place, attributes, { name: place }));
    return place;
  }

  last(opType: string, input: string[], attributes: Attributes = {}): void {
    const { name, metadataProps } = this.#author;
    this.nodes.push(nodeOf(opType, input, this.#result, attributes, { name, metadataProps }));
  }

  #place(part: string): string {
    return `${namePrefix}${this.#result}/${part}`;
  }
}

function nodeOf(
  opType: string,
  input: string[],
  output: string,
  attributes: Attributes,
  author: Pick<NodeProto, 'name'> & Partial<Pick<NodeProto, 'metadataProps'>>,
): NodeProto {
  const attribute = Object.entries(attributes).map(([key, value]) => makeAttribute(key, value));
  return create(NodeProtoSchema, { ...author, opType, input, output: [output], attribute });
}
