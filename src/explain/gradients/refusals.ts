/** Operators through which no useful gradient passes, each with the reason that an error gives. */

const flat = 'its result moves in steps, so its derivative is zero everywhere';
const control = 'which nodes run is decided during the run';
const selection = 'how much it hands on is decided during the run';
const recurrent = 'recurrent layers are not differentiated';
const quantizedOperator =
  'it computes with integers; quantise the model in QDQ format, with QuantizeLinear and DequantizeLinear around float operators';
const blocked =
  'the file was optimised for the memory layout of one machine; save it at optimisation level "extended" or give the file from before';

export const refusals: Record<string, string> = {
  ArgMax: flat,
  ArgMin: flat,
  Bernoulli: flat,
  Ceil: flat,
  Compress: selection,
  ConvInteger: quantizedOperator,
  Floor: flat,
  GRU: recurrent,
  Hardmax: flat,
  If: control,
  LSTM: recurrent,
  Loop: control,
  Mod: flat,
  NonMaxSuppression: flat,
  NonZero: selection,
  QLinearConv: quantizedOperator,
  QLinearMatMul: quantizedOperator,
  RNN: recurrent,
  Round: flat,
  Scan: control,
  Sign: flat,
  Unique: selection,
  'com.microsoft.QLinearAdd': quantizedOperator,
  'com.microsoft.QLinearConcat': quantizedOperator,
  'com.microsoft.QLinearGlobalAveragePool': quantizedOperator,
  'com.microsoft.QLinearSigmoid': quantizedOperator,
  'com.microsoft.nchwc.AveragePool': blocked,
  'com.microsoft.nchwc.Conv': blocked,
  'com.microsoft.nchwc.GlobalAveragePool': blocked,
  'com.microsoft.nchwc.GlobalMaxPool': blocked,
  'com.microsoft.nchwc.MaxPool': blocked,
  'com.microsoft.nchwc.ReorderInput': blocked,
  'com.microsoft.nchwc.ReorderOutput': blocked,
  'com.microsoft.nchwc.Upsample': blocked,
};
