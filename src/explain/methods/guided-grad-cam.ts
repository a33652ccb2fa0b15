import { gradCam } from './grad-cam.ts';
import { largestOverChannels } from './input-gradients.ts';
import { type Method, noEvidence } from './method.ts';

/**
 * Guided Grad-CAM: guided backpropagation times the positive part of the layer's Grad-CAM, brought to the size of the
 * image (Selvaraju et al. 2017, section 3). `[N, pixels]`: `M = relu(L) max_c |R_c|`.
 */
export const guidedGradCam: Method = {
  needs: 'gradients',
  guided: true,
  reduce(hook) {
    const { build, batchSize, height, width, guided } = hook;
    if (guided === undefined) return noEvidence(hook);
    if (guided.gradients === undefined || hook.gradients === undefined) return { ...noEvidence(guided), on: guided };
    const { map, peak } = gradCam.reduce(hook);
    const pixels = largestOverChannels(guided, guided.gradients);
    const positive = build.reshape(build.op('Relu', [map]), [batchSize, 1, height, width]);
    const sizes = build.ints([batchSize, 1, guided.height, guided.width]);
    const large = build.op('Resize', [positive, '', '', sizes], {
      mode: 'linear',
      coordinate_transformation_mode: 'half_pixel',
    });
    const spread = build.reshape(large, [batchSize, guided.cells]);
    return { map: build.op('Mul', [spread, pixels.map]), peak: build.op('Min', [peak, pixels.peak]), on: guided };
  },
};
