/** What the inputs of a text classifier hold. */

import { ElementType } from '../explain/onnx/element-type.ts';
import type { OnnxModel } from '../explain/onnx/model-file.ts';
import type { ValueInfoProto } from '../explain/onnx/onnx_pb.ts';
import { dimensions } from '../explain/onnx/sizes.ts';
import { UserError } from '../explain/user-error.ts';

type InputRole = 'ids' | 'mask' | 'types' | 'positions';

export interface TokenInput {
  name: string;
  elementType: number;
  role: InputRole;
}

export interface TokenInputs {
  /** All of them `[N, tokens]`. */
  inputs: TokenInput[];
  /** Name of the input of token ids. */
  ids: string;
  /** Whether the model is told which tokens are padding. */
  masked: boolean;
  /** What the model's file fixes; undefined where it is free. */
  batchSize: number | undefined;
  length: number | undefined;
}

const namedRoles: [RegExp, InputRole][] = [
  [/mask/i, 'mask'],
  [/token_type|type_id|segment/i, 'types'],
  [/position/i, 'positions'],
];

const usualIds = /input_?ids/i;

/** @throws UserError `no-token-input`, `unknown-input` */
export function findTokenInputs(model: OnnxModel): TokenInputs {
  const values = model.graph.input;
  const named = values.map((value) => ({ value, role: namedRoles.find(([name]) => name.test(value.name))?.[1] }));
  const plain = named.filter(({ role, value }) => role === undefined && isIndex(value) && rankOf(value) === 2);
  const [ids] = plain.length > 1 ? plain.filter(({ value }) => usualIds.test(value.name)) : plain;
  if (ids === undefined) throw noTokenInput(values);
  const inputs = named.map(({ value, role }): TokenInput => {
    const known = value === ids.value ? 'ids' : role;
    if (known === undefined || rankOf(value) !== 2) throw unknownInput(value);
    return { name: value.name, elementType: elementTypeOf(value), role: known };
  });
  const [batchSize, length] = dimensions(ids.value);
  return { inputs, ids: ids.value.name, masked: inputs.some(({ role }) => role === 'mask'), batchSize, length };
}

const elementTypeOf = (value: ValueInfoProto) => value.type?.tensorType?.elemType ?? 0;
const rankOf = (value: ValueInfoProto) => dimensions(value).length;

function isIndex(value: ValueInfoProto): boolean {
  const type = elementTypeOf(value);
  return type === ElementType.int64 || type === ElementType.int32;
}

const typeNames = new Map<number, string>(Object.entries(ElementType).map(([name, number]) => [number, name]));

function inWords(value: ValueInfoProto): string {
  const sizes = dimensions(value).map((size) => size ?? '?');
  return `'${value.name}' (${typeNames.get(elementTypeOf(value)) ?? 'of another type'}, [${sizes.join(', ')}])`;
}

function noTokenInput(values: readonly ValueInfoProto[]): UserError {
  return new UserError(
    'no-token-input',
    `The model has no one input of token ids, whole numbers of shape [batch, tokens]; it has ${values.map(inWords).join(', ')}. ` +
      "Export the classifier with token ids as its input; 'gradline run' explains image classifiers.",
  );
}

function unknownInput(value: ValueInfoProto): UserError {
  return new UserError(
    'unknown-input',
    `Gradline does not know what the model's input ${inWords(value)} wants. It feeds token ids, attention mask, token types and positions, all [batch, tokens]; export the classifier with the others fixed.`,
  );
}
