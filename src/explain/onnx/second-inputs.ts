/** Inputs beside the picture: those that get one value for all pictures become constants of the model, others a row for each image. */

import { create } from '@bufbuild/protobuf';
import { didYouMean } from '../nearest-names.ts';
import type { InputValue } from '../options.ts';
import { UserError } from '../user-error.ts';
import { makeAttribute } from './attributes.ts';
import { namePrefix } from './builder.ts';
import { chosenRows, type RowChoice, rowProblem } from './chosen-rows.ts';
import { ElementType, elementTypeName, isFloat, wholeRanges } from './element-type.ts';
import { Graph } from './graph.ts';
import type { OnnxModel } from './model-file.ts';
import { type GraphProto, type NodeProto, NodeProtoSchema, type ValueInfoProto } from './onnx_pb.ts';
import { constantTensor, int64Tensor } from './tensor-data.ts';

/** What the inputs beside the picture are given. */
export interface GivenInputs {
  /** See `ExplainerOptions`. */
  inputs?: Readonly<Record<string, InputValue>> | undefined;
  /** By name, the values of an example. */
  inputRows?: Readonly<Record<string, readonly number[]>> | undefined;
}

/** An input that has other values for each image. */
export interface RowInput {
  name: string;
  /** As it is fed: float32 for floats of any width. */
  elementType: number;
  /** Tables and codes that its numbers choose in. */
  choices: readonly RowChoice[];
  /** Of one image's values. */
  shape: number[];
  /** Whether an axis of images comes before that shape; without, images are run one by one. */
  isBatched: boolean;
  /** Images in a batch where the file fixes them. */
  batchSize: number | undefined;
  /** One for each value. */
  example: readonly number[];
}

/** Shape of a row input for a batch. */
export function rowInputShape({ isBatched, shape }: RowInput, batchSize: number): number[] {
  return isBatched ? [batchSize, ...shape] : shape;
}

/**
 * Leaves the picture as the first input, and those behind it that have a row for each image. Changes the model, as its file has it, in place.
 * @param checks `examples: false` leaves the values of examples unchecked, for whoever reads all rows and can say which is wrong
 * @throws UserError `no-image-input`, `unknown-input`, `wrong-input-value`
 */
export function settleInputs(
  model: OnnxModel,
  { inputs = {}, inputRows = {} }: GivenInputs,
  checks: { examples: boolean } = { examples: true },
): RowInput[] {
  const { graph } = model;
  const constants = Object.entries(inputs);
  const rows = Object.entries(inputRows);
  const named = new Set([...constants, ...rows].map(([name]) => name));
  const declared = new Map(graph.input.map((input) => [input.name, input]));
  const weights = new Set(graph.initializer.map(({ name }) => name));
  for (const name of named) checkName(name, declared, weights);
  const open = graph.input.filter(({ name }) => !weights.has(name) && !named.has(name));
  const [picture, ...others] = open;
  if (picture === undefined) {
    if (named.size === 0) throw new UserError('no-image-input', 'The model has no input.');
    throw new UserError(
      'no-image-input',
      `All inputs of the model have values (${[...named].map((name) => `'${name}'`).join(', ')}): none is left for the picture. Leave out the value of the picture's input.`,
    );
  }
  if (others.length > 0) throw tooMany(open);
  const isNamed = ({ name }: { name: string }) => named.has(name);
  graph.initializer = graph.initializer.filter((tensor) => !isNamed(tensor));
  const read = named.size === 0 ? null : new Graph(graph);
  const takes = (name: string): Taken => {
    const input = inputNamed(declared, name);
    const dims = dimensionsOf(input)?.map(({ size }) => size) ?? [undefined, undefined];
    return { name, elementType: fedType(input), choices: read === null ? [] : chosenRows(read, name, dims) };
  };
  const found = rows.map(([name, example]) => rowInput(inputNamed(declared, name), takes(name), example, picture));
  if (checks.examples) for (const row of found) checkInputValues(row, row.example);
  const made: NodeProto[] = [];
  for (const [name, value] of constants) {
    made.push(...addConstant(graph, inputNamed(declared, name), takes(name), value, picture));
  }
  graph.node = [...made, ...graph.node];
  graph.input = [
    picture,
    ...graph.input.filter((input) => input !== picture && !isNamed(input)),
    ...found.map(({ name }) => inputNamed(declared, name)),
  ];
  return found;
}

