/** What the graph says of an input whose numbers choose rows of a table, as those of an embedding do, or one of several places, as in a one-hot code. */

import { intAttribute, intsAttribute, tensorAttribute } from './attributes.ts';
import { ElementType } from './element-type.ts';
import type { Graph } from './graph.ts';
import type { NodeProto } from './onnx_pb.ts';
import { placeOf } from './operator-name.ts';

/** Numbers of an input that choose among the rows of one table, or among the places of one code. */
export interface RowChoice {
  /** What they choose among, in words: `rows of 'table'`. */
  what: string;
  /** Number `n` with its offset is right from `first` to `first + rows - 1`. */
  first: number;
  rows: number;
  /** Whether -1 is the last one, and so on down to `-rows`. */
  isFromEnd: boolean;
  /** What a wrong number gives where ONNX Runtime does not refuse it; empty where it does. */
  otherwise: string;
  /** Values of an image, or as many as are known to differ. */
  places: number;
  /** By the place of a number in an image's values: what the graph adds to it before it chooses. */
  offsets: ReadonlyMap<number, number>;
}

/** Copies of an input's values. */
interface Copies {
  tensor: string;
  /** In their order, for one image: which value each is, and what was added to it. */
  values: readonly { place: number; offset: number }[];
  /** Whether the tensor still is `[images, values]`. */
  isTable: boolean;
}

/** Operators behind which the values are the same, wherever they are then. */
const copying = new Set([
  'Cast',
  'Concat',
  'Expand',
  'Flatten',
  'Identity',
  'Reshape',
  'Squeeze',
  'Tile',
  'Transpose',
  'Unsqueeze',
]);
/** Those of them that leave every value where it is. */
const keeping = new Set(['Cast', 'Identity']);

/**
 * Follows an input to the tables that it chooses rows of: through copies, chosen columns and added constants. What else a graph may do with
 * numbers ends the search.
 * @param dims as the file has them, of which the first is that of the images
 */
export function chosenRows(graph: Graph, input: string, dims: readonly (number | undefined)[]): RowChoice[] {
  const sizes = dims.slice(1);
  const isKnown = sizes.every((size) => size !== undefined);
  // Of values in an unknown number, each may be any.
  const count = isKnown ? sizes.reduce<number>((product, size) => product * (size ?? 1), 1) : 1;
  const values = Array.from({ length: count }, (_, place) => ({ place, offset: 0 }));
  const waiting: Copies[] = [{ tensor: input, values, isTable: isKnown && sizes.length === 1 }];
  const seen = new Set<string>();
  const found: RowChoice[] = [];
  for (const copies of waiting) {
    for (const node of graph.consumers(copies.tensor)) {
      const choice = choiceOf(graph, node, copies, count);
      if (choice !== undefined) found.push(choice);
      for (const next of copiesBehind(graph, node, copies)) {
        const way = JSON.stringify([copies.tensor, next.tensor]);
        if (!seen.has(way)) waiting.push(next);
        seen.add(way);
      }
    }
  }
  return found;
}

function choiceOf(graph: Graph, node: NodeProto, { tensor, values }: Copies, places: number): RowChoice | undefined {
  const among = rowsOfTable(graph, node, tensor) ?? placesOfCode(graph, node, tensor);
  return among && { ...among, places, offsets: new Map(values.map(({ place, offset }) => [place, offset])) };
}

type Among = Omit<RowChoice, 'places' | 'offsets'>;

function rowsOfTable(graph: Graph, node: NodeProto, tensor: string): Among | undefined {
  const [table = '', indices] = node.input;
  if (!/^Gather(Elements)?$/.test(node.opType) || indices !== tensor) return undefined;
  const shape = constantShape(graph, table);
  const axis = intAttribute(node, 'axis', 0);
  const rows = shape?.[axis < 0 ? axis + shape.length : axis];
  if (rows === undefined) return undefined;
  return { what: `rows of '${table}'`, first: 0, rows, isFromEnd: true, otherwise: '' };
}

/** Of a OneHot, or of a comparison with numbers in a row, which PyTorch's newer exporter makes of one: for other numbers, all places are off. */
function placesOfCode(graph: Graph, node: NodeProto, tensor: string): Among | undefined {
  const what = `places of the one-hot code of ${placeOf(node)}`;
  const otherwise = ', for which none is on';
  if (node.opType === 'OneHot' && node.input[0] === tensor) {
    const [rows] = graph.constant(node.input[1] ?? '') ?? [];
    return rows === undefined ? undefined : { what, first: 0, rows, isFromEnd: true, otherwise };
  }
  if (node.opType !== 'Equal') return undefined;
  const numbers = graph.constant(node.input.find((each) => each !== tensor) ?? '') ?? [];
  const [first] = numbers;
  if (first === undefined || numbers.length < 2 || !numbers.every((each, i) => each === first + i)) return undefined;
  return { what, first, rows: numbers.length, isFromEnd: false, otherwise };
}

