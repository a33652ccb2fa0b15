/** GridSample and AffineGrid: an image read at places that the network itself may choose (Jaderberg and others 2015). */

import { at } from '../at.ts';
import { ElementType } from '../onnx/element-type.ts';
import { once } from './once.ts';
import { greater, less, oneMinus, plus, unary } from './pointwise.ts';
import type { ReverseNode } from './reverse-node.ts';
import type { Rule } from './rule.ts';

/** Places along one axis of the image, `[N, 1, places]`. */
interface Axis {
  /** In cells, not whole. */
  place: string;
  /** d place / d grid, where the grid moves the place at all. */
  slope: string;
  size: number;
}

/** One of the cells that a place reads. */
interface Tap {
  /** Row-major number in the image, within it, as int64; and how much of it is read, 0 outside. */
  cell: string;
  weight: string;
  inside: string;
}

const gridSample: Rule = (n) => {
  if (n.rank() !== 4) throw n.refusal('it samples volumes');
  const mode = n.string('mode', 'linear');
  if (mode === 'cubic' || mode === 'bicubic') throw n.refusal('it samples by cubic interpolation');
  if (n.string('padding_mode', 'zeros') === 'reflection') throw n.refusal('it reflects places behind the border');
  const { build } = n;
  const [batch, channels, height, width] = [at(n.shape(), 0), at(n.shape(), 1), at(n.shape(), 2), at(n.shape(), 3)];
  const places = at(n.shape(1), 1) * at(n.shape(1), 2);
  const gradient = once(() => build.reshape(n.g, [batch, channels, places]));
  const axes = once(() => [axisOf(n, 0, width, places), axisOf(n, 1, height, places)] as const);
  const spread = (tap: string) => build.op('Expand', [tap, build.ints([batch, channels, places])]);

  const image = () => {
    const [x, y] = axes();
    const taps = mode === 'nearest' ? [nearest(n, x, y)] : corners(n, x, y).flat();
    const empty = n.zeros([batch, channels, height * width]);
    const filled = taps.reduce(
      (sum, { cell, weight }) =>
        build.op('ScatterElements', [sum, spread(cell), n.mul(gradient(), weight)], { axis: 2, reduction: 'add' }),
      empty,
    );
    return build.reshape(filled, n.shape());
  };

  const grid = () => {
    if (mode === 'nearest') return n.zeros(n.shape(1));
    const [x, y] = axes();
    const flat = build.reshape(n.x(), [batch, channels, height * width]);
    const read = ({ cell, inside }: Tap) =>
      n.mul(build.op('GatherElements', [flat, spread(cell)], { axis: 2 }), inside);
    const [[a, b], [c, d]] = corners(n, x, y);
    const [va, vb, vc, vd] = [read(a), read(b), read(c), read(d)];
    const [right, down] = [fraction(n, x), fraction(n, y)];
    const between = (first: string, second: string, share: string) =>
      n.add(n.mul(first, oneMinus(n, share)), n.mul(second, share));
    const alongX = between(n.sub(vb, va), n.sub(vd, vc), down);
    const alongY = between(n.sub(vc, va), n.sub(vd, vb), right);
    const each = [alongX, alongY].map((change, i) => {
      const moved = build.reduce('ReduceSum', n.mul(gradient(), change), [1], true);
      const scaled = n.mul(moved, (i === 0 ? x : y).slope);
      return build.reshape(scaled, [batch, places, 1]);
    });
    return build.reshape(build.op('Concat', each, { axis: 2 }), n.shape(1));
  };
  return [image, grid];
};

/** The grid's numbers run from -1 to 1 over the image, from centre to centre of the last cells or from edge to edge. */
function axisOf(n: ReverseNode, axis: number, size: number, places: number): Axis {
  const picked = n.build.slice(n.x(1), [axis], [axis + 1], [3]);
  const grid = n.build.reshape(picked, [at(n.shape(1), 0), 1, places]);
  const scale = n.int('align_corners', 0) === 1 ? (size - 1) / 2 : size / 2;
  const place = plus(n, n.scale(grid, scale), (size - 1) / 2);
  if (n.string('padding_mode', 'zeros') !== 'border') return { place, slope: n.build.scalar(scale), size };
  const [first, last] = [n.build.scalar(0), n.build.scalar(size - 1)];
  const moves = n.build.op('And', [greater(n, place, 0), less(n, place, size - 1)]);
  return { place: n.build.op('Clip', [place, first, last]), slope: n.scale(n.mask(moves), scale), size };
}

const fraction = (n: ReverseNode, { place }: Axis) => n.sub(place, unary(n, 'Floor', place));

/** The four cells around each place: upper left and right, lower left and right. */
function corners(n: ReverseNode, x: Axis, y: Axis): [[Tap, Tap], [Tap, Tap]] {
  const [left, top] = [unary(n, 'Floor', x.place), unary(n, 'Floor', y.place)];
  const [right, down] = [fraction(n, x), fraction(n, y)];
  const row = (place: string, share: string): [Tap, Tap] => [
    tap(n, x, y, left, place, n.mul(oneMinus(n, right), share)),
    tap(n, x, y, plus(n, left, 1), place, n.mul(right, share)),
  ];
  return [row(top, oneMinus(n, down)), row(plus(n, top, 1), down)];
}

function nearest(n: ReverseNode, x: Axis, y: Axis): Tap {
  return tap(n, x, y, unary(n, 'Round', x.place), unary(n, 'Round', y.place), n.build.scalar(1));
}

function tap(n: ReverseNode, x: Axis, y: Axis, column: string, row: string, share: string): Tap {
  const { build } = n;
  const within = (place: string, { size }: Axis) =>
    build.op('And', [greater(n, place, -0.5), less(n, place, size - 0.5)]);
  const kept = (place: string, { size }: Axis) => build.op('Clip', [place, build.scalar(0), build.scalar(size - 1)]);
  const inside = n.mask(build.op('And', [within(column, x), within(row, y)]));
  const number = n.add(n.scale(kept(row, y), x.size), kept(column, x));
  return { cell: build.op('Cast', [number], { to: ElementType.int64 }), weight: n.mul(share, inside), inside };
}

/** A grid of places moved by a matrix for each image, `theta` `[N, 2, 3]`: the gradient sums over the places. */
const affineGrid: Rule = (n) => [
  () => {
    const [batch, height, width] = [at(n.outputShape(), 0), at(n.outputShape(), 1), at(n.outputShape(), 2)];
    if (n.outputShape().length !== 4) throw n.refusal('it makes a grid of a volume');
    const aligned = n.int('align_corners', 0) === 1;
    // PyTorch puts a single row in the middle, ONNX Runtime at an edge.
    if (aligned && Math.min(height, width) === 1) throw n.refusal('it aligns the corners of a single row or column');
    const along = (i: number, size: number) => (aligned ? -1 + (2 * i) / (size - 1) : -1 + (2 * i + 1) / size);
    const base = Array.from({ length: height * width }, (_, place) => [
      along(place % width, width),
      along(Math.floor(place / width), height),
      1,
    ]);
    const gradient = n.build.reshape(n.g, [batch, height * width, 2]);
    const constant = n.build.floats(base.flat(), [height * width, 3]);
    return n.build.op('MatMul', [n.build.transpose(gradient, [0, 2, 1]), constant]);
  },
];

export const spatialTransformer: Record<string, Rule> = {
  AffineGrid: affineGrid,
  GridSample: gridSample,
  'com.microsoft.GridSample': gridSample,
};
