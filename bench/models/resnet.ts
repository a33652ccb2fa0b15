/** ResNets of He et al. (https://arxiv.org/abs/1512.03385), laid out and named as torchvision's. */

import type { OnnxModel } from '../../src/explain/onnx/model-file.ts';
import { Network, type Value } from './network.ts';

type Block = (network: Network, module: string, from: Value, width: number, stride: number) => Value;

/** Mean square of what a block adds to its input: small, so that the sum over all blocks stays small too. */
const branchPower = 0.25;

const basicBlock: Block = (network, module, from, width, stride) => {
  const first = network.conv(`${module}.conv1`, from, { channels: width, kernel: 3, stride });
  const rectified = network.relu(`${module}.relu`, first);
  const branch = network.conv(`${module}.conv2`, rectified, { channels: width, kernel: 3, power: branchPower });
  return finish(network, module, from, branch, stride);
};

/** The stride is on the 3x3 convolution, as in torchvision. */
const bottleneck: Block = (network, module, from, width, stride) => {
  const narrow = network.conv(`${module}.conv1`, from, { channels: width, kernel: 1 });
  const first = network.relu(`${module}.relu`, narrow);
  const spatial = network.conv(`${module}.conv2`, first, { channels: width, kernel: 3, stride });
  const second = network.relu(`${module}.relu`, spatial);
  const branch = network.conv(`${module}.conv3`, second, { channels: 4 * width, kernel: 1, power: branchPower });
  return finish(network, module, from, branch, stride);
};

function finish(network: Network, module: string, from: Value, branch: Value, stride: number): Value {
  const same = stride === 1 && from.channels === branch.channels;
  const shortcut = same
    ? from
    : network.conv(`${module}.downsample.0`, from, { channels: branch.channels, kernel: 1, stride, power: from.power });
  return network.relu(`${module}.relu`, network.add(module, branch, shortcut));
}

function resnet(name: string, block: Block, depths: readonly number[], seed: number): OnnxModel {
  const network = new Network(name, seed);
  const stem = network.conv('conv1', network.input, { channels: 64, kernel: 7, stride: 2 });
  let value = network.maxPool('maxpool', network.relu('relu', stem));
  depths.forEach((depth, group) => {
    for (let i = 0; i < depth; i++) {
      const stride = group > 0 && i === 0 ? 2 : 1;
      value = block(network, `layer${group + 1}.${i}`, value, 64 * 2 ** group, stride);
    }
  });
  return network.linear('fc', network.pool('avgpool', value), 1000);
}

export function resnet34(seed: number): OnnxModel {
  return resnet('resnet34', basicBlock, [3, 4, 6, 3], seed);
}

export function resnet50(seed: number): OnnxModel {
  return resnet('resnet50', bottleneck, [3, 4, 6, 3], seed);
}
