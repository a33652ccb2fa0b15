/** Copies of the picture in a model that are not the picture as it is: models that average over such views have them. */

import { intAttribute, intsAttribute } from '../onnx/attributes.ts';
import type { Graph } from '../onnx/graph.ts';
import type { NodeProto } from '../onnx/onnx_pb.ts';
import { placeOf } from '../onnx/operator-name.ts';
import type { FixedSizes } from '../onnx/sizes.ts';

/** How a tensor has the picture. */
interface Way {
  /** Axes along which it is read backwards: the picture's own, `rows` and `columns`, or where those are not known those of the tensor. */
  backwards: ReadonlySet<string>;
  /** Whether rows and columns have changed places. */
  isOnItsSide: boolean;
  /** Whether borders of the picture are missing. */
  isCut: boolean;
  /** Places of the picture's rows and columns among the tensor's four axes; null where they are not known. */
  axes: readonly [rows: number, columns: number] | null;
  /** Whether nothing but places and scaling of pixels has changed. */
  isPixels: boolean;
  /** The node that brought the picture into this way. */
  by: NodeProto | null;
}

/** How a tensor has the picture where it does not have it as it is. */
interface View {
  by: NodeProto;
  way: 'mirrored' | 'turned' | 'cut';
}

export interface Views {
  /** By tensor, where all that the tensor knows of the picture is a view of it. */
  of: ReadonlyMap<string, View>;
  /** The picture itself at other places: no layers. */
  pixels: ReadonlySet<string>;
  /** What puts several views of each picture into one batch; null where nothing does. */
  batched: NodeProto | null;
}

/** Operators that move pixels, or copy them. */
const moving = new Set(
  [
    [
      'Cast',
      'Concat',
      'Expand',
      'Gather',
      'Identity',
      'Pad',
      'Reshape',
      'ReverseSequence',
      'Slice',
      'Split',
      'Squeeze',
    ],
    ['Tile', 'Transpose', 'Unsqueeze'],
  ].flat(),
);
/** Operators that normalise pixels, with constants. */
const scaling = new Set(['Add', 'BatchNormalization', 'Clip', 'Div', 'Mul', 'Sub']);
/** Of a side: what more of it is cut off is seen on a map. */
const leastLeft = 0.97;

export function pictureViews(graph: Graph, { input, batchSize }: Pick<FixedSizes, 'input' | 'batchSize'>): Views {
  const axes = input.layout === 'NCHW' ? ([2, 3] as const) : ([1, 2] as const);
  const asItIs: Way = { backwards: new Set(), isOnItsSide: false, isCut: false, axes, isPixels: true, by: null };
  const ways = new Map<string, Way[]>([[input.name, [asItIs]]]);
  const of = new Map<string, View>();
  const pixels = new Set<string>();
  let batched: NodeProto | null = null;
  for (const node of graph.nodes) {
    const backwards = backwardsAxes(graph, node, input.channels);
    const own = new Map<string, Way>();
    for (const tensor of node.input) {
      for (const way of ways.get(tensor) ?? []) {
        const next = movedBy(graph, node, turnedBy(node, way, backwards));
        const { isOnItsSide, isCut, isPixels } = next;
        own.set(`${[...next.backwards].sort()} ${isOnItsSide} ${isCut} ${next.axes} ${isPixels}`, next);
      }
    }
    if (own.size === 0) continue;
    const all = [...own.values()];
    const view = all.some(isWhole) ? undefined : all.find(({ by }) => by !== null);
    const arePixels = all.every(({ isPixels }) => isPixels);
    for (const tensor of node.output) {
      ways.set(tensor, all);
      if (view?.by) of.set(tensor, { by: view.by, way: nameOf(view) });
      if (!arePixels) continue;
      pixels.add(tensor);
      const [images = 0, , , last] = graph.type(tensor)?.shape ?? [];
      if (last !== undefined && images > batchSize && images % batchSize === 0) batched ??= node;
    }
  }
  return { of, pixels, batched };
}

function isWhole({ backwards, isOnItsSide, isCut }: Way): boolean {
  return backwards.size === 0 && !isOnItsSide && !isCut;
}

function nameOf({ isOnItsSide, isCut }: Way): View['way'] {
  if (isCut) return 'cut';
  return isOnItsSide ? 'turned' : 'mirrored';
}

/** @param axes of the tensor along which the node reads backwards */
function turnedBy(node: NodeProto, way: Way, axes: readonly number[]): Way {
  if (axes.length === 0) return way;
  const backwards = new Set(way.backwards);
  for (const axis of axes) {
    const name = way.axes === null ? String(axis) : (['rows', 'columns'][way.axes.indexOf(axis)] ?? String(axis));
    if (!backwards.delete(name)) backwards.add(name);
  }
  return { ...way, backwards, by: node };
}

