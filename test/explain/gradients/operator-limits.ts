/** What docs/reference/operators.md says of each operator beyond what the rule table and the test tables hold. */

/** First opset of operators that are younger than opset 7 (ONNX operator changelog). */
export const firstOpset: Record<string, number> = {
  Acosh: 9,
  AffineGrid: 20,
  Asinh: 9,
  Atanh: 9,
  Attention: 23,
  CastLike: 15,
  Celu: 12,
  Col2Im: 18,
  Cosh: 9,
  CumSum: 11,
  DequantizeLinear: 10,
  DynamicQuantizeLinear: 11,
  Einsum: 12,
  Erf: 9,
  Expand: 8,
  GatherElements: 11,
  GatherND: 11,
  Gelu: 20,
  GridSample: 16,
  GroupNormalization: 18,
  HardSwish: 14,
  LayerNormalization: 17,
  MatMulInteger: 10,
  MaxUnpool: 9,
  MeanVarianceNormalization: 9,
  Mish: 18,
  Mod: 10,
  QuantizeLinear: 10,
  RMSNormalization: 23,
  Resize: 10,
  ReverseSequence: 10,
  RotaryEmbedding: 23,
  ScatterElements: 11,
  ScatterND: 11,
  Shrink: 9,
  Sinh: 9,
  Swish: 24,
  ThresholdedRelu: 10,
  Trilu: 14,
  Where: 9,
};

const weights = 'weights or a bias that depend on the hooked layer';
const scales = 'a scale or bias that depends on the hooked layer';
const sampled = 'volumes, cubic interpolation, reflection';
const axes = 'axes that are computed during the run';
const fusedActivations = 'activations but Relu, LeakyRelu, Clip, Sigmoid, Tanh and HardSigmoid';
const sequences =
  'sequences with lengths of their own, peepholes, clipped gates, other activations; weights that depend on the hooked layer';
const steps = 'scales that a run makes count as constants';

/** What is refused, in words for a table. */
export const limits: Record<string, string> = {
  AffineGrid: 'grids of volumes, aligned corners of a single row or column',
  Attention:
    'keys and values of earlier steps, lengths of keys, capped scores, a mask shorter than its keys, a second output that is read',
  BatchNormalization: `training mode; ${scales}`,
  Cast: 'no gradient passes a cast to whole numbers',
  Clip: 'limits that are computed during the run',
  Conv: weights,
  ConvTranspose: weights,
  DequantizeLinear: `blocks; ${steps}`,
  DynamicQuantizeLinear: `straight through; ${steps}`,
  Expand: 'a shape that is computed from values',
  GRU: sequences,
  GridSample: sampled,
  GroupNormalization: scales,
  InstanceNormalization: scales,
  LSTM: sequences,
  LRN: 'even sizes, which ONNX Runtime refuses too',
  LayerNormalization: scales,
  MatMulInteger: 'weights that depend on the hooked layer, or that are no matrix',
  MaxPool: 'indices in column-major order',
  Pad: 'amounts that are computed during the run',
  QuantizeLinear: `types of less than 8 bits and of float8, blocks; ${steps}`,
  RMSNormalization: scales,
  RNN: `${sequences}; ReLU is served`,
  Resize: 'a region that is computed during the run',
  RotaryEmbedding: 'angles that depend on the hooked layer',
  ScatterElements: 'the reductions mul, max and min',
  ScatterND: 'the reductions mul, max and min',
  SimplifiedLayerNormalization: scales,
  Slice: 'ranges that are computed during the run',
  Split: 'lengths that are computed during the run',
  Tile: 'counts that are computed during the run',
  'com.microsoft.Attention': `masks of lengths, earlier steps, rotation; ${weights}`,
  'com.microsoft.DequantizeLinear': `blocks; ${steps}`,
  'com.microsoft.DynamicQuantizeMatMul': 'weights that depend on the hooked layer, or that are no matrix',
  'com.microsoft.FusedConv': `${fusedActivations}; ${weights}`,
  'com.microsoft.FusedGemm': fusedActivations,
  'com.microsoft.FusedMatMul': 'vectors, moved batch axes',
  'com.microsoft.GridSample': sampled,
  'com.microsoft.MatMulIntegerToFloat': 'weights that depend on the hooked layer, or that are no matrix',
  'com.microsoft.MultiHeadAttention':
    'masks of keys, earlier steps, tensors packed into one; a bias that depends on the hooked layer',
  'com.microsoft.QuantizeLinear': `types of less than 8 bits, blocks; ${steps}`,
  'com.microsoft.RotaryEmbedding': 'angles that depend on the hooked layer',
  'com.microsoft.SkipLayerNormalization': scales,
  'com.microsoft.SkipSimplifiedLayerNormalization': scales,
  'com.microsoft.TransposeMatMul': 'vectors, moved batch axes',
  ...Object.fromEntries(
    ['L1', 'L2', 'LogSum', 'LogSumExp', 'SumSquare'].map((name) => [`Reduce${name}`, `${axes}; to reduce over none`]),
  ),
  ...Object.fromEntries(['Max', 'Mean', 'Min', 'Prod', 'Sum'].map((name) => [`Reduce${name}`, axes])),
};
