/** A few images as the model sees them, and what it says of them: a wrong recipe is seen at a glance. */

import { ScoreModel } from '../../explain/faithfulness/score-model.ts';
import { scaledPixels } from '../../explain/pixel-input.ts';
import { planRun } from '../../producer/plan.ts';
import type { RgbImage } from '../../shared/picture/raster.ts';
import type { RunConfiguration } from '../../shared/run/configuration.ts';
import { inputSizeOf } from '../../shared/run/input-size.ts';
import { explainerInputs } from '../../shared/run/read-inputs.ts';
import type { PlannedImage } from '../../shared/run/run-plan.ts';
import { type DecodedImage, decodeImage } from '../pipeline/decode/decode.ts';
import type { Preprocessing } from '../pipeline/decode/preprocessing.ts';
import { pipelineSettings } from '../pipeline/pipeline-settings.ts';

export interface PreviewedImage {
  key: string;
  /** Class index; null when it is not known. */
  label: number | null;
  /** Null for an image that cannot be read. */
  seen: (RgbImage & Pick<DecodedImage, 'original' | 'placement'>) | null;
  /** Best first; `score` is a probability. */
  top: { class: number; name: string | null; score: number }[];
  /** Why there is nothing to see. */
  error: string | null;
}

export interface Preview {
  preprocessing: Preprocessing;
  images: PreviewedImage[];
  /** What was found and chosen, a sentence each. */
  notices: string[];
}

const topCount = 5;

/**
 * Explains nothing and writes nothing. The images are those that a run with this configuration would take.
 * @throws UserError for a configuration, input or model that cannot be used; StoreError
 */
export async function previewImages(configuration: RunConfiguration): Promise<Preview> {
  await using plan = await planRun(configuration);
  const { model: file, scoreActivation, preprocess, outputName } = configuration;
  const chosen = {
    ...inputSizeOf(preprocess),
    ...(outputName === undefined ? {} : { outputName }),
    ...explainerInputs(configuration.inputs),
  };
  const model = await ScoreModel.open({ model: file, layers: [], batchSize: 1, scoreActivation, ...chosen });
  try {
    const { preprocessing, channels, overlayBands, reading } = pipelineSettings(configuration, model);
    const className = (index: number) => plan.classNames?.[index] ?? null;
    const images: PreviewedImage[] = [];
    for await (const image of plan.images()) {
      images.push(
        await previewImage(image, async () => {
          const bytes = await plan.store.get(image.key);
          const seen = await decodeImage(bytes, preprocessing, { ...reading, channels, overlayBands });
          const [scores = new Float32Array()] = await model.scores(
            [scaledPixels(seen.bands ?? seen.pixels, preprocessing, model.input)],
            () => image.inputs ?? {},
          );
          const best = [...scores.keys()].sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0)).slice(0, topCount);
          return { seen, top: best.map((c) => ({ class: c, name: className(c), score: scores[c] ?? Number.NaN })) };
        }),
      );
    }
    return { preprocessing, images, notices: plan.notices };
  } finally {
    await model.close();
  }
}

async function previewImage(
  { key, label }: PlannedImage,
  look: () => Promise<Pick<PreviewedImage, 'seen' | 'top'>>,
): Promise<PreviewedImage> {
  try {
    return { key, label, error: null, ...(await look()) };
  } catch (error) {
    return { key, label, seen: null, top: [], error: error instanceof Error ? error.message : String(error) };
  }
}