function inputNamed(declared: ReadonlyMap<string, ValueInfoProto>, name: string): ValueInfoProto {
  const input = declared.get(name);
  if (input === undefined) throw new Error(`No input is '${name}'.`);
  return input;
}

function checkName(name: string, declared: ReadonlyMap<string, ValueInfoProto>, weights: ReadonlySet<string>): void {
  if (declared.has(name)) return;
  const inputs = [...declared.values()].filter((input) => !weights.has(input.name));
  throw new UserError(
    'unknown-input',
    `The model has no input '${name}'.${didYouMean(name, declared.keys())} It takes ${listed(inputs)}.`,
  );
}

function tooMany(open: readonly ValueInfoProto[]): UserError {
  // The picture is the one that looks like it, else the first.
  const picture = open.find((input) => dimensionsOf(input)?.length === 4) ?? open[0];
  const other = open.find((input) => input !== picture);
  const isSwitch = other?.type?.tensorType?.elemType === ElementType.bool;
  return new UserError(
    'no-image-input',
    `The model has ${open.length} inputs: ${listed(open)}. Gradline makes one of them of each picture; say what the others are: ` +
      `--input ${other?.name}=${isSwitch ? 'false' : '<value>'} for the same with every picture (a number, a list such as [0.1,0.2], or a .npy file), ` +
      `or --input ${other?.name}=<table> for a .csv, .tsv or .jsonl file with a row for each key.`,
  );
}

function listed(inputs: readonly ValueInfoProto[]): string {
  return inputs.map((input) => `'${input.name}' (${typeText(input)})`).join(', ');
}

/** Type and shape as the file has them: `float32 [n, 2]`. */
function typeText(input: ValueInfoProto): string {
  const dims = dimensionsOf(input)?.map(({ size, symbol }) => size ?? (symbol === '' ? '?' : symbol));
  const type = elementTypeName(elementTypeOf(input));
  return dims === undefined ? type : `${type} [${dims.join(', ')}]`;
}

function elementTypeOf(input: ValueInfoProto): number {
  return input.type?.tensorType?.elemType ?? 0;
}

interface Dimension {
  /** Undefined where it is free. */
  size: number | undefined;
  /** Name of a free size; empty where it has none. */
  symbol: string;
}

/** Undefined where the file says nothing of the shape. */
function dimensionsOf(input: ValueInfoProto): Dimension[] | undefined {
  return input.type?.tensorType?.shape?.dim.map(({ value }) => {
    const size = value.case === 'dimValue' ? Number(value.value) : 0;
    return { size: size > 0 ? size : undefined, symbol: value.case === 'dimParam' ? value.value : '' };
  });
}

/** Names that exporters make up for free sizes, and usual ones for the number of images. */
const namesOfBatches = /^(|unk.*|dyn.*|dim.*|s\d+|b|bs|n|batch.*|.*_dim_0|.*\.\d+|None|\?)$/i;

/** Whether the first axis of an input may be that of the images. */
function isBatchAxis({ size, symbol }: Dimension, picture: ValueInfoProto): boolean {
  const batch = dimensionsOf(picture)?.[0];
  if (size !== undefined) return size === 1 || size === batch?.size;
  return batch?.symbol === symbol || batch?.size !== undefined || namesOfBatches.test(symbol);
}

/** A shape for the same numbers that fits sizes of which some are free: axes of 1 may be added and left out. */
function reshaped(given: readonly number[], wanted: readonly (number | undefined)[]): number[] | undefined {
  const fits = (shape: readonly number[]) =>
    shape.length === wanted.length && wanted.every((size, axis) => size === undefined || size === shape[axis]);
  if (fits(given)) return [...given];
  const rest = given.filter((size) => size !== 1);
  const placed = wanted.map((size) => (size === 1 ? 1 : (rest.shift() ?? 1)));
  return rest.length === 0 && fits(placed) ? placed : undefined;
}

