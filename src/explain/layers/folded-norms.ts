/** Convolutions whose weights hold the BatchNormalization behind them: exporters fold it in, and one of the two names is gone. */

import type { Graph } from '../onnx/graph.ts';
import type { NodeProto } from '../onnx/onnx_pb.ts';
import type { Modules } from './modules.ts';

/** A layer that stands in the file for a convolution and the norm behind it. */
export interface FoldedPair {
  /** The name that is left: the convolution's from PyTorch's TorchScript exporter, the norm's from its newer one. */
  path: string;
  /** The convolution's name where it is not `path`; undefined where the norm's name is the one that is gone. */
  convolution: string | undefined;
  tensor: string;
}

const foldable = new Set(['Conv', 'ConvTranspose', 'Gemm']);

export function foldedPairs(graph: Graph, modules: Modules): FoldedPair[] {
  const paths = new Set(modules.paths);
  return graph.nodes.flatMap((node): FoldedPair[] => {
    const { path, type = '' } = modules.scopesOf(node).at(-1) ?? {};
    const [tensor] = node.output;
    if (path === undefined || tensor === undefined || !foldable.has(node.opType)) return [];
    const weights = /^(.+)\.weight$/.exec(node.input[1] ?? '')?.[1];
    // Weights keep the convolution's name; the node bears that of the norm, which is what was rewritten.
    if (
      weights !== undefined &&
      weights !== path &&
      !paths.has(weights) &&
      normWord.test(`${type} ${lastName(path)}`)
    ) {
      return [{ path, convolution: weights, tensor }];
    }
    return areRewritten(node) ? [{ path, convolution: undefined, tensor }] : [];
  });
}

/** TorchScript's exporter gives folded weights and biases names without a module: `onnx::Conv_193`. Other constants of its own are one of the two. */
function areRewritten({ opType, input: [, weight = '', bias = ''] }: NodeProto): boolean {
  return [weight, bias].every((name) => name.startsWith(`onnx::${opType}_`));
}

/**
 * The pair that a name means which is not in the file: that of a convolution, or of a norm, which is told by its place. In a Sequential it follows its
 * convolution (`downsample.1` behind `downsample.0`); else names agree but for their words (`bn1` and `conv1`, `expand_bn` and `expand_conv`),
 * or the norm is the n-th of as many (`bn2` behind `conv_dw`), or the only one.
 */
export function pairOf(name: string, pairs: readonly FoldedPair[]): FoldedPair | undefined {
  const named = pairs.find(({ convolution }) => convolution === name);
  if (named !== undefined) return named;
  const own = lastName(name);
  const parent = name.slice(0, name.length - own.length);
  const siblings = pairs.filter(
    ({ path, convolution }) => convolution === undefined && path === parent + lastName(path),
  );
  if (/^\d+$/.test(own)) return siblings.find(({ path }) => path === `${parent}${Number(own) - 1}`);
  if (!normWord.test(own)) return undefined;
  const bare = withoutWords(own, normWord);
  const agreeing = siblings.find(({ path }) => {
    const other = lastName(path);
    return [withoutWords(other, /^$/), withoutWords(other, /conv(olution)?(2d)?/i)].includes(bare);
  });
  if (agreeing !== undefined) return agreeing;
  const [only, another] = siblings;
  if (another === undefined) return only;
  const place = /^\d+$/.test(bare) ? Number(bare) : undefined;
  return place === undefined ? undefined : siblings[place - 1];
}

const normWord = /batch_?norm(2d)?|normalization|norm|bn/i;

function withoutWords(name: string, words: RegExp): string {
  return name.replace(words, '').replaceAll('_', '').toLowerCase();
}

function lastName(path: string): string {
  return path.slice(path.lastIndexOf('.') + 1);
}
