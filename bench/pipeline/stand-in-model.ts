/** A model that takes no time: what it says of a batch was made before. Sizes and names are those of ResNet-50 at its last layer. */

import type { Explanation, LayerMaps, MapShape } from '../../src/explain/explanation.ts';
import type { BatchExplainer } from '../../src/worker/pipeline/inference/inference-service.ts';

const side = 224;
const classCount = 1000;
const map: MapShape = {
  layer: 'layer4',
  method: 'grad-cam',
  target: 'predicted',
  height: 7,
  width: 7,
  channels: 2048,
};
const predicted = 281;

export function standInModel(batchSize: number): BatchExplainer {
  const explanation = makeExplanation(batchSize);
  const { layer, height, width, channels } = map;
  return {
    input: { name: 'input', layout: 'NCHW', channels: 3, height: side, width: side },
    layers: [{ layer, tensor: layer, shape: [batchSize, channels, height, width], grid: { height, width, channels } }],
    batchSize,
    classCount,
    maps: [map],
    statistics: [],
    warnings: [],
    explain: async (_pictures, { count }) => ({ ...explanation, count }),
    evaluate: async () => [],
    close: async () => undefined,
  };
}

/** A spot beside the middle, and some of it below zero, so that drawing and describing it are the usual work. */
function makeExplanation(count: number): Explanation {
  const { height, width, channels } = map;
  const logits = repeated(count, classCount, (index) => (index === predicted ? 8 : Math.sin(index)));
  const maps: LayerMaps = {
    ...map,
    classes: new Int32Array(count).fill(predicted),
    gradientPeak: new Float32Array(count).fill(0.01),
    values: repeated(count, height * width, (cell) => {
      const distance = (Math.floor(cell / width) - 2) ** 2 + ((cell % width) - 4) ** 2;
      return Math.exp(-distance / 4) - 0.05;
    }),
    evidence: repeated(count, channels, (channel) => Math.max(0, Math.sin(channel * 1.7))),
  };
  return { count, classCount, logits, scores: softmax(logits), maps: [maps], captured: [], statistics: [] };
}

function repeated(count: number, length: number, value: (index: number) => number): Float32Array {
  return Float32Array.from({ length: count * length }, (_, i) => value(i % length));
}

/** Over each `classCount` values, all of which are the same. */
function softmax(logits: Float32Array): Float32Array {
  const powers = logits.map(Math.exp);
  const sum = powers.subarray(0, classCount).reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
}
