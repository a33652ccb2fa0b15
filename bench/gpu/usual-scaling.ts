import type { PixelScaling } from '../../src/explain/options.ts';

/** As ImageNet's networks have it. */
export const usualScaling: PixelScaling = {
  range: [0, 1],
  mean: [0.485, 0.456, 0.406],
  std: [0.229, 0.224, 0.225],
  channels: 'rgb',
};
