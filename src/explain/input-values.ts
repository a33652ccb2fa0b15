/** Whether pictures reach the model as numbers that it was made for, as far as the file gives that away. */

import { intAttribute } from './onnx/attributes.ts';
import { ElementType, elementTypeName, wholeRanges } from './onnx/element-type.ts';
import type { Graph } from './onnx/graph.ts';
import type { NodeProto } from './onnx/onnx_pb.ts';
import { placeOf } from './onnx/operator-name.ts';
import type { PixelScaling } from './options.ts';
import { sampleValues } from './pixel-input.ts';
import type { PreparedModel, SourceModel } from './prepare.ts';
import { UserError } from './user-error.ts';

const asItIs = 'Use --preprocess none, with --fit and --size as the model needs them';

/**
 * @returns doubts, in words for the user
 * @throws UserError `wrong-preprocessing` for fractions, or numbers out of range, where the model takes whole numbers
 */
export function checkInputValues(source: SourceModel, prepared: PreparedModel, scaling: PixelScaling): string[] {
  const { input } = prepared.sizes;
  const values = sampleValues(scaling, input).flatMap((each) => [...each]);
  const given = { lowest: Math.min(...values), highest: Math.max(...values) };
  const whole = wholeRanges[source.inputType];
  if (whole !== undefined) {
    const fits = values.every((value) => Number.isInteger(value)) && isWithin(given, whole);
    if (fits) return [];
    throw new UserError(
      'wrong-preprocessing',
      `The model's input '${input.name}' takes whole numbers (${elementTypeName(source.inputType)}), so the model prepares pictures itself, but the preprocessing makes them ${range(given)}, which would be rounded or wrapped. ${asItIs}.`,
    );
  }
  return [...scaledTwice(prepared, given), ...quantisedOtherwise(prepared, given)];
}

interface Range {
  lowest: number;
  highest: number;
}

function isWithin(inner: Range, outer: Range): boolean {
  return inner.lowest >= outer.lowest && inner.highest <= outer.highest;
}

const range = ({ lowest, highest }: Range) => `${rounded(lowest)} to ${rounded(highest)}`;
const rounded = (value: number) => Number(value.toPrecision(3));

/** Pictures of bytes are scaled by 1/255 or less, and by no more than a usual deviation makes of that. */
const scalesBytes = 1 / 30;
/** No preprocessing by mean and deviation goes further. */
const largestNormalised = 12;

/** The means of pictures lie between these shares of their range. */
const usualMeans = { least: 0.2, most: 0.8 };
/** Fractions are multiplied by no less and no more in a normalisation: the inverse of a deviation. */
const normalisesFractions = { least: 1.5, most: 12 };
/** How far outside 0 to 1 values may lie that are meant to be fractions. */
const slack = 0.5;

/** A model that scales or normalises pictures itself, given pictures for which that was done already. */
function scaledTwice({ graph, sizes: { input } }: PreparedModel, given: Range): string[] {
  const { factor, centre, scaling, nodes } = ownScaling(graph, input.name);
  const isScaled = Math.max(-given.lowest, given.highest) <= largestNormalised;
  if (factor <= scalesBytes && isScaled) {
    return [
      `The model scales its input itself: ${scaling.join(', ')} multiply it by ${rounded(factor)}, as is right for values of 0 to 255, but the preprocessing gives it ${range(given)}. ` +
        `The pictures are probably scaled twice. ${asItIs}, unless you know that it is right.`,
    ];
  }
  const normalises = `The model normalises its input itself: ${nodes.join(', ')} subtract ${rounded(centre)} and multiply by ${rounded(factor)}`;
  const isUsual = (share: number) => share >= usualMeans.least && share <= usualMeans.most;
  if (isUsual(centre / 255) && isScaled) {
    return [
      `${normalises}, as is right for values of 0 to 255, but the preprocessing gives it ${range(given)}. ${asItIs}, unless you know that it is right.`,
    ];
  }
  const ofFractions = factor >= normalisesFractions.least && factor <= normalisesFractions.most;
  if (ofFractions && isUsual(centre) && (given.lowest < -slack || given.highest > 1 + slack)) {
    return [
      `${normalises}, as is right for values of 0 to 1, but the preprocessing gives it ${range(given)}. ` +
        'Leave that to the model with --range 0,1 --mean 0 --std 1, unless you know that it is right.',
    ];
  }
  return [];
}