/** Of a weight, as it is or with another type. */
function constantShape(graph: Graph, tensor: string): number[] | undefined {
  const weight = graph.isInitializer(tensor) ? graph.type(tensor)?.shape : undefined;
  const node = graph.producer(tensor);
  if (weight !== undefined || node === undefined) return weight;
  if (node.opType === 'Constant') return tensorAttribute(node, 'value')?.dims.map(Number);
  return /^(Cast|DequantizeLinear|Identity)$/.test(node.opType) ? constantShape(graph, node.input[0] ?? '') : undefined;
}

/** What a node makes of copies, as far as its outputs are copies, too. */
function copiesBehind(graph: Graph, node: NodeProto, copies: Copies): Copies[] {
  const { opType, input, output } = node;
  const { tensor, values, isTable } = copies;
  const [first = ''] = output;
  if (opType === 'Cast' && intAttribute(node, 'to', 0) === ElementType.bool) return [];
  if (copying.has(opType)) {
    // Beside others, or several times, only what the values may be is known: they are in some order.
    return [{ tensor: first, values, isTable: isTable && keeping.has(opType) }];
  }
  if (opType === 'Add' || (opType === 'Sub' && input[0] === tensor)) {
    const added = graph.constant(input.find((each) => each !== tensor) ?? '');
    const sign = opType === 'Add' ? 1 : -1;
    const isOne = added?.every((each) => each === added[0]);
    if (added === undefined || !(isOne || (isTable && added.length === values.length))) return [];
    const moved = values.map(({ place, offset }, i) => {
      return { place, offset: offset + sign * (added[isOne ? 0 : i] ?? 0) };
    });
    return [{ tensor: first, values: moved, isTable }];
  }
  if (!isTable || input[0] !== tensor) return [];
  return columnsOf(graph, node, values.length).map((columns, i) => ({
    tensor: output[i] ?? '',
    values: columns.flatMap((column) => values[column] ?? []),
    isTable: opType !== 'Gather' || columns.length > 1,
  }));
}

/** Which columns of `[images, count]` each output of a node holds; none where it is not known. */
function columnsOf(graph: Graph, node: NodeProto, count: number): number[][] {
  const all = Array.from({ length: count }, (_, column) => column);
  const given = (place: number, attribute: string) =>
    graph.constant(node.input[place] ?? '') ?? intsAttribute(node, attribute);
  const isOfColumns = (axis: number) => axis === 1 || axis === -1;
  switch (node.opType) {
    case 'Gather': {
      const columns = graph.constant(node.input[1] ?? '');
      if (columns === undefined || !isOfColumns(intAttribute(node, 'axis', 0))) return [];
      return [columns.map((column) => (column < 0 ? column + count : column))];
    }
    case 'Slice': {
      const [starts, ends, axes] = [given(1, 'starts'), given(2, 'ends'), given(3, 'axes')];
      const [step = 1] = given(4, 'steps') ?? [];
      const [start, end, axis = 0] = [starts?.[0], ends?.[0], axes?.[0]];
      if (start === undefined || end === undefined || starts?.length !== 1 || !isOfColumns(axis) || step !== 1)
        return [];
      return [all.slice(start, end)];
    }
    case 'Split': {
      if (!isOfColumns(intAttribute(node, 'axis', 0))) return [];
      const parts = node.output.length;
      const sizes = given(1, 'split') ?? node.output.map(() => Math.ceil(count / parts));
      let start = 0;
      return sizes.map((size) => {
        start += size;
        return all.slice(start - size, start);
      });
    }
    default:
      return [];
  }
}

/** Why a number chooses no row, as the end of a sentence about its input; undefined where it does. */
export function rowProblem(
  { what, first, rows, isFromEnd, otherwise, places, offsets }: RowChoice,
  value: number,
  place: number,
  elementType: number,
): string | undefined {
  const offset = offsets.get(place);
  if (offset === undefined) return undefined;
  const row = Math.trunc(value + offset);
  if (row >= first && row < first + rows) return undefined;
  if (isFromEnd && row >= -rows && row < 0) return undefined;
  const [lowest, highest] = [first - offset, first + rows - 1 - offset];
  const isSigned = ![ElementType.uint8, ElementType.uint16, ElementType.uint32, ElementType.uint64].some(
    (unsigned) => unsigned === elementType,
  );
  const fromEnd = isFromEnd && isSigned && offset === 0 ? `, or -${rows} to -1 counted from the end` : '';
  const counts =
    row === first + rows ? ` They are counted from ${lowest}: where yours are from ${lowest + 1}, take 1 off.` : '';
  return `${places > 1 ? `chooses with its value ${place + 1}` : 'chooses'} one of the ${rows} ${what}, ${lowest} to ${highest}${fromEnd}, not ${value}${otherwise}.${counts}`;
}
