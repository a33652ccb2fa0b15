/** How far an explanation is from PyTorch's. */

import { Explainer } from '../../../src/explain/explainer.ts';
import type { Explanation } from '../../../src/explain/explanation.ts';
import type { ExplainerOptions } from '../../../src/explain/options.ts';
import { type Golden, type GoldenTarget, unpack } from './golden.ts';
import { images } from './images.ts';

export interface Deviation {
  /** What was compared: `logits`, `scores`, `map`, `evidence`, `cam`, `gradient peak`, `activations`, ... */
  what: string;
  layer: string;
  target: string;
  /** Largest difference as a share of the image's largest magnitude; infinite where the number of values differs. */
  share: number;
}

/** Where and in which numbers the model is computed. */
export type Execution = Pick<ExplainerOptions, 'providers' | 'precision' | 'simulated'>;

const targets: GoldenTarget[] = ['predicted', 'label'];

/** Largest difference over images of `ours` from `theirs`, each as a share of that image's largest magnitude in `theirs`. */
export function deviation(ours: Float32Array | undefined, theirs: Float32Array, count: number): number {
  if (ours?.length !== theirs.length) return Number.POSITIVE_INFINITY;
  const size = theirs.length / count;
  let worst = 0;
  for (let image = 0; image < count; image++) {
    let scale = 0;
    let difference = 0;
    for (let i = image * size; i < (image + 1) * size; i++) {
      const reference = theirs[i] ?? Number.NaN;
      scale = Math.max(scale, Math.abs(reference));
      difference = Math.max(difference, Math.abs((ours[i] ?? Number.NaN) - reference));
    }
    // An array of zeros must be met with zeros; a NaN anywhere is as far away as can be.
    const share = difference === 0 ? 0 : difference / scale;
    worst = Number.isNaN(share) ? Number.POSITIVE_INFINITY : Math.max(worst, share);
  }
  return worst;
}

/** Explains a golden's batch in as many session runs as its compiled batch size asks for. */
export async function explainGolden(explainer: Explainer, golden: Golden): Promise<Explanation[]> {
  const pixels = images(golden.input);
  const perImage = pixels.length / golden.input.count;
  const explanations: Explanation[] = [];
  for (let first = 0; first < golden.input.count; first += explainer.batchSize) {
    const count = Math.min(explainer.batchSize, golden.input.count - first);
    explanations.push(
      await explainer.explain(pixels.subarray(first * perImage, (first + count) * perImage), {
        count,
        labels: Int32Array.from(golden.labels.slice(first, first + count)),
      }),
    );
  }
  return explanations;
}

/** Everything that a golden knows, compared with what the explainer says of its ONNX file; Grad-CAM only where `cam` is null. */
export async function deviations(model: string, golden: Golden, how: Execution = {}): Promise<Deviation[]> {
  // One more than the golden has images: the last session run is padded.
  const batchSize = golden.input.count + 1;
  const { height, width } = golden.input;
  const base = { ...how, model, targets, batchSize, inputSize: { height, width } };
  const found: Deviation[] = [];
  const add = (what: string, layer: string, target: string, ours: Float32Array | undefined, theirs: string) =>
    found.push({ what, layer, target, share: deviation(ours, unpack(theirs), golden.input.count) });

  {
    const layers = golden.layers.map(({ layer }) => layer);
    await using explainer = await Explainer.open({
      ...base,
      layers,
      statistics: true,
      capture: ['activations', 'gradients'],
    });
    const parts = await explainGolden(explainer, golden);
    add(
      'logits',
      '',
      '',
      joined(parts, (part) => part.logits),
      golden.logits,
    );
    add(
      'scores',
      '',
      '',
      joined(parts, (part) => part.scores),
      golden.scores,
    );
    for (const { layer, targets: expected } of golden.layers) {
      for (const target of targets) {
        const maps = (part: Explanation) => part.maps.find((m) => m.layer === layer && m.target === target);
        const classes = parts.flatMap((part) => [...(maps(part)?.classes ?? [])]);
        const asked = target === 'predicted' ? golden.predicted : golden.labels;
        const isSame = classes.length === asked.length && classes.every((index, i) => index === asked[i]);
        found.push({ what: 'class', layer, target, share: isSame ? 0 : Number.POSITIVE_INFINITY });
        add(
          'map',
          layer,
          target,
          joined(parts, (part) => maps(part)?.values),
          expected[target].maps,
        );
        add(
          'evidence',
          layer,
          target,
          joined(parts, (part) => maps(part)?.evidence),
          expected[target].evidence,
        );
        const peaks = joined(parts, (part) => maps(part)?.gradientPeak);
        add('gradient peak', layer, target, peaks, expected[target].gradientPeak);
      }
    }
    const { layer, activations, gradients, statistics } = golden.capture;
    const captured = (kind: 'activations' | 'gradients', target: string | null) => (part: Explanation) =>
      part.captured.find((t) => t.layer === layer && t.kind === kind && t.target === target)?.values;
    add('activations', layer, '', joined(parts, captured('activations', null)), activations);
    for (const target of targets) {
      add('gradients', layer, target, joined(parts, captured('gradients', target)), gradients[target]);
    }
    for (const name of ['mean', 'standardDeviation', 'nearZero'] as const) {
      const ours = joined(parts, (part) => part.statistics.find((s) => s.layer === layer)?.[name]);
      add(`statistics ${name}`, layer, '', ours, statistics[name]);
    }
  }

  // Hooking one layer must not lean on others being hooked too.
  const [first] = golden.layers;
  if (first !== undefined) {
    await using explainer = await Explainer.open({ ...base, layers: [first.layer] });
    const parts = await explainGolden(explainer, golden);
    for (const target of targets) {
      const maps = joined(parts, (part) => part.maps.find((m) => m.target === target)?.values);
      add('map when hooked alone', first.layer, target, maps, first.targets[target].maps);
    }
  }

  if (golden.cam !== null) {
    const { layer, targets: expected } = golden.cam;
    const cells = golden.layers.find((entry) => entry.layer === layer)?.shape.slice(1) ?? [Number.NaN];
    const area = cells.reduce((a, b) => a * b, 1);
    await using explainer = await Explainer.open({ ...base, layers: [layer], methods: ['cam', 'grad-cam'] });
    const parts = await explainGolden(explainer, golden);
    for (const target of targets) {
      const maps = (method: string) =>
        joined(parts, (part) => part.maps.find((m) => m.method === method && m.target === target)?.values);
      const evidence = (part: Explanation) =>
        part.maps.find((m) => m.method === 'cam' && m.target === target)?.evidence;
      add('cam', layer, target, maps('cam'), expected[target].maps);
      add('cam evidence', layer, target, joined(parts, evidence), expected[target].evidence);
      const scaled = maps('grad-cam').map((value) => value * area);
      const share = deviation(scaled, maps('cam'), golden.input.count);
      found.push({ what: 'cam = grad-cam x h w', layer, target, share });
    }
  }
  return found;
}

/** One array of the parts' arrays, empty where a part has none. */
function joined(parts: Explanation[], of: (part: Explanation) => Float32Array | undefined): Float32Array {
  return Float32Array.from(parts.flatMap((part) => [...(of(part) ?? [])]));
}
