/** MobileNetV2 of Sandler et al. (https://arxiv.org/abs/1801.04381), laid out and named as torchvision's. */

import type { OnnxModel } from '../../src/explain/onnx/model-file.ts';
import { type Convolution, Network, type Value } from './network.ts';

/** Table 2 of the paper: expansion, channels, blocks, and stride of the first block. */
const groups = [
  { expansion: 1, channels: 16, blocks: 1, stride: 1 },
  { expansion: 6, channels: 24, blocks: 2, stride: 2 },
  { expansion: 6, channels: 32, blocks: 3, stride: 2 },
  { expansion: 6, channels: 64, blocks: 4, stride: 2 },
  { expansion: 6, channels: 96, blocks: 3, stride: 1 },
  { expansion: 6, channels: 160, blocks: 3, stride: 2 },
  { expansion: 6, channels: 320, blocks: 1, stride: 1 },
];

/** Mean square of what a block adds to its input. */
const branchPower = 0.25;

export function mobilenetV2(seed: number): OnnxModel {
  const network = new Network('mobilenet_v2', seed);
  let feature = 0;
  let value = rectified(network, `features.${feature++}`, network.input, { channels: 32, kernel: 3, stride: 2 });
  for (const { expansion, channels, blocks, stride } of groups) {
    for (let i = 0; i < blocks; i++) {
      const block = { expansion, channels, stride: i === 0 ? stride : 1 };
      value = invertedResidual(network, `features.${feature++}`, value, block);
    }
  }
  const last = rectified(network, `features.${feature}`, value, { channels: 1280, kernel: 1 });
  return network.linear('classifier.1', network.pool('', last), 1000);
}

function invertedResidual(
  network: Network,
  module: string,
  from: Value,
  { expansion, channels, stride }: { expansion: number; channels: number; stride: number },
): Value {
  const width = from.channels * expansion;
  let inner = from;
  let step = 0;
  if (expansion > 1) inner = rectified(network, `${module}.conv.${step++}`, inner, { channels: width, kernel: 1 });
  const depthwise = { channels: width, kernel: 3, stride, groups: width };
  inner = rectified(network, `${module}.conv.${step++}`, inner, depthwise);
  const adds = stride === 1 && from.channels === channels;
  const projected = network.conv(`${module}.conv.${step}`, inner, {
    channels,
    kernel: 1,
    power: adds ? branchPower : 1,
  });
  return adds ? network.add(module, from, projected) : projected;
}

/** torchvision's Conv2dNormActivation: convolution `.0`, BatchNorm `.1` (folded), ReLU6 `.2`. */
function rectified(network: Network, module: string, from: Value, convolution: Convolution): Value {
  return network.relu6(`${module}.2`, network.conv(`${module}.0`, from, convolution));
}