/** What a node does to the places of the picture's axes and to its borders. */
function movedBy(graph: Graph, node: NodeProto, before: Way): Way {
  const way = { ...before, isPixels: before.isPixels && (moving.has(node.opType) || scales(graph, node)) };
  if (way.axes === null) return way;
  const [from = [], to = []] = [node.input[0], node.output[0]].map((name) => graph.type(name ?? '')?.shape ?? []);
  const [rows, columns] = way.axes;
  const [tall = 1, wide = 1] = [from[rows], from[columns]];
  if (node.opType === 'Transpose' && from.length === 4) {
    const perm = intsAttribute(node, 'perm') ?? [3, 2, 1, 0];
    const axes = [perm.indexOf(rows), perm.indexOf(columns)] as const;
    // [N, W, C, H] is on the way to a row of columns.
    const isOnItsSide = axes[0] === axes[1] + 1;
    return { ...way, axes, isOnItsSide, by: isOnItsSide === way.isOnItsSide ? way.by : node };
  }
  if (to.length === 4 && (node.opType !== 'Reshape' || (to[rows] === tall && to[columns] === wide))) {
    if (node.opType === 'Concat' && intAttribute(node, 'axis', 0) !== 0) return { ...way, isCut: false };
    const isShorter = (to[rows] ?? 1) < tall * leastLeft || (to[columns] ?? 1) < wide * leastLeft;
    return way.isPixels && cuts(graph, node) && isShorter ? { ...way, isCut: true, by: way.by ?? node } : way;
  }
  // Tokens of all cells stay in the order of their cells; where one axis alone is left, it is not on its side.
  return { ...way, axes: null, isOnItsSide: way.isOnItsSide && to.includes(tall * wide) };
}

/** Whether a node does nothing but scale or shift what it reads. */
function scales(graph: Graph, { opType, input }: NodeProto): boolean {
  const [, another] = input.filter((tensor) => tensor !== '' && graph.constant(tensor) === undefined);
  return scaling.has(opType) && another === undefined;
}

/** Whether what a node leaves out lies at the borders. Every second pixel is not. */
function cuts(graph: Graph, { opType, input }: NodeProto): boolean {
  if (opType === 'Slice') return (graph.constant(input[4] ?? '') ?? []).every((step) => Math.abs(step) === 1);
  return opType === 'Split' || opType === 'Pad';
}

/** Axes of a picture or grid, not its channels, along which a node reads backwards. */
function backwardsAxes(graph: Graph, node: NodeProto, channels: number): number[] {
  const [data = '', ...more] = node.input;
  const shape = graph.type(data)?.shape ?? [];
  if (shape.length !== 4) return [];
  const constant = (place: number) => graph.constant(more[place] ?? '') ?? [];
  const counted = (axis: number) => (axis < 0 ? axis + shape.length : axis);
  const isOfPicture = (axis: number) => axis > 0 && shape[axis] !== channels;
  if (node.opType === 'Slice') {
    const [axes, steps] = [constant(2).map(counted), constant(3)];
    return axes.filter((axis, i) => (steps[i] ?? 1) < 0 && isOfPicture(axis));
  }
  if (node.opType === 'ReverseSequence') {
    const axis = intAttribute(node, 'time_axis', 0);
    const lengths = constant(0);
    return lengths.length > 0 && lengths.every((length) => length === shape[axis]) && isOfPicture(axis) ? [axis] : [];
  }
  if (node.opType !== 'Gather') return [];
  const places = constant(0);
  const isBackwards = places.length > 1 && places.every((place, i) => place === places.length - 1 - i);
  return [counted(intAttribute(node, 'axis', 0))].filter((axis) => isBackwards && isOfPicture(axis));
}

const elsewhere =
  "Hook a pass over the picture itself, where there is one: 'last' does, and 'gradline layers --all' lists the nodes of each pass. Or export";

/** What follows from a layer that has another view of the picture. */
const consequences: Record<View['way'], string> = {
  mirrored: 'its maps are mirrored, too, and lie wrong on the picture',
  turned: 'its maps are turned, too, and lie wrong on the picture',
  cut: 'its maps show the part that is left, and are drawn over all of the picture',
};

export function viewWarnings({ of }: Views, layers: readonly { layer: string; tensor: string }[]): string[] {
  return layers.flatMap(({ layer, tensor }) => {
    const found = of.get(tensor);
    if (found === undefined) return [];
    const { by, way } = found;
    const does = way === 'cut' ? 'cuts' : 'turns';
    return [
      `Layer '${layer}' is hooked where the model reads a ${way} copy of the picture (${placeOf(by)} ${does} it, as test-time augmentation does): ${consequences[way]}. ` +
        `${layer === 'last' ? 'No pass over the picture itself was found: export' : elsewhere} the model without augmentation.`,
    ];
  });
}

/** Why no layer has maps where a model makes one batch of several views of each picture; '' where it does not. */
export function batchedText({ batched }: Views): string {
  if (batched === null) return '';
  return ` The model puts several copies of each picture into one batch (${placeOf(batched)}, as test-time augmentation does), so its layers have no map for each picture: export it without augmentation.`;
}
