import { type Case, w, x } from '../network.ts';
import { awayFrom, uniform } from '../samples.ts';

const image = [2, 4, 2, 3];
const epsilon = { epsilon: { float: 0.05 } };
const positive = uniform(0.5, 2);

export const normalization: Case[] = [
  { operator: 'BatchNormalization', inputs: [x(image), w([4]), w([4]), w([4]), w([4], positive)], attributes: epsilon },
  { operator: 'BatchNormalization', title: 'vectors', inputs: [x([3, 4]), w([4]), w([4]), w([4]), w([4], positive)] },
  {
    operator: 'BatchNormalization',
    title: 'opset 7',
    opset: 7,
    inputs: [x(image), w([4]), w([4]), w([4]), w([4], positive)],
  },
  { operator: 'InstanceNormalization', inputs: [x(image), w([4]), w([4])], attributes: epsilon },
  { operator: 'InstanceNormalization', title: 'one axis', inputs: [x([2, 3, 5]), w([3]), w([3])] },
  { operator: 'LayerNormalization', inputs: [x([2, 3, 5]), w([5]), w([5])], attributes: epsilon },
  { operator: 'LayerNormalization', title: 'no bias', inputs: [x([2, 3, 5]), w([5])] },
  {
    operator: 'LayerNormalization',
    title: 'several axes',
    inputs: [x(image), w([4, 2, 3]), w([4, 2, 3])],
    attributes: { axis: 1 },
  },
  {
    operator: 'LayerNormalization',
    title: 'scale repeated',
    inputs: [x([2, 3, 4]), w([4]), w([4])],
    attributes: { axis: -2 },
  },
  {
    operator: 'GroupNormalization',
    title: 'scale per group',
    inputs: [x(image), w([2]), w([2])],
    attributes: { num_groups: 2, ...epsilon },
  },
  {
    operator: 'GroupNormalization',
    title: 'scale per channel',
    opset: 21,
    inputs: [x(image), w([4]), w([4])],
    attributes: { num_groups: 2 },
  },
  { operator: 'RMSNormalization', opset: 23, inputs: [x([2, 3, 5]), w([5])], attributes: epsilon },
  {
    operator: 'RMSNormalization',
    title: 'several axes',
    opset: 23,
    inputs: [x([2, 3, 4]), w([3, 4])],
    attributes: { axis: 1 },
  },
  { operator: 'SimplifiedLayerNormalization', inputs: [x([2, 3, 5]), w([5])], attributes: epsilon },
  { operator: 'MeanVarianceNormalization', inputs: [x(image)], outputShape: image },
  {
    operator: 'MeanVarianceNormalization',
    title: 'axes',
    inputs: [x(image)],
    attributes: { axes: [1, -1] },
    outputShape: image,
  },
  { operator: 'LpNormalization', inputs: [x([2, 3, 4])] },
  { operator: 'LpNormalization', title: 'axis', inputs: [x([2, 3, 4])], attributes: { axis: 1 } },
  { operator: 'LpNormalization', title: '1-norm', inputs: [x([2, 5], awayFrom(0))], attributes: { p: 1 } },
  { operator: 'LRN', inputs: [x([2, 6, 2, 2])], attributes: { size: 3, alpha: { float: 0.8 } } },
  {
    operator: 'LRN',
    title: 'own constants',
    inputs: [x([1, 6, 2, 2])],
    attributes: { size: 5, alpha: { float: 0.8 }, beta: { float: 0.6 }, bias: { float: 1.5 } },
  },
  { operator: 'Softmax', inputs: [x([2, 3, 4])] },
  { operator: 'Softmax', title: 'axis', inputs: [x([2, 3, 4])], attributes: { axis: 1 } },
  { operator: 'Softmax', title: 'flattened, opset 11', opset: 11, inputs: [x([2, 2, 3])], attributes: { axis: 1 } },
  { operator: 'LogSoftmax', inputs: [x([2, 3, 4])] },
  { operator: 'LogSoftmax', title: 'axis', inputs: [x([2, 3, 4])], attributes: { axis: -2 } },
];