/** Makes a constant of an input: a weight, and where each image needs it, nodes that repeat it for the batch. */
function addConstant(
  graph: GraphProto,
  input: ValueInfoProto,
  taken: Taken,
  value: InputValue,
  picture: ValueInfoProto,
): NodeProto[] {
  const { name, elementType } = taken;
  const { shape, values, isLogical } = flattened(value, name);
  if (isLogical && elementType !== ElementType.bool) {
    throw wrongValue(name, `takes numbers (${elementTypeName(elementType)}), not true or false`);
  }
  checkInputValues(taken, values);
  const { placed, isRepeated } = place(shape, input, picture);
  if (!isRepeated) {
    graph.initializer.push(constantTensor(name, elementType, values, placed));
    return [];
  }
  const own = (part: string) => `${namePrefix}inputs/${name}/${part}`;
  graph.initializer.push(
    constantTensor(own('value'), elementType, values, placed),
    int64Tensor(own('first'), [0]),
    int64Tensor(own('rest'), placed.slice(1)),
  );
  const node = (opType: string, from: string[], output: string, attribute: NodeProto['attribute'] = []) =>
    create(NodeProtoSchema, { name: output, opType, input: from, output: [output], attribute });
  // In terms of the picture: a batch's size is chosen later, and is another one where the model is tried.
  return [
    node('Shape', [picture.name], own('shape')),
    node('Gather', [own('shape'), own('first')], own('batch')),
    node('Concat', [own('batch'), own('rest')], own('whole'), [makeAttribute('axis', 0)]),
    node('Expand', [own('value'), own('whole')], name),
  ];
}

/** The shape that a constant gets, and whether it is to be repeated along its first axis, for each image. */
function place(
  given: readonly number[],
  input: ValueInfoProto,
  picture: ValueInfoProto,
): { placed: number[]; isRepeated: boolean } {
  const dims = dimensionsOf(input);
  if (dims === undefined) return { placed: [...given], isRepeated: given.length > 1 && given[0] === 1 };
  const [first, ...rest] = dims;
  const perImage = first !== undefined && isBatchAxis(first, picture);
  if (perImage && (given.length !== dims.length || given[0] === 1)) {
    const inner = rest.map(({ size }) => size);
    const ofOne = reshaped(given.length === dims.length ? given.slice(1) : given, inner);
    if (ofOne !== undefined) return { placed: [1, ...ofOne], isRepeated: first.size !== 1 };
  }
  const batch = dimensionsOf(picture)?.[0]?.size;
  const sizes = dims.map(({ size }, axis) => (axis === 0 && perImage ? (size ?? batch ?? 1) : size));
  const placed = reshaped(given, sizes);
  if (placed === undefined) {
    throw wrongValue(input.name, `takes ${typeText(input)}, not ${shapeText(given)}`);
  }
  return { placed, isRepeated: false };
}

function shapeText(shape: readonly number[]): string {
  return shape.length === 0 ? 'a single number' : `values of shape [${shape.join(', ')}]`;
}

/** What the input takes, once the model is one of float32. @throws UserError `wrong-input-value` for what holds no numbers */
function fedType(input: ValueInfoProto): number {
  const elementType = input.type?.tensorType?.elemType;
  if (elementType === ElementType.bool || (elementType !== undefined && elementType in wholeRanges)) return elementType;
  if (elementType !== undefined && isFloat(elementType)) return ElementType.float32;
  const what = elementType === undefined ? 'no tensor' : elementTypeName(elementType);
  throw wrongValue(input.name, `takes ${what}, which Gradline cannot give it. Export the model without this input`);
}

/** What an input takes. */
type Taken = Pick<RowInput, 'name' | 'elementType' | 'choices'>;

