/** ViT-B/16 of Dosovitskiy et al. (https://arxiv.org/abs/2010.11929), laid out and named as torchvision's. */

import type { OnnxModel } from '../../src/explain/onnx/model-file.ts';
import { imageSide, Network } from './network.ts';

const patch = 16;
const patches = (imageSide / patch) ** 2;
const tokens = patches + 1;
const width = 768;
const heads = 12;
const depth = 12;
const headWidth = width / heads;
/** Deviation of what a branch adds to its input. */
const branchDeviation = 0.5;

export function vitB16(seed: number): OnnxModel {
  const network = new Network('vit_b_16', seed);
  const embedded = network.conv('conv_proj', network.input, {
    channels: width,
    kernel: patch,
    stride: patch,
    padding: 0,
  });
  const flat = reshape(network, '', embedded.tensor, [0, width, patches]);
  const rows = network.operator('', 'Transpose', [flat], { perm: [0, 2, 1] });
  // One class token for each image: zeros of the batch's size, and the token.
  const first = network.operator('', 'Gather', [rows, network.integers([0])], { axis: 1 });
  const none = network.operator('', 'Mul', [first, network.scalar(0)]);
  const token = network.operator('', 'Add', [none, network.parameter('class_token', [1, 1, width], 0.02)]);
  const joined = network.operator('', 'Concat', [token, rows], { axis: 1 });
  const positions = network.parameter('encoder.pos_embedding', [1, tokens, width], 0.02);
  let value = network.operator('encoder', 'Add', [joined, positions]);
  for (let i = 0; i < depth; i++) value = block(network, `encoder.layers.encoder_layer_${i}`, value);
  const normalised = layerNorm(network, 'encoder.ln', value);
  const classToken = network.operator('', 'Gather', [normalised, network.integers([0], [])], { axis: 1 });
  return network.linear('heads.head', { tensor: classToken, channels: width, power: 1, centred: true }, 1000);
}

function block(network: Network, module: string, from: string): string {
  const attended = attention(network, `${module}.self_attention`, layerNorm(network, `${module}.ln_1`, from));
  const sum = network.operator(module, 'Add', [attended, from]);
  const normalised = layerNorm(network, `${module}.ln_2`, sum);
  const hidden = gelu(network, `${module}.mlp.1`, linear(network, `${module}.mlp.0`, normalised, width, 4 * width, 1));
  const branch = linear(network, `${module}.mlp.3`, hidden, 4 * width, width, branchDeviation);
  return network.operator(module, 'Add', [sum, branch]);
}

/** As PyTorch's exporter writes it: one product for query, key and value, which three gathers take out of it. */
function attention(network: Network, module: string, from: string): string {
  const packed = linear(network, `${module}.in_proj`, from, width, 3 * width, 1);
  const apart = reshape(network, module, packed, [0, tokens, 3, heads, headWidth]);
  const stacked = network.operator(module, 'Transpose', [apart], { perm: [2, 0, 3, 1, 4] });
  const [query = '', key = '', value = ''] = [0, 1, 2].map((i) =>
    network.operator(module, 'Gather', [stacked, network.integers([i], [])], { axis: 0 }),
  );
  const scaled = network.operator(module, 'Mul', [query, network.scalar(headWidth ** -0.5)]);
  const turned = network.operator(module, 'Transpose', [key], { perm: [0, 1, 3, 2] });
  const scores = network.operator(module, 'MatMul', [scaled, turned]);
  const shares = network.operator(module, 'Softmax', [scores], { axis: -1 });
  const mixed = network.operator(module, 'MatMul', [shares, value]);
  const back = network.operator(module, 'Transpose', [mixed], { perm: [0, 2, 1, 3] });
  const merged = reshape(network, module, back, [0, tokens, width]);
  return linear(network, `${module}.out_proj`, merged, width, width, branchDeviation);
}

function linear(
  network: Network,
  module: string,
  from: string,
  inputs: number,
  outputs: number,
  deviation: number,
): string {
  const weight = network.parameter(`${module}.weight`, [inputs, outputs], deviation / Math.sqrt(inputs));
  const product = network.operator(module, 'MatMul', [from, weight]);
  return network.operator(module, 'Add', [product, network.parameter(`${module}.bias`, [outputs], 0.02)]);
}

function layerNorm(network: Network, module: string, from: string): string {
  const weights = [network.ones(`${module}.weight`, width), network.parameter(`${module}.bias`, [width], 0.02)];
  const attributes = { axis: -1, epsilon: { float: 1e-6 } };
  return network.operator(module, 'LayerNormalization', [from, ...weights], attributes);
}

/** x / 2 * (1 + erf(x / sqrt(2))), spelled out as the exporter does. */
function gelu(network: Network, module: string, from: string): string {
  const scaled = network.operator(module, 'Div', [from, network.scalar(Math.SQRT2)]);
  const error = network.operator(module, 'Erf', [scaled]);
  const share = network.operator(module, 'Add', [error, network.scalar(1)]);
  const product = network.operator(module, 'Mul', [from, share]);
  return network.operator(module, 'Mul', [product, network.scalar(0.5)]);
}

function reshape(network: Network, module: string, from: string, shape: number[]): string {
  return network.operator(module, 'Reshape', [from, network.integers(shape)]);
}
