import { at } from '../../at.ts';
import { type LayerProbe, peaks, type RepeatedMethod, weightedMap } from './probe.ts';

/**
 * Ablation-CAM: `M = sum_k w_k A_k`, `w_k = y - y_k` being what the class's logit loses when channel k is set to zero
 * (Desai and Ramaswamy 2020). The paper divides every weight by y, one number an image, which only turns the map round where y is
 * negative: left out. One run, and one from the layer on for each channel that is not zero in the whole batch.
 */
export const ablationCam: RepeatedMethod = {
  at: 'layers',
  cuts: true,
  async explain(probe) {
    const { grid, count, pixels } = probe;
    const whole = await probe.scores(pixels);
    const weights = new Float32Array(count * grid.channels);
    for (let channel = 0; channel < grid.channels; channel++) {
      if (isSilent(probe, channel)) continue;
      const without = await probe.scoresKeeping((other) => (other === channel ? 0 : 1));
      for (const [image, score] of without.entries()) {
        weights[image * grid.channels + channel] = at(whole, image) - score;
      }
    }
    return { values: weightedMap(probe, weights), peak: peaks(weights, count) };
  },
};

/** Whether a channel is zero in every image: taking it away changes nothing. */
function isSilent({ activations, grid, count }: LayerProbe, channel: number): boolean {
  const cells = grid.height * grid.width;
  return Array.from({ length: count }, (_, image) => (image * grid.channels + channel) * cells).every((start) =>
    activations.subarray(start, start + cells).every((value) => value === 0),
  );
}