/** @throws UserError `wrong-input-value` for a value that the input's type cannot hold, or that chooses a row or a place which is not there */
export function checkInputValues({ name, elementType, choices }: Taken, values: readonly number[]): void {
  const range = wholeRanges[elementType];
  for (const value of values) {
    if (elementType === ElementType.bool) {
      if (value !== 0 && value !== 1) throw wrongValue(name, `takes true or false, not ${value}`);
    } else if (range !== undefined) {
      if (Number.isInteger(value) && value >= range.lowest && value <= range.highest) continue;
      throw wrongValue(name, `takes whole numbers (${elementTypeName(elementType)}), not ${value}`);
    } else if (!Number.isFinite(value)) throw wrongValue(name, `takes numbers, not ${value}`);
  }
  for (const choice of choices) {
    for (const [i, value] of values.entries()) {
      const problem = rowProblem(choice, value, i % choice.places, elementType);
      if (problem !== undefined) throw new UserError('wrong-input-value', `The model's input '${name}' ${problem}`);
    }
  }
}

function wrongValue(name: string, what: string): UserError {
  return new UserError('wrong-input-value', `The model's input '${name}' ${what}.`);
}

interface FlatValue {
  shape: number[];
  /** Row-major; true and false are 1 and 0. */
  values: number[];
  isLogical: boolean;
}

/** @throws UserError `wrong-input-value` for lists that make no array */
function flattened(value: InputValue, name: string): FlatValue {
  if (typeof value === 'number') return { shape: [], values: [value], isLogical: false };
  if (typeof value === 'boolean') return { shape: [], values: [Number(value)], isLogical: true };
  if ('shape' in value) {
    const size = value.shape.reduce((a, b) => a * b, 1);
    if (size === 0 || size !== value.values.length) {
      throw wrongValue(name, `is given ${value.values.length} values for the shape [${value.shape.join(', ')}]`);
    }
    return { shape: [...value.shape], values: Array.from(value.values), isLogical: false };
  }
  const parts = value.map((part) => flattened(part, name));
  const [first] = parts;
  if (first === undefined) throw wrongValue(name, 'is given an empty list');
  if (parts.some(({ shape }) => shape.join() !== first.shape.join())) {
    throw wrongValue(name, 'is given lists of different lengths');
  }
  return {
    shape: [parts.length, ...first.shape],
    values: parts.flatMap(({ values }) => values),
    isLogical: parts.some(({ isLogical }) => isLogical),
  };
}

/** @throws UserError `wrong-input-value` for an example that has more or fewer values than the input */
function rowInput(input: ValueInfoProto, taken: Taken, example: readonly number[], picture: ValueInfoProto): RowInput {
  const { name } = taken;
  const dims = dimensionsOf(input) ?? [
    { size: undefined, symbol: '' },
    { size: undefined, symbol: '' },
  ];
  const whole = filled(dims, example.length);
  const [first, ...rest] = dims;
  const batch = dimensionsOf(picture)?.[0]?.size;
  const inner = filled(rest, example.length);
  if (
    first !== undefined &&
    inner !== undefined &&
    (first.size === undefined || first.size === 1 || first.size === batch)
  ) {
    return { ...taken, shape: inner, isBatched: true, batchSize: first.size, example };
  }
  if (whole !== undefined) return { ...taken, shape: whole, isBatched: false, batchSize: 1, example };
  if (first !== undefined && inner !== undefined) {
    return { ...taken, shape: inner, isBatched: true, batchSize: first.size, example };
  }
  throw wrongValue(name, `takes ${typeText(input)}, and a row for it holds ${example.length} values`);
}

/** Sizes for so many values; one that is free takes what the others leave. Undefined where there are too many or too few. */
function filled(dims: readonly Dimension[], count: number): number[] | undefined {
  const known = dims.reduce((product, { size }) => product * (size ?? 1), 1);
  const free = dims.filter(({ size }) => size === undefined).length;
  if (free > 1 || count % known !== 0 || (free === 0 && count !== known)) return undefined;
  return dims.map(({ size }) => size ?? count / known);
}
