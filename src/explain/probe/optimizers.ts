/** Finding which of ONNX Runtime's optimizers changes what a model computes. */

/** Names that ONNX Runtime 1.30 knows in `optimization.disable_specified_optimizers`; of its levels `basic` to `all`, on the CPU. */
export const optimizerNames: readonly string[] = [
  'AttentionFusion',
  'Avx2WeightS8ToU8Transformer',
  'BiasDropoutFusion',
  'BiasGeluFusion',
  'BiasSoftmaxFusion',
  'CastChainElimination',
  'CastElimination',
  'ClipQuantRewrite',
  'CommonSubexpressionElimination',
  'ConstantFolding',
  'ConstantSharing',
  'ConvActivationFusion',
  'ConvAddActivationFusion',
  'ConvAddFusion',
  'ConvBNFusion',
  'ConvMulFusion',
  'DivMulFusion',
  'DoubleQDQPairsRemover',
  'DynamicQuantizeMatMulFusion',
  'EliminateDropout',
  'EliminateIdentity',
  'EliminateSlice',
  'EmbedLayerNormFusion',
  'EnsureUniqueDQForNodeUnit',
  'ExpandElimination',
  'FastGeluFusion',
  'FuseReluClip',
  'GatherSliceToSplitFusion',
  'GatherToSliceFusion',
  'GeluFusionL1',
  'GeluFusionL2',
  'GemmActivationFusion',
  'GemmSumFusion',
  'GemmTransposeFusion',
  'GroupQueryAttentionFusion',
  'LabelEncoderFusion',
  'LayerNormFusionL1',
  'LayerNormFusionL2',
  'MatMulActivationFusion',
  'MatMulAddFusion',
  'MatMulIntegerToFloatFusion',
  'MatMulNBitsFusion',
  'MatMulScaleFusion',
  'MatMul_BatchNormalization_Fusion',
  'MatmulTransposeFusion',
  'NchwcTransformer',
  'NhwcTransformer',
  'NoopElimination',
  'NotWhereFusion',
  'Pad_Fusion',
  'PreShapeNodeElimination',
  'QDQFinalCleanupTransformer',
  'QDQPropagationTransformer',
  'QDQS8ToU8Transformer',
  'QDQSelectorActionTransformer',
  'QuickGeluFusion',
  'ReluQuantRewrite',
  'ReshapeFusion',
  'SimplifiedLayerNormFusion',
  'SkipLayerNormFusion',
  'SliceConcatToSpaceToDepthFusion',
  'TransposeOptimizer',
  'UnsqueezeElimination',
  'WeightBiasQuantization',
];

/**
 * The fewest names that have to be left out: of all, halves, quarters and so on are put back as long as the answer stays right
 * (delta debugging; Zeller and Hildebrandt 2002), so that one at fault among 64 is found in about a dozen tries.
 * @param isRight whether the answer is right without these
 * @returns undefined where it is wrong without any of them, too
 */
export async function faultyOptimizers(
  isRight: (disabled: readonly string[]) => Promise<boolean>,
  names = optimizerNames,
): Promise<string[] | undefined> {
  let faulty = [...names];
  if (!(await isRight(faulty))) return undefined;
  for (let size = Math.ceil(faulty.length / 2); ; size = Math.ceil(size / 2)) {
    for (let start = 0; start < faulty.length; ) {
      const fewer = [...faulty.slice(0, start), ...faulty.slice(start + size)];
      if (fewer.length > 0 && (await isRight(fewer))) faulty = fewer;
      else start += size;
    }
    if (size === 1) return faulty;
  }
}
