/** The stages of an image in the thread that does them: fetch -> decode, then (after inference) render -> store. */

import type { RetryPolicy } from '../../../shared/store/retry.ts';
import type { Store } from '../../../shared/store/store.ts';
import { packEvidence } from '../evidence/packed-evidence.ts';
import type { ClassNaming } from '../image-record.ts';
import type { ImageSlots } from '../image-slots.ts';
import { quarantinedRecord } from '../quarantine.ts';
import { type SettledImage, settledImage } from '../settled-image.ts';
import { type StageWatch, timed } from '../stage-watch.ts';
import { storeShard } from '../stages/commit.ts';
import { type DecodedPicture, type DecodeSettings, decodeInto } from '../stages/decode.ts';
import { fetchImage, type ImageReader } from '../stages/fetch.ts';
import { type RenderedImage, type RenderSettings, renderImage } from '../stages/render.ts';
import { putFile } from '../stages/store.ts';
import type { CommitOrder, FinishedImage, FinishOrder, ImageWork, NamedImage, PrepareOrder } from './image-work.ts';
import type { Turnstile } from './turnstile.ts';

export interface StageSettings extends DecodeSettings, RenderSettings {
  scores: 'shard' | 'image' | 'both';
}

export interface ImageStagesParts {
  read: ImageReader;
  output: Store;
  slots: ImageSlots;
  settings: StageSettings;
  className: ClassNaming;
  retries: RetryPolicy;
  /** Lets few images at a time be decoded: a large photo takes many times the memory of its file. */
  decoding: Turnstile;
  /** Told how long it takes; left out: nobody wants to know. */
  watch?: StageWatch | null;
}

/** What is known of an image between its two halves. */
interface ImageAtHand extends NamedImage {
  picture: DecodedPicture;
}

export class ImageStages implements ImageWork {
  readonly threads = 1;
  readonly #parts: ImageStagesParts;
  /** By slot. */
  readonly #atHand = new Map<number, ImageAtHand>();

  constructor(parts: ImageStagesParts) {
    this.#parts = parts;
  }

  async prepare({ slot, ...named }: PrepareOrder): Promise<SettledImage | null> {
    const { read, slots, settings, retries, decoding, watch = null } = this.#parts;
    try {
      const bytes = await timed(watch, 'fetch', () => fetchImage(named.image.key, read, retries));
      const picture = await decoding.pass(() =>
        timed(watch, 'decode', () => decodeInto(slots.pixels(slot), bytes, settings, slots.bands(slot))),
      );
      this.#atHand.set(slot, { ...named, picture });
      return null;
    } catch (error) {
      return settledImage(quarantinedRecord(named, error));
    }
  }

  async finish({ slot, evaluation, regions }: FinishOrder): Promise<FinishedImage> {
    const { output, slots, settings, className, retries, watch = null } = this.#parts;
    const image = this.#atHand.get(slot);
    if (image === undefined) throw new Error(`No image was prepared in slot ${slot}.`);
    this.#atHand.delete(slot);
    const { height, width } = slots.shape;
    const seen = { pixels: slots.pixels(slot), height, width };
    const explanation = slots.readResult(slot);
    let rendered: RenderedImage;
    try {
      const explained = { ...image, seen, explanation, evaluation, regions };
      rendered = await timed(watch, 'draw', () => renderImage(explained, settings, className));
    } catch (error) {
      return { settled: settledImage(quarantinedRecord(image, error)), evidence: null };
    }
    // An error here is the output's, not the image's.
    const { files } = rendered;
    if (files.length > 0) {
      await timed(watch, 'store', () => Promise.all(files.map((file) => putFile(file, output, retries))));
    }
    const evidence = settings.evidence ? packEvidence(explanation.maps, 0) : null;
    return { settled: settledImage(rendered.record), evidence };
  }

  commit(order: CommitOrder): Promise<void> {
    const { output, slots, settings, retries, watch = null } = this.#parts;
    return timed(watch, 'commit', () => storeShard(order, slots.shape.maps, output, settings.scores, retries));
  }

  async close(): Promise<void> {}
}
