/** Models that were exported in training mode, in which an image's answer depends on the images beside it, or on chance. */

import { UserError } from '../user-error.ts';
import { intAttribute, removeAttribute } from './attributes.ts';
import { Graph } from './graph.ts';
import type { OnnxModel } from './model-file.ts';
import type { NodeProto } from './onnx_pb.ts';
import { placeOf } from './operator-name.ts';

/** Before this opset, a BatchNormalization that trains is one with more outputs than one. */
const trainingModeSince = 14;

const remedy = 'Export the model in evaluation mode: model.eval() in PyTorch, training=False in Keras.';

/**
 * Puts BatchNormalization and Dropout into inference mode, with the running statistics that the file holds. Changes the model in place.
 * @returns what was changed, in words for the user
 * @throws UserError `training-mode` where a BatchNormalization has no running statistics to take
 */
export function setInferenceMode(model: OnnxModel): string[] {
  const opset = Number(model.opsetImport.findLast(({ domain }) => domain === '' || domain === 'ai.onnx')?.version ?? 0);
  const graph = new Graph(model.graph);
  const normalisations: NodeProto[] = [];
  const dropouts: NodeProto[] = [];
  for (const node of model.graph.node) {
    if (node.domain !== '' && node.domain !== 'ai.onnx') continue;
    const isTraining =
      opset < trainingModeSince ? node.output.length > 1 : intAttribute(node, 'training_mode', 0) !== 0;
    if (node.opType === 'BatchNormalization' && isTraining) normalisations.push(node);
    if (node.opType === 'Dropout' && graph.constant(node.input[2] ?? '')?.[0] === 1) dropouts.push(node);
  }
  for (const node of normalisations) {
    if (isUntouched(graph, node)) {
      throw new UserError(
        'training-mode',
        `${placeOf(node)} is in training mode: it normalises by the mean and variance of the batch, so the answer for an image depends on the images beside it, and the file holds no running statistics to use instead. ${remedy}`,
      );
    }
    removeAttribute(node, 'training_mode');
    node.output = node.output.slice(0, 1);
  }
  for (const node of dropouts) {
    node.input = node.input.slice(0, 1);
    node.output = node.output.slice(0, 1);
  }
  return [
    ...said(normalisations, 'BatchNormalization', 'with the running statistics that the file holds'),
    ...said(dropouts, 'Dropout', 'and drops nothing'),
  ];
}

function said(nodes: readonly NodeProto[], operator: string, how: string): string[] {
  const [first] = nodes;
  if (first === undefined) return [];
  const many =
    nodes.length === 1 ? placeOf(first) : `${nodes.length} ${operator} nodes (the first is ${placeOf(first)})`;
  return [
    `The model was exported in training mode: ${many}. Gradline runs ${nodes.length === 1 ? 'it' : 'them'} in inference mode, ${how}, so that the answer for an image does not ` +
      `depend on the images beside it; the file itself answers otherwise. ${remedy}`,
  ];
}

/** Whether the running mean and variance are what every network starts with: 0 and 1. */
function isUntouched(graph: Graph, node: NodeProto): boolean {
  const [mean, variance] = [3, 4].map((position) => graph.constant(node.input[position] ?? ''));
  return mean?.every((value) => value === 0) === true && variance?.every((value) => value === 1) === true;
}

const noise = new Set([
  'Bernoulli',
  'Multinomial',
  'RandomNormal',
  'RandomNormalLike',
  'RandomUniform',
  'RandomUniformLike',
]);

/**
 * @param output what is explained
 * @throws UserError `training-mode` where it depends on chance
 */
export function refuseNoise(graph: Graph, output: string): void {
  const wanted = new Set([output]);
  for (const node of graph.nodes.toReversed()) {
    if (!node.output.some((tensor) => wanted.has(tensor))) continue;
    if (noise.has(node.opType)) {
      throw new UserError(
        'training-mode',
        `${placeOf(node)} draws random numbers, so the model answers otherwise each time: a dropout, or another layer that is meant for training, was exported with it. ${remedy}`,
      );
    }
    for (const tensor of graph.reads(node)) wanted.add(tensor);
  }
}