const passing = new Set([
  'Cast',
  'Identity',
  'Pad',
  'Reshape',
  'Resize',
  'Squeeze',
  'Transpose',
  'Unsqueeze',
  'Gather',
  'Concat',
]);

interface OwnScaling {
  factor: number;
  /** The value that becomes zero, the mean of the channels' own. */
  centre: number;
  /** The nodes that multiply or divide. */
  scaling: string[];
  /** Those and the nodes that add or subtract. */
  nodes: string[];
}

/** What the nodes in front of the first layer make of the input. */
function ownScaling(graph: Graph, input: string): OwnScaling {
  let tensor = input;
  let factor = 1;
  let offset = 0;
  const scaling: string[] = [];
  const nodes: string[] = [];
  for (;;) {
    const [node] = graph.consumers(tensor).filter(({ opType }) => opType !== 'Shape');
    if (node === undefined) break;
    if (arithmetic.has(node.opType)) {
      const constant = constantOf(graph, node, tensor);
      const turned = (node.opType === 'Div' || node.opType === 'Sub') && node.input[0] !== tensor;
      if (constant === undefined || turned) break;
      nodes.push(placeOf(node));
      if (node.opType === 'Add' || node.opType === 'Sub')
        offset += node.opType === 'Add' ? constant.mean : -constant.mean;
      else {
        const by = node.opType === 'Div' ? 1 / constant.size : constant.size;
        factor *= by;
        offset *= by;
        scaling.push(placeOf(node));
      }
    } else if (!passing.has(node.opType)) break;
    tensor = node.output[0] ?? '';
  }
  return { factor, centre: -offset / factor, scaling, nodes };
}

const arithmetic = new Set(['Add', 'Div', 'Mul', 'Sub']);

/** Mean of the constant that an operator combines a tensor with, and its mean size. */
function constantOf(graph: Graph, node: NodeProto, tensor: string): { mean: number; size: number } | undefined {
  const values = graph.constant(node.input.find((each) => each !== tensor) ?? '');
  if (values === undefined || values.length === 0) return undefined;
  const meanOf = (value: (each: number) => number) =>
    values.reduce((sum, each) => sum + value(each), 0) / values.length;
  const size = meanOf(Math.abs);
  return size > 0 ? { mean: meanOf((each) => each), size } : undefined;
}

/** How much of a quantised range may be missed, in its lengths. */
const missed = 2;
/** The least share of a quantised range that pictures fill. */
const leastFilled = 1 / 20;

/** A quantised model tells which values it was calibrated with. */
function quantisedOtherwise({ graph, sizes: { input } }: PreparedModel, given: Range): string[] {
  const node = graph.consumers(input.name).find(({ opType }) => opType === 'QuantizeLinear');
  const [scale] = graph.constant(node?.input[1] ?? '') ?? [];
  if (node === undefined || scale === undefined) return [];
  const zeroPoint = node.input[2] ?? '';
  const [zero = 0] = graph.constant(zeroPoint) ?? [];
  const type = graph.type(zeroPoint)?.elementType ?? intAttribute(node, 'output_dtype', ElementType.uint8);
  const whole = wholeRanges[type];
  if (whole === undefined) return [];
  const calibrated = { lowest: (whole.lowest - zero) * scale, highest: (whole.highest - zero) * scale };
  const length = calibrated.highest - calibrated.lowest;
  const outside = Math.max(calibrated.lowest - given.lowest, given.highest - calibrated.highest);
  const filled = (given.highest - given.lowest) / length;
  if (outside <= missed * length && filled >= leastFilled) return [];
  return [
    `The quantised model was calibrated with inputs of ${range(calibrated)}, but the preprocessing gives it ${range(given)}. ` +
      'The preprocessing is probably not the one that the model was made for: see --preprocess, --mean, --std and --range.',
  ];
}
