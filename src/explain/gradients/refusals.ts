/** Operators through which no useful gradient passes, each with the reason that an error gives. */

const piecewiseConstant = 'its result moves in steps, so its derivative is zero everywhere';
const control = 'which nodes run is decided during the run';
const selection = 'how much it hands on is decided during the run';
const trees = 'a decision tree moves in steps';
const vectors = 'support vector machines are not differentiated';
const sequence = 'lists of tensors are not differentiated; export with fixed numbers of pieces';
const regions = 'it belongs to object detectors';
const quantizedOperator =
  'it computes with integers; quantise the model in QDQ format, with QuantizeLinear and DequantizeLinear around float operators';
const quantizedLayout =
  'it computes with integers whose channels come last, as ONNX Runtime saves them after its optimisation; give the file from before';
const blocked =
  'the file was optimised for the memory layout of one machine; save it at optimisation level "extended" or give the file from before';

/**
 * Operators with a gradient of zero everywhere that may stand beside a way that gradients take (the sign in a signed square root) and then add nothing to it.
 * Round is not among them: with x + (round(x) - x), training let the gradient straight through, which the file does not say.
 */
export const zeroGradientOperators: ReadonlySet<string> = new Set(['Ceil', 'Floor', 'Sign']);

export const refusals: Record<string, string> = {
  ArgMax: piecewiseConstant,
  ArgMin: piecewiseConstant,
  Bernoulli: piecewiseConstant,
  Ceil: piecewiseConstant,
  Compress: selection,
  ConcatFromSequence: sequence,
  Floor: piecewiseConstant,
  Hardmax: piecewiseConstant,
  If: control,
  Loop: control,
  MaxRoiPool: regions,
  NonMaxSuppression: piecewiseConstant,
  NonZero: selection,
  RoiAlign: regions,
  Round: piecewiseConstant,
  Scan: control,
  SequenceAt: sequence,
  SequenceConstruct: sequence,
  Sign: piecewiseConstant,
  SplitToSequence: sequence,
  Unique: selection,
  'ai.onnx.ml.SVMClassifier': vectors,
  'ai.onnx.ml.SVMRegressor': vectors,
  'ai.onnx.ml.TreeEnsemble': trees,
  'ai.onnx.ml.TreeEnsembleClassifier': trees,
  'ai.onnx.ml.TreeEnsembleRegressor': trees,
  'com.microsoft.NhwcMaxPool': quantizedLayout,
  'com.microsoft.QAttention': quantizedOperator,
  'com.microsoft.QLinearAveragePool': quantizedLayout,
  'com.microsoft.QLinearConv': quantizedLayout,
  'com.microsoft.QLinearGlobalAveragePool': quantizedLayout,
  'com.microsoft.nchwc.AveragePool': blocked,
  'com.microsoft.nchwc.Conv': blocked,
  'com.microsoft.nchwc.GlobalAveragePool': blocked,
  'com.microsoft.nchwc.GlobalMaxPool': blocked,
  'com.microsoft.nchwc.MaxPool': blocked,
  'com.microsoft.nchwc.ReorderInput': blocked,
  'com.microsoft.nchwc.ReorderOutput': blocked,
  'com.microsoft.nchwc.Upsample': blocked,
};
